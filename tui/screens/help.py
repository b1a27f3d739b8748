"""Help, made from the bindings themselves, so that it can never be wrong."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Label

from core.text import N_, _
from tui.lines import fit
from tui.views.edges import span_of

Group = tuple[str, Sequence[Binding]]


class HelpScreen(ModalScreen[None]):
    """Lists keys by the place where they work."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss", N_("close"), id="help.close"),
        Binding("j,down", "scroll(1)", N_("down"), id="help.down", show=False),
        Binding("k,up", "scroll(-1)", N_("up"), id="help.up", show=False),
    ]

    def __init__(self, groups: Sequence[Group]) -> None:
        super().__init__()
        self._groups = groups

    def compose(self) -> ComposeResult:
        """Yield a line for each key."""
        with VerticalScroll(id="help"):
            yield Label(_("Keys"), id="dialog-title")
            for title, bindings in self._groups:
                yield Label(title, classes="help-group", markup=False)
                for key, text in self._rows(bindings):
                    yield Label(fit(f"  {key}", 12) + text, classes="help-key", markup=False)
            yield Label(_("escape closes this help"), classes="help-group")

    def _rows(self, bindings: Sequence[Binding]) -> Iterator[tuple[str, str]]:
        """Yield keys and what they do; the numbers of the panes in one row."""
        numbers = [entry.key for entry in bindings if entry.action.startswith("choose(")]
        if numbers:
            yield span_of(numbers), _("go to a pane")
        for binding in bindings:
            if not binding.action.startswith("choose("):
                text = binding.tooltip or binding.description
                yield self.app.get_key_display(binding), _(text)

    def action_scroll(self, rows: int) -> None:
        """Move by a row."""
        self.query_one("#help", VerticalScroll).scroll_relative(y=rows, animate=False)
