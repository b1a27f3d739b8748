"""Signals and hang-ups: everything is drained, and the terminal is as it was.

A Textual application dies at once on SIGTERM and SIGHUP, undrained and with the terminal raw; an
asyncio signal handler hangs when the terminal is gone. So an ordinary handler starts a thread that
closes the desk, asks the application to leave, and ends the process if that does not come.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from types import FrameType

from textual.app import App

from core.operations.desk import Desk
from core.threads import WatchedThread, reported

_LEAVE_S = 3.0
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class Ending:
    """Ends a console on SIGTERM, SIGHUP and SIGINT; a second signal ends it at once."""

    def __init__(self, app: App[int], desk: Desk) -> None:
        self._app = app
        self._desk = desk
        self._received: int | None = None
        self._finished = Event()

    def install(self) -> None:
        """Take over the signals."""
        for number in _SIGNALS:
            signal.signal(number, self._handle)

    def finished(self) -> None:
        """Say that the application has given the terminal back."""
        self._finished.set()

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self._received is not None:
            os._exit(128 + number)
        self._received = number
        WatchedThread("ending", lambda: self._end(number)).start()

    def _end(self, number: int) -> None:
        with reported("ending"):
            self._desk.close()
        leave: Callable[[], None] = lambda: self._app.exit(128 + number)  # noqa: E731
        loop = getattr(self._app, "_loop", None)
        with suppress(RuntimeError, AttributeError):
            loop.call_soon_threadsafe(leave)  # type: ignore[union-attr]
        if not self._finished.wait(_LEAVE_S):
            # The terminal is gone or the screen is stuck: everything is stored, so just end.
            os._exit(128 + number)
