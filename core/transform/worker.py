"""The merge loop: new raw events into orders, every so often, in a thread of its own."""

import logging
from dataclasses import dataclass, field
from threading import Event

from core.clock import Clock, SystemClock
from core.errors import WarehouseError
from core.lifecycle import RunState, Worker
from core.text import N_
from core.warehouse.base import Warehouse
from core.warehouse.model import MergeResult

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MergeSnapshot:
    """One moment of the merge loop: its sums so far, and the last run that took events."""

    state: RunState = RunState.IDLE
    total: MergeResult = field(default_factory=MergeResult)
    last: MergeResult = field(default_factory=MergeResult)
    runs: int = 0


def merge_all(warehouse: Warehouse, stop: Event) -> MergeResult:
    """Merge until nothing new is left or a stop is wanted; return the sum of the runs."""
    total = MergeResult()
    while not stop.is_set():
        run = warehouse.merge()
        if not run.taken:
            break
        total = total.plus(run)
    return total


class MergeWorker(Worker):
    """Merges every `interval_s` seconds until stopped, and once more at the end."""

    def __init__(
        self, warehouse: Warehouse, *, interval_s: float = 1.0, clock: Clock | None = None
    ) -> None:
        super().__init__("merge")
        self._warehouse = warehouse
        self._interval_s = interval_s
        self._clock = clock or SystemClock()
        self._snapshot = MergeSnapshot()

    def snapshot(self) -> MergeSnapshot:
        """Return the latest moment."""
        return self._snapshot

    def _run(self) -> None:
        self._life.enter(RunState.RUNNING)
        while not self._life.stopping:
            try:
                self._merge(self._life.stop_event)
            except WarehouseError as error:
                # What passes is tried again: the raw events wait where they are.
                if not error.transient:
                    raise
                log.warning(N_("the merge waits"), extra={"reason": error.message})
            self._clock.wait(self._life.stop_event, self._interval_s)
        self._merge(Event())

    def _merge(self, stop: Event) -> None:
        run = merge_all(self._warehouse, stop)
        if run.taken:
            before = self._snapshot
            self._snapshot = MergeSnapshot(
                self._life.state, before.total.plus(run), run, before.runs + 1
            )
