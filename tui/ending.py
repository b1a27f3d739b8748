"""Signals and hang-ups: what would be lost is stored, and the terminal is as it was.

A Textual application dies at once on SIGTERM and SIGHUP, undrained and with the terminal raw; an
asyncio signal handler hangs when the terminal is gone. So an ordinary handler starts a thread that
closes the desk, asks the application to leave, and ends the process if that does not come.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from types import FrameType

from core.operations.desk import Desk
from tui.app import Console
from tui.farewell import say_farewell

_LEAVE_S = 3.0
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class Ending:
    """Ends a console on SIGTERM, SIGHUP and SIGINT. A second signal does not wait for storing.

    A third one ends the process where it stands.
    """

    def __init__(self, app: Console, desk: Desk) -> None:
        self._app = app
        self._desk = desk
        self._received: list[int] = []
        self._finished = Event()

    def install(self) -> None:
        """Take over the signals."""
        for number in _SIGNALS:
            signal.signal(number, self._handle)

    @property
    def received(self) -> int | None:
        """The last signal that came, None without one."""
        return self._received[-1] if self._received else None

    def finished(self) -> None:
        """Say that the application has given the terminal back."""
        self._finished.set()

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self._received.append(number)
        steps = {1: self._end, 2: self._force}
        step = steps.get(len(self._received))
        if step is None:
            os._exit(128 + number)
        Thread(target=step, args=(number,), name="ending", daemon=True).start()

    def _end(self, number: int) -> None:
        """Store, close, leave."""
        self._tell(self._app.show_leaving)
        self._desk.close()
        self._leave(number)

    def _force(self, number: int) -> None:
        """Leave without waiting for what the first signal began."""
        self._app.forced = True
        self._leave(number)

    def _leave(self, number: int) -> None:
        self._tell(lambda: self._app.exit(128 + number))
        if not self._finished.wait(_LEAVE_S):
            # The terminal is gone or the screen is stuck.
            say_farewell(self._desk)
            os._exit(128 + number)

    def _tell(self, action: Callable[[], object]) -> None:
        """Let the application do something, if it still runs."""
        loop = getattr(self._app, "_loop", None)
        with suppress(RuntimeError, AttributeError):
            loop.call_soon_threadsafe(action)  # type: ignore[union-attr]
