"""One piece of long work in a thread of its own, with progress to show and a way to cancel it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event, Thread
from typing import Generic, TypeVar

from core.clock import Clock
from core.errors import DropshipError
from core.remedies import Remedy
from core.text import _, clean

T = TypeVar("T")


@dataclass(frozen=True)
class TaskSnapshot(Generic[T]):
    """One moment of a task.

    done of total (None: unknown) units; rate: units per second since the start. result: what the
    last run that came to its end gave. error and hint: why the last run did not; remedies: what
    mends that.
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
    """Runs one function at a time; a Progress for it, and a snapshot for everyone else."""

    def __init__(self, name: str, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._thread: Thread | None = None
        self._began = 0.0
        self.stop = Event()
        self.latest: TaskSnapshot[T] = TaskSnapshot()

    def run(self, work: Callable[[], T]) -> bool:
        """Start the work; return False, and do nothing, while some is under way."""
        if self.latest.running:
            return False
        self.stop.clear()
        self._began = self._clock.monotonic()
        self.latest = TaskSnapshot(running=True, result=self.latest.result)
        self._thread = Thread(target=self._work, args=(work,), name=self._name, daemon=True)
        self._thread.start()
        return True

    def cancel(self) -> None:
        """Ask for a clean end; returns at once."""
        if self.latest.running:
            self.stop.set()
            self.latest = replace(self.latest, cancelling=True)

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end; return whether it came."""
        if self._thread is not None:
            self._thread.join(timeout)
            return not self._thread.is_alive()
        return True

    def start(self, task: str, total: int | None, unit: str) -> None:
        """Begin a step (the Progress seam)."""
        self._began = self._clock.monotonic()
        self.latest = replace(
            self.latest, step=task, total=total, unit=unit, done=0, note="", rate=0.0
        )

    def update(self, task: str, done: int, note: str = "") -> None:
        """Say how far a step is (the Progress seam)."""
        elapsed = self._clock.monotonic() - self._began
        self.latest = replace(
            self.latest,
            step=task,
            done=done,
            note=note,
            elapsed_s=elapsed,
            rate=done / elapsed if elapsed > 0 else 0.0,
        )

    def finish(self, task: str) -> None:
        """End a step (the Progress seam)."""

    def _work(self, work: Callable[[], T]) -> None:
        try:
            result = work()
        except DropshipError as error:
            self._end(error=error.message, hint=error.hint, remedies=error.remedies)
        except BaseException as error:
            self._end(
                error=_("internal error: {kind}: {reason}").format(
                    kind=type(error).__name__, reason=clean(error, 200)
                ),
                hint=_("the log has the details"),
            )
            raise
        else:
            self.latest = replace(self.latest, result=result)
            self._end()

    def _end(self, *, error: str = "", hint: str = "", remedies: tuple[Remedy, ...] = ()) -> None:
        self.latest = replace(
            self.latest,
            running=False,
            cancelling=False,
            ended_at=self._clock.now(),
            error=error,
            hint=hint,
            remedies=remedies,
        )
