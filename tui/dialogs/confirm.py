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
    """Dismisses with True for yes. No has the focus: Enter and Escape change nothing.

    Whatever is asked for destroys something, or goes out to others: a key that was meant for what
    lies below must not do it.
    """

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
                yield Button(_("Yes (y)"), id="yes")
                yield Button(_("No (n)"), id="no", variant="primary")

    def on_mount(self) -> None:
        """Focus the no."""
        self.query_one("#no", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer with the mouse or Enter."""
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        """Answer with a key."""
        self.dismiss(answer)
