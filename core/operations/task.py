"""One piece of long work in a thread of its own, with progress to show and a way to cancel it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event, Lock
from typing import Any, Generic, TypeVar

from core.clock import Clock
from core.errors import DropshipError
from core.failures import explained
from core.remedies import Remedy
from core.threads import WatchedThread

T = TypeVar("T")


@dataclass(frozen=True)
class TaskSnapshot(Generic[T]):
    """One moment of a task.

    done of total (None: unknown) units; rate: units per second since the start. result: what the
    last run that came to its end gave. error and hint: why the last run did not; remedies: what
    fixes that.
    """

    running: bool = False
    cancelling: bool = False
    step: str = ""
    done: int = 0
    total: int | None = None
    unit: str = ""
    note: str = ""
    rate: float = 0.0
    elapsed_s: float = 0.0
    result: T | None = None
    ended_at: datetime | None = None
    error: str = ""
    hint: str = ""
    remedies: tuple[Remedy, ...] = ()

    @property
    def fraction(self) -> float | None:
        """Share that is done, None where the total is unknown."""
        if not self.total:
            return None
        return min(self.done / self.total, 1.0)

    @property
    def left_s(self) -> float | None:
        """Seconds left at the present rate, None where that cannot be known."""
        if not self.total or self.rate <= 0:
            return None
        return max(self.total - self.done, 0) / self.rate


class Task(Generic[T]):
    """Runs one function at a time; a Progress for it, and a snapshot for everyone else.

    Any thread may call anything. What is read of the snapshot to make the next one is read under a
    lock: two starts at once must not both run, nor a cancel bring back what has just ended.
    """

    def __init__(self, name: str, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._lock = Lock()
        self._refusing = False
        self._thread: WatchedThread | None = None
        self._began = 0.0
        self.stop = Event()
        self.latest: TaskSnapshot[T] = TaskSnapshot()

    def run(self, work: Callable[[], T | None]) -> bool:
        """Start the work; return False, and do nothing, while some is under way or closed."""
        began = self._clock.monotonic()
        with self._lock:
            if self.latest.running or self._refusing:
                return False
            self.stop.clear()
            self._began = began
            thread = WatchedThread(self._name, lambda: self._work(work))
            # It tells nothing before the lock is free; where no thread can be had, nothing changed.
            thread.start()
            self._thread = thread
            self.latest = TaskSnapshot(running=True, result=self.latest.result)
            return True

    def recall(self, result: T) -> bool:
        """Take the result of an earlier process; not while there is one, or work is under way."""
        if self.latest.running or self.latest.result is not None:
            return False
        self.latest = replace(self.latest, result=result)
        return True

    def cancel(self) -> None:
        """Ask for a clean end; returns at once."""
        with self._lock:
            if self.latest.running:
                self.stop.set()
                self.latest = replace(self.latest, cancelling=True)

    def close(self) -> None:
        """Ask for a clean end, and start nothing any more; returns at once."""
        with self._lock:
            self._refusing = True
        self.cancel()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end; return whether it came."""
        thread = self._thread
        if thread is None:
            return True
        thread.join(timeout)
        return not thread.is_alive()

    def show(self, result: T) -> None:
        """Show a result before the work is over."""
        self._change(result=result)

    def start(self, task: str, total: int | None, unit: str) -> None:
        """Begin a step (the Progress seam)."""
        self._began = self._clock.monotonic()
        self._change(step=task, total=total, unit=unit, done=0, note="", rate=0.0)

    def update(self, task: str, done: int, note: str = "") -> None:
        """Say how far a step is (the Progress seam)."""
        elapsed = self._clock.monotonic() - self._began
        self._change(
            step=task,
            done=done,
            note=note,
            elapsed_s=elapsed,
            rate=done / elapsed if elapsed > 0 else 0.0,
        )

    def finish(self, task: str) -> None:
        """End a step (the Progress seam)."""

    def _work(self, work: Callable[[], T | None]) -> None:
        try:
            result = work()
        except BaseException as error:
            message, hint = explained(error)
            remedies = error.remedies if isinstance(error, DropshipError) else ()
            self._end(error=message, hint=hint, remedies=remedies)
            if not isinstance(error, DropshipError):
                raise
        else:
            self._end(result=result)

    def _end(self, **changes: Any) -> None:
        self._change(running=False, cancelling=False, ended_at=self._clock.now(), **changes)

    def _change(self, **changes: Any) -> None:
        with self._lock:
            self.latest = replace(self.latest, **changes)
