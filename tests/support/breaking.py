"""Fakes at the seams that fail in one thread: clock, broker and warehouse that raise once in it."""

from collections.abc import Callable
from datetime import datetime
from threading import Event, Lock, current_thread
from typing import Any, cast

from core.broker.base import Broker
from core.clock import SystemClock
from core.jobs.base import JobContext
from core.operations.backends import Backends
from core.warehouse.base import Warehouse


class BoomError(Exception):
    """What nobody expects."""


class Bomb:
    """Goes off once, in the thread of this name. after: touches there that it lets pass."""

    def __init__(self, thread: str, after: int = 0) -> None:
        self._thread = thread
        self._lock = Lock()
        self._left = 1
        self._after = after

    @property
    def gone(self) -> bool:
        """Whether it went off."""
        return not self._left

    def touch(self) -> None:
        """Raise where it is time."""
        with self._lock:
            if not self._left or current_thread().name != self._thread:
                return
            self._after -= 1
            if self._after >= 0:
                return
            self._left = 0
        raise BoomError("boom")


class BreakingClock(SystemClock):
    """The machine's clock, with a bomb."""

    def __init__(self, bomb: Bomb) -> None:
        self._bomb = bomb

    def now(self) -> datetime:
        self._bomb.touch()
        return super().now()

    def monotonic(self) -> float:
        self._bomb.touch()
        return super().monotonic()

    def wait(self, event: Event, seconds: float) -> bool:
        return super().wait(event, min(seconds, 0.05))


class Breaking:
    """Anything with methods, with a bomb before each call."""

    def __init__(self, inner: object, bomb: Bomb) -> None:
        self._inner = inner
        self._bomb = bomb

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found):
            return found

        def call(*args: Any, **options: Any) -> Any:
            self._bomb.touch()
            return cast(Callable[..., Any], found)(*args, **options)

        return call


class BreakingBackends(Backends):
    """Back ends that are real, with a bomb at every call."""

    def __init__(self, bomb: Bomb) -> None:
        super().__init__()
        self._bomb = bomb

    def open_warehouse(self, context: JobContext) -> bool:
        self._bomb.touch()
        opened = super().open_warehouse(context)
        self.warehouse = cast(Warehouse, Breaking(self.warehouse, self._bomb))
        return opened

    def open_broker(self, context: JobContext) -> bool:
        self._bomb.touch()
        opened = super().open_broker(context)
        self.broker = cast(Broker, Breaking(self.broker, self._bomb))
        return opened
