"""One line of text over what is shown: Enter takes it, Escape leaves."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from core.text import N_


class AskKey(ModalScreen[str | None]):
    """Dismisses with what was typed, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", N_("back"), id="ask.leave"),
    ]

    DEFAULT_CSS = """
    AskKey {
        align: center middle;
        background: $background 60%;

        #ask {
            width: 60;
            max-width: 100%;
            height: 3;
            border: round $border;
            border-title-color: $text-primary;
            background: $surface;
        }
        Input, Input:focus { height: 1; border: none; padding: 0 1; }
    }
    """

    def __init__(self, title: str, value: str = "") -> None:
        super().__init__()
        self._heading = title
        self._value = value

    def compose(self) -> ComposeResult:
        """Yield the line."""
        with Vertical(id="ask") as box:
            box.border_title = self._heading
            yield Input(self._value, id="ask-text")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed."""
        self.dismiss(event.value.strip() or None)
