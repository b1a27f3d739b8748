"""Stores a batch exactly once, however often it takes.

A batch is written behind a fence, so writing it again is refused where the first attempt succeeded
and its reply was lost. Before every retry the stored offsets are read: they tell what happened.
"""

from collections.abc import Callable
from enum import Enum
from threading import Event

from core.clock import Clock, growing_waits
from core.errors import FencedError, WarehouseError
from core.warehouse.base import Warehouse
from core.warehouse.model import RawBatch

_FIRST_WAIT_S = 0.2
_LONGEST_WAIT_S = 10.0


class Outcome(Enum):
    """What became of a batch."""

    STORED = "stored"
    FENCED = "fenced"
    ABANDONED = "abandoned"


class Store:
    """Writes batches, with capped and jittered backoff while the warehouse is away.

    waiting: told why a retry is due; None when the wait is over. alive: called often during a
    wait, so that the group membership is kept. give_up_after_s: None retries until stopped.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        clock: Clock,
        stop: Event,
        *,
        waiting: Callable[[str | None], None],
        alive: Callable[[], None],
        give_up_after_s: float | None,
    ) -> None:
        self._warehouse = warehouse
        self._clock = clock
        self._stop = stop
        self._waiting = waiting
        self._alive = alive
        self._give_up_after_s = give_up_after_s

    def write(self, batch: RawBatch) -> Outcome:
        """Store a batch. Errors: what does not pass, and what lasts longer than allowed."""
        try:
            self._warehouse.write_batch(batch)
        except FencedError:
            return Outcome.FENCED
        except WarehouseError as error:
            if not error.transient:
                raise
            return self._retry(batch, error)
        return Outcome.STORED

    def _retry(self, batch: RawBatch, error: WarehouseError) -> Outcome:
        began, waits = self._clock.monotonic(), growing_waits(_FIRST_WAIT_S, _LONGEST_WAIT_S)
        try:
            while True:
                self._waiting(error.message)
                if self._pause(next(waits)):
                    return Outcome.ABANDONED
                try:
                    return self._again(batch)
                except WarehouseError as again:
                    late = self._clock.monotonic() - began
                    lasting = self._give_up_after_s is not None and late >= self._give_up_after_s
                    if lasting:
                        again.transient = False  # it had its time: no other session is to try
                    if not again.transient:
                        raise
                    error = again
        finally:
            self._waiting(None)

    def _again(self, batch: RawBatch) -> Outcome:
        """Look at what is stored, then write only if nothing of the batch is there."""
        stored = self._warehouse.stored_offsets(batch.identity)
        moves = batch.advances
        if all(stored.get(move.partition) == move.next_offset for move in moves):
            return Outcome.STORED
        if any(stored.get(move.partition) != move.expected for move in moves):
            return Outcome.FENCED
        try:
            self._warehouse.write_batch(batch)
        except FencedError:
            return Outcome.FENCED
        return Outcome.STORED

    def _pause(self, seconds: float) -> bool:
        """Wait, keeping the group membership; return whether a stop is wanted."""
        until = self._clock.monotonic() + seconds
        while self._clock.monotonic() < until:
            self._alive()
            if self._clock.wait(self._stop, 0.05):
                return True
        return False
