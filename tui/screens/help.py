"""Help, made from the bindings themselves, so that it can never be wrong."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Label

from core.text import _

Group = tuple[str, Sequence[Binding]]


class HelpScreen(ModalScreen[None]):
    """Lists keys by the place where they work."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss", "close", id="help.close")
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
                for binding in bindings:
                    if not binding.show and not binding.tooltip:
                        continue
                    key = self.app.get_key_display(binding)
                    text = binding.tooltip or binding.description
                    yield Label(f"  {key:<10} {text}", markup=False)
            yield Label(_("escape closes this help"), classes="help-group")
