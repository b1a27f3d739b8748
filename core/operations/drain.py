"""Storing what only this process holds, before it ends: a consumer works until nothing is left."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from core.clock import Clock
from core.errors import DropshipError
from core.operations.unstored_count import UnstoredCount
from core.operations.workers import Workers
from core.rate_meter import RateMeter
from core.text import _, clean

_TICK_S = 0.1


@dataclass(frozen=True)
class Drained:
    """How far it is: stored of total records, rate in records per second, left to store now.

    waiting_for: why nothing is stored at the moment.
    """

    stored: int = 0
    left: int = 0
    rate: float = 0.0
    waiting_for: str = ""

    @property
    def total(self) -> int:
        """Records to store in all; it grows while others publish."""
        return self.stored + self.left


def drain(
    workers: Workers,
    custody: UnstoredCount,
    clock: Clock,
    *,
    stop: Event,
    show: Callable[[Drained], None],
    within_s: float = math.inf,
) -> str:
    """Store all that our own broker holds, starting a consumer where none works; blocks.

    stop: set to give up. show: told how far it is, ten times a second. Return why it failed;
    nothing when all is stored, when the broker is not ours, or when it was to stop.
    """
    rate, began, tried = RateMeter(), workers.stored_records, False
    deadline = clock.monotonic() + within_s
    try:
        left = custody.count(workers.stored_offsets, ask=True)
        while left and not stop.is_set():
            if workers.consumer is None:
                if tried:
                    return _why(workers)
                tried = True
                if not workers.start_consumer(last=True):
                    return _("broker and warehouse are not open yet")
            else:
                workers.consumer.resume()
            clock.wait(stop, _TICK_S)
            left = custody.count(workers.stored_offsets)
            stored = workers.stored_records - began
            rate.observe(clock.monotonic(), stored)
            waiting = workers.snapshots()[1].waiting_for
            show(Drained(stored, left or 0, rate.per_second, waiting))
            if clock.monotonic() >= deadline:
                return waiting or _("the time for it was over")
    except DropshipError as error:
        return error.message
    return ""


def _why(workers: Workers) -> str:
    """Return what ended the consumer that was to store the rest."""
    error = workers.failures.get("consumer")
    if error is None:
        return _("the consumer was stopped")
    if isinstance(error, DropshipError):
        return f"{error.message} ({error.hint})" if error.hint else error.message
    return _("internal error: {kind}: {reason}").format(
        kind=type(error).__name__, reason=clean(error, 200)
    )
