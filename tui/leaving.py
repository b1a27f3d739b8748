"""Leaves the console: the question over the screen, what is shown meanwhile, and the end."""

import contextlib
from collections.abc import Callable
from typing import Protocol

from textual.screen import Screen

from core.errors import ExitCode
from core.operations.leaving import Stage
from core.operations.snapshot import ControllerSnapshot
from core.text import _
from core.workers import FINAL_STATES
from tui.host import Host
from tui.screens.leave import LeaveScreen


class LeavingHost(Host, Protocol):
    """What leaving needs of the application beside."""

    @property
    def screen(self) -> Screen[object]:
        """The screen on top."""
        ...

    @property
    def screen_stack(self) -> list[Screen[object]]:
        """All screens, the top one last."""
        ...

    def push_screen(self, screen: LeaveScreen) -> object:
        """Show a screen over the others."""
        ...

    def exit(self, result: int) -> None:
        """End the application with an exit code."""
        ...

    def call_from_thread(self, callback: Callable[[int], None], code: int) -> object:
        """Run something in the thread of the screen."""
        ...


class Leaving:
    """Leaves at once where nothing would be lost, else after a question."""

    def __init__(self, console: LeavingHost) -> None:
        self._console = console

    def begin(self) -> bool:
        """Begin to leave; False where it has begun and the question is on top."""
        console = self._console
        if console.controller.leaving.begin(self._left):
            console.push_screen(LeaveScreen())
            return True
        return not isinstance(console.screen, LeaveScreen)

    def draw(self, now: ControllerSnapshot) -> None:
        """Draw how far leaving is, also when a signal began it; all of it goes when one stays."""
        console = self._console
        if now.leaving.stage is not Stage.HERE:
            if not any(isinstance(screen, LeaveScreen) for screen in console.screen_stack):
                console.push_screen(LeaveScreen())
            elif isinstance(console.screen, LeaveScreen):
                console.screen.draw(now)
            return
        if not isinstance(console.screen, LeaveScreen):
            return
        console.screen.dismiss()
        if now.producer.state in FINAL_STATES and now.producer.topic:
            console.tell(_("Still here. The producer is stopped."))

    def _left(self) -> None:
        """End the application once the controller is closed; called by its thread."""
        farewell = self._console.controller.farewell
        lost = farewell is not None and bool(farewell.unstored)
        code = ExitCode.BAD_RESULT if lost else ExitCode.OK
        with contextlib.suppress(RuntimeError):  # forced meanwhile
            self._console.call_from_thread(self._console.exit, int(code))
