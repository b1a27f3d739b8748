"""Answers questions one after another in a thread of its own, the newest one first.

A new question ends the one under way: who turns pages does not wait for those that nobody wants to
see any more. The thread stays for the next one, so a service is not logged in to for each.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Condition
from typing import Generic, TypeVar

from core.clock import Clock
from core.errors import DropshipError
from core.failures import explained
from core.text import _
from core.threads import WatchedThread

T = TypeVar("T")


@dataclass(frozen=True)
class Asked(Generic[T]):
    """One moment. number: of the question that was asked last; answered: of that of `result`.

    error and hint: why the last question that ended found nothing. took_s: seconds until it did.
    done of total (None: unknown): how far the one under way is, where that is known.
    """

    number: int = 0
    running: bool = False
    cancelling: bool = False
    answered: int = 0
    result: T | None = None
    error: str = ""
    hint: str = ""
    at: datetime | None = None
    took_s: float = 0.0
    done: int = 0
    total: int | None = None


@dataclass(frozen=True)
class _Waiting(Generic[T]):
    number: int
    work: Callable[[], T]
    end: Callable[[], None]


class Asker(Generic[T]):
    """Any thread may call anything; nothing but `join` waits."""

    def __init__(self, name: str, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._changed = Condition()
        self._waiting: _Waiting[T] | None = None
        self._present: _Waiting[T] | None = None
        self._closing = False
        self._thread: WatchedThread | None = None
        self.latest: Asked[T] = Asked()

    def ask(self, work: Callable[[], T], end: Callable[[], None] = lambda: None) -> int:
        """Do some work next, and end what is under way; return the number of the question.

        end: makes the work end early; called in a thread of its own. It may come before the work
        has begun: it is called again until the work is over.
        """
        with self._changed:
            number = self.latest.number + 1
            self._waiting = _Waiting(number, work, end)
            self.latest = replace(
                self.latest, number=number, running=True, cancelling=False, done=0, total=None
            )
            if self._thread is None and not self._closing:
                self._thread = WatchedThread(self._name, self._run)
                self._thread.start()
            self._end_present()
            self._changed.notify_all()
        return number

    def cancel(self) -> bool:
        """End what is under way, and forget what waits; return whether there was something."""
        with self._changed:
            was = self.latest.running
            self._waiting = None
            if was:
                self.latest = replace(self.latest, cancelling=True)
            if was and self._present is None:
                self.latest = replace(
                    self.latest,
                    running=False,
                    cancelling=False,
                    error=_("the query was cancelled"),
                    hint="",
                )
            self._end_present()
            self._changed.notify_all()
        return was

    def tell(self, done: int, total: int | None) -> None:
        """Say how far the work is; called by it."""
        with self._changed:
            self.latest = replace(self.latest, done=done, total=total)

    def show(self, result: T) -> None:
        """Show a part of the result before the work is over."""
        with self._changed:
            if self._present is not None:
                self.latest = replace(
                    self.latest, result=result, answered=self._present.number, error="", hint=""
                )

    def close(self) -> None:
        """Answer nothing any more; returns at once."""
        with self._changed:
            self._closing = True
        self.cancel()

    def join(self, timeout: float) -> None:
        """Wait for the end."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _end_present(self) -> None:
        present = self._present
        if present is not None:
            WatchedThread(f"{self._name}-end", lambda: self._end(present)).start()

    def _end(self, present: _Waiting[T]) -> None:
        """Ask for the end until it has come: a question may be on its way still."""
        while True:
            with self._changed:
                if self._present is not present:
                    return
            try:
                present.end()
            except DropshipError:
                return
            with self._changed:
                if self._changed.wait_for(lambda: self._present is not present, 0.2):
                    return

    def _run(self) -> None:
        while (present := self._next()) is not None:
            began = self._clock.monotonic()
            found: T | None = None
            error: BaseException | None = None
            try:
                found = present.work()
            except BaseException as failed:
                error = failed
                if not isinstance(failed, DropshipError):
                    self._ended(present, None, failed, began)
                    raise
            self._ended(present, found, error, began)

    def _next(self) -> _Waiting[T] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting is not None or self._closing)
            if self._closing:
                return None
            self._present, self._waiting = self._waiting, None
            return self._present

    def _ended(
        self, present: _Waiting[T], found: T | None, error: BaseException | None, began: float
    ) -> None:
        message, hint = ("", "") if error is None else explained(error)
        with self._changed:
            self._present = None
            if self.latest.number == present.number:
                self.latest = replace(
                    self.latest,
                    running=False,
                    cancelling=False,
                    answered=present.number if error is None else self.latest.answered,
                    result=found if error is None else self.latest.result,
                    error=message,
                    hint=hint,
                    at=self._clock.now(),
                    took_s=self._clock.monotonic() - began,
                )
            elif self._waiting is None:
                self.latest = replace(self.latest, running=False, cancelling=False)
            if error is not None and not isinstance(error, DropshipError):
                self._thread = None  # the next question starts another one
            self._changed.notify_all()
