"""Help, made from the bindings themselves, so that it can never be wrong."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Label

from core.text import N_, _
from tui.styled_text import fit
from tui.views.footer_tabs import span_of
from tui.views.frame import wrap

Group = tuple[str, Sequence[Binding]]

_WIDTH, _EDGES, _KEY = 92, 8, 12
"""Cells of the box as its style says, of its borders, padding and scroll bar, and of a key."""


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
                    yield Label(self._row(key, text), classes="help-key", markup=False)
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

    def _row(self, key: str, text: str) -> str:
        """Return a key and what it does; a long text goes on below itself."""
        room = min(self.app.size.width * 96 // 100, _WIDTH) - _EDGES - _KEY
        parts = wrap(text, room)
        return "\n".join(
            fit("" if index else f"  {key}", _KEY) + part for index, part in enumerate(parts)
        )

    def action_scroll(self, rows: int) -> None:
        """Move by a row."""
        self.query_one("#help", VerticalScroll).scroll_relative(y=rows, animate=False)
