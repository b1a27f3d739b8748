"""Help, made from the bindings themselves, so that it can never be wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Label

from core.text import N_, _
from tui.host import Host
from tui.keys import ROW_KEYS
from tui.panes.base import Pane
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
        numbered = [entry for entry in bindings if self._is_number(entry)]
        numbers = [entry.key for entry in numbered]
        if numbers:
            yield span_of(numbers), _("go to a pane")
        told: dict[str, list[Binding]] = {}
        for binding in bindings:
            if binding not in numbered:
                told.setdefault(binding.tooltip or binding.description, []).append(binding)
        for text, same in told.items():
            # Of several each as it is typed, not as a hint joins them.
            typed = [replace(each, key_display=None) for each in same] if same[1:] else same
            yield " ".join(self.app.get_key_display(binding) for binding in typed), _(text)

    def _is_number(self, binding: Binding) -> bool:
        """Whether a key goes to a pane and is its number."""
        keys = cast("Host", self.app).keys_now(binding)
        return binding.action.startswith("choose(") and keys[0] == binding.key

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


def help_groups(chosen: Pane, panes: Sequence[Pane], common: Sequence[Binding]) -> list[Group]:
    """Return all keys: of the chosen pane, of lists, everywhere, of the other panes."""
    lists = [entry for entry in ROW_KEYS if isinstance(entry, Binding)]
    groups = []
    for pane in sorted(panes, key=lambda each: each is not chosen):
        own = [entry for entry in pane.own_bindings() if entry not in lists]
        if own:
            groups.append((pane.heading, own))
    shared: list[Group] = [(_("in every list"), lists), (_("everywhere"), common)]
    first = [group for group in groups[:1] if panes and chosen in panes]
    return [*first, *shared, *groups[len(first) :]]
