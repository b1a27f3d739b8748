"""The first signal asks for a clean end, the second ends at once."""

import signal
import time
from collections.abc import Callable
from types import FrameType

_ONE_EVENT_S = 0.05
"""`timeout` signals its child and then its group: within this time two signals are one."""


class StopSignals:
    """SIGINT, SIGTERM and SIGHUP, as the process gets them.

    first: called with the first signal; must only set events. force: called with the next one;
    does not return unless the process is about to end anyway. Both run in the main thread.
    """

    def __init__(self, first: Callable[[int], None], force: Callable[[int], None]) -> None:
        self._first = first
        self._force = force
        self._at = 0.0
        self.received: int | None = None

    def install(self) -> None:
        """Take over the signals. SIGHUP stays ignored where a caller (nohup) wants it so."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._handle)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._handle)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.received is None:
            self.received, self._at = number, now
            self._first(number)
        elif now - self._at > _ONE_EVENT_S:
            self._force(number)


def name_of(number: int) -> str:
    """Return a signal's name, such as SIGTERM."""
    return signal.Signals(number).name


def exit_code_of(number: int) -> int:
    """Return the exit code that tells of a signal: 130, 143, or 129 for SIGHUP."""
    return 128 + number
