"""A reading that is taken again and again, off the screen's thread, and whose age is known."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event, Lock
from typing import Generic, TypeVar

from core.clock import Clock
from core.errors import DropshipError
from core.failures import explained
from core.threads import WatchedThread, forget, report

T = TypeVar("T")


@dataclass(frozen=True)
class Reading(Generic[T]):
    """The last value, when it was taken (UTC) and how long that took (seconds).

    error: why the latest attempt failed, since when; the value is then that of an earlier one.
    busy: an attempt is under way.
    """

    value: T | None = None
    at: datetime | None = None
    took_s: float = 0.0
    error: str = ""
    failing_since: datetime | None = None
    busy: bool = False


class Poller(Generic[T]):
    """Takes a reading every `interval_s` seconds (0: only when asked) in a thread of its own.

    A slow reading delays the next one, so requests never pile up.
    """

    def __init__(self, name: str, take: Callable[[], T], interval_s: float, clock: Clock) -> None:
        self._name = name
        self._take = take
        self._clock = clock
        self._wake = Event()
        self._starting = Lock()
        self._ended = False
        self._broken = False
        self._thread = WatchedThread(name, self._run, on_failure=self._failed)
        self.interval_s = interval_s
        self.latest: Reading[T] = Reading()

    def start(self) -> None:
        """Start polling; safe to repeat, from any thread; nothing after `stop`."""
        with self._starting:
            if self._thread.ident is None and not self._ended:
                self._thread.start()

    def set_interval(self, seconds: float) -> None:
        """Poll at another interval from now on; 0 is only when asked."""
        self.interval_s = seconds
        self._wake.set()

    def now(self) -> None:
        """Take a reading as soon as possible."""
        self._wake.set()

    def stop(self) -> None:
        """End the thread; returns at once."""
        with self._starting:
            self._ended = True
        self._wake.set()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end; return whether it came."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._ended:
            self._read()
            self._wake.wait(self.interval_s or None)
            self._wake.clear()

    def _read(self) -> None:
        self.latest = replace(self.latest, busy=True)
        began = self._clock.monotonic()
        try:
            value = self._take()
        except DropshipError as error:
            self._failed(error)
        except Exception as error:  # noqa: BLE001 - reported, and the next reading is tried
            # What it reads is closed at the end, under a reading that takes long.
            if not self._broken and not self._ended:
                report(self._name, error)
            self._broken = True
            self._failed(error)
        else:
            if self._broken:
                self._broken = False
                forget(self._name)
            took = self._clock.monotonic() - began
            self.latest = Reading(value, self._clock.now(), took)

    def _failed(self, error: BaseException) -> None:
        """Show why there is no new reading; the value stays that of an earlier one."""
        since = self.latest.failing_since or self._clock.now()
        message, _hint = explained(error)
        self.latest = replace(self.latest, busy=False, error=message, failing_since=since)
