"""Stores a batch exactly once, however often it takes.

A batch is written behind a fence, so writing it again is refused where the first attempt succeeded
and its reply was lost. Before every retry the stored offsets are read: they tell what happened.

Under a backlog the first attempt is made in a thread of its own while the next batch is read and
decoded. There is one batch under way at most, and nothing is made of its outcome before it is asked
for: retries, which must keep the group's membership, belong to the consumer's thread.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from enum import Enum
from itertools import chain, repeat
from threading import Event
from typing import TypeVar

from core.clock import Clock, growing_waits
from core.errors import FencedError, WarehouseError
from core.registry.client import RegistryError
from core.text import N_
from core.warehouse.base import Warehouse
from core.warehouse.model import RawBatch

log = logging.getLogger(__name__)

Result = TypeVar("Result")

_FIRST_WAIT_S = 0.2
_LONGEST_WAIT_S = 10.0


class WriteOutcome(Enum):
    """What became of a batch."""

    STORED = "stored"
    FENCED = "fenced"
    STOPPED = "stopped"


class BatchWriter:
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
        self._thread: ThreadPoolExecutor | None = None
        self._under_way: tuple[RawBatch, Future[WriteOutcome]] | None = None

    def begin(self, batch: RawBatch) -> None:
        """Start to store a batch beside whatever comes next; `settle` tells what became of it."""
        if self._under_way is not None:
            raise AssertionError("a batch is under way")
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="consumer-writer")
        self._under_way = batch, self._thread.submit(self._first, batch)

    def settle(self) -> WriteOutcome:
        """Store the batch that was begun, with further attempts where they are due.

        Errors: as `write`.
        """
        if self._under_way is None:
            raise AssertionError("no batch is under way")
        (batch, first), self._under_way = self._under_way, None
        ways = chain([lambda _batch: first.result()], repeat(self._again))
        return self.patiently(lambda: next(ways)(batch)) or WriteOutcome.STOPPED

    def await_first_attempt(self) -> None:
        """Wait until nothing is being written. What came of it is told by `settle`."""
        if self._under_way is not None:
            wait([self._under_way[1]])

    @property
    def has_stored(self) -> bool:
        """Whether the batch that was begun is known to be stored."""
        if self._under_way is None:
            return False
        first = self._under_way[1]
        return first.done() and first.exception() is None and first.result() is WriteOutcome.STORED

    def close(self) -> None:
        """Wait for what is being written, and end the thread; a batch begun can be settled yet."""
        if self._thread is not None:
            self._thread.shutdown()

    def write(self, batch: RawBatch) -> WriteOutcome:
        """Store a batch. Errors: what does not pass, and what lasts longer than allowed."""
        ways = chain([self._first], repeat(self._again))
        return self.patiently(lambda: next(ways)(batch)) or WriteOutcome.STOPPED

    def patiently(self, attempt: Callable[[], Result]) -> Result | None:
        """Return what an attempt returns, made again while it fails for what passes.

        None when a stop is wanted meanwhile. Errors: as `write`.
        """
        began, waits = None, growing_waits(_FIRST_WAIT_S, _LONGEST_WAIT_S)
        try:
            while True:
                try:
                    return attempt()
                except (WarehouseError, RegistryError) as error:
                    now, limit = self._clock.monotonic(), self._give_up_after_s
                    if began is not None and limit is not None and now - began >= limit:
                        error.transient = False  # it had its time: no other session is to try
                    if not error.transient:
                        raise
                    if began is None:
                        began = now
                        log.warning(N_("the consumer waits"), extra={"reason": error.message})
                    self._waiting(error.message)
                if self._pause(next(waits)):
                    return None
        finally:
            if began is not None:
                self._waiting(None)

    def _first(self, batch: RawBatch) -> WriteOutcome:
        try:
            self._warehouse.write_batch(batch)
        except FencedError:
            return WriteOutcome.FENCED
        return WriteOutcome.STORED

    def _again(self, batch: RawBatch) -> WriteOutcome:
        """Look at what is stored, then write only if nothing of the batch is there."""
        stored = self._warehouse.stored_offsets(batch.identity)
        moves = batch.advances
        if all(stored.get(move.partition) == move.next_offset for move in moves):
            return WriteOutcome.STORED
        if any(stored.get(move.partition) != move.from_offset for move in moves):
            return WriteOutcome.FENCED
        return self._first(batch)

    def _pause(self, seconds: float) -> bool:
        """Wait, keeping the group membership; return whether a stop is wanted."""
        until = self._clock.monotonic() + seconds
        while self._clock.monotonic() < until:
            self._alive()
            if self._clock.wait(self._stop, 0.05):
                return True
        return False
