"""Signals and hang-ups: what would be lost is stored, and the terminal is as it was.

A Textual application dies at once on SIGTERM and SIGHUP, undrained and with the terminal raw; an
asyncio signal handler hangs when the terminal is gone. So an ordinary handler starts a thread that
closes the controller, asks the application to leave, and ends the process if that does not come.
"""

import os
import signal
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from types import FrameType
from typing import Any

from core.operations.base import PipelineController
from core.threads import WatchedThread, reported
from tui.app import Console
from tui.exit_summary import print_exit_summary

_LEAVE_S = 3.0
_BUSY_LEAVE_S = 10.0
"""A terminal that is still there gets it back from Textual, however busy the machine is."""
_WRITE_S = 2.0
_PLAIN = "\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1049l\x1b[?25h"
"""Mouse and paste reporting off, back to the normal screen, the cursor shown."""
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class SignalHandler:
    """Ends a console on SIGTERM, SIGHUP and SIGINT. A second signal does not wait for storing.

    A third one ends the process where it stands.
    """

    def __init__(self, app: Console, controller: PipelineController) -> None:
        self._app = app
        self._controller = controller
        self._received: list[int] = []
        self._finished = Event()
        self._modes: list[Any] | None = None

    def install(self) -> None:
        """Take over the signals, and remember how the terminal was."""
        with suppress(termios.error, OSError, ValueError):
            self._modes = termios.tcgetattr(sys.stdin.fileno())
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
        WatchedThread("ending", lambda: step(number)).start()

    def _end(self, number: int) -> None:
        """Store, close, leave."""
        with reported("ending"):
            self._controller.close()
        self._leave(number)

    def _force(self, number: int) -> None:
        """Leave without waiting for what the first signal began."""
        self._app.forced = True
        self._leave(number)

    def _leave(self, number: int) -> None:
        leave: Callable[[], None] = lambda: self._app.exit(128 + number)  # noqa: E731
        loop = getattr(self._app, "_loop", None)
        with suppress(RuntimeError, AttributeError):
            loop.call_soon_threadsafe(leave)  # type: ignore[union-attr]
        patience_s = _LEAVE_S if signal.SIGHUP in self._received else _BUSY_LEAVE_S
        if not self._finished.wait(patience_s):
            # The terminal is gone or the screen is stuck.
            last = WatchedThread("last-words", self._last_words)
            last.start()
            last.join(_WRITE_S)  # a terminal that takes nothing any more would keep it for ever
            os._exit(128 + number)

    def _last_words(self) -> None:
        """Give the terminal back by our own means, and say what is lost."""
        with suppress(OSError, ValueError, termios.error):
            sys.stdout.write(_PLAIN)
            sys.stdout.flush()
            if self._modes is not None:
                termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, self._modes)
        print_exit_summary(self._controller)
