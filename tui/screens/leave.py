"""Leaving: everything is drained first, and the screen says so while it lasts."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from core.text import _


class LeaveScreen(ModalScreen[None]):
    """Shown until the desk is closed; ctrl+c leaves at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "app.force_quit", "leave at once", id="leave.force", priority=True)
    ]

    def compose(self) -> ComposeResult:
        """Yield what is going on."""
        with Vertical(id="leaving"):
            yield Label(_("Ending cleanly"), id="dialog-title")
            yield Label(_("The producer is flushed and the consumer stores what was published."))
            yield Label(_("ctrl+c leaves at once; what is stored stays stored."))
