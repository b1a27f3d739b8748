"""Asks before something is done, and says what will happen."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from core.text import _


class ConfirmScreen(ModalScreen[bool]):
    """Dismisses with True for yes, which has the focus: Enter goes on, Escape does not."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # o as well: French for yes begins with it.
        Binding("y,o", "answer(True)", "yes", id="confirm.yes"),
        Binding("n,escape", "answer(False)", "no", id="confirm.no"),
    ]

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        """Yield the question, what will happen, and two buttons."""
        with Vertical(id="dialog"):
            yield Label(self._title, id="dialog-title", markup=False)
            for text in self._lines:
                yield Label(text, markup=False)
            with Horizontal(id="dialog-buttons"):
                yield Button(_("Yes (y)"), id="yes", variant="primary")
                yield Button(_("No (n)"), id="no")

    def on_mount(self) -> None:
        """Focus the yes of a harmless question: Enter goes on, Escape does not."""
        self.query_one("#yes", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer with the mouse or Enter."""
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        """Answer with a key."""
        self.dismiss(answer)
