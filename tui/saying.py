"""How the application says what became of something, and asks before it does it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from core.errors import DropshipError
from tui.dialogs.confirm import ConfirmScreen

if TYPE_CHECKING:
    from textual.app import App

    _Base = App[int]
else:
    _Base = object


class Saying(_Base):
    """Part of the application."""

    def attempt(self, action: Callable[[], object]) -> None:
        """Do something whose options may be refused, and say why when they are."""
        try:
            action()
        except DropshipError as error:
            self.refuse(error.message)

    def tell(self, message: str) -> None:
        """Show a short message for a while."""
        self.notify(message, markup=False)

    def refuse(self, message: str) -> None:
        """Show for a while why nothing was done."""
        self.notify(message, markup=False, severity="warning")

    def confirm(
        self, harmless: bool, title: str, lines: Sequence[str], action: Callable[[], object]
    ) -> None:
        """Do something at once when it is harmless, else after a yes."""
        if harmless:
            self.attempt(action)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.attempt(action)

        self.push_screen(ConfirmScreen(title, lines), answered)
