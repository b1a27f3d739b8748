"""The merge of a controller: its loop, and what is merged by hand between the runs of that."""

from collections.abc import Callable
from dataclasses import replace
from threading import Event, Lock

from core.clock import Clock
from core.merge.snapshot import MergeSnapshot
from core.merge.worker import MergeWorker
from core.warehouse.base import Warehouse
from core.warehouse.model import MergeResult


class MergeControl:
    """One merge loop at a time; figures by hand count with those of the loop. Any thread.

    give_up_after_s: how long a failure may last when the loop ends.
    """

    def __init__(self, clock: Clock, give_up_after_s: float) -> None:
        self._clock = clock
        self._give_up_after_s = give_up_after_s
        self._lock = Lock()
        self._by_hand = MergeResult()
        self.worker: MergeWorker | None = None

    @property
    def alive(self) -> bool:
        """Whether the loop is at work."""
        return self.worker is not None and self.worker.alive

    def start(self, warehouse: Warehouse, *, going_on: bool = False) -> bool:
        """Start the loop unless it runs. going_on: with the figures of the one before."""
        with self._lock:
            if self.alive:
                return False
            self._by_hand = self._total() if going_on else MergeResult()
            self.worker = MergeWorker(
                warehouse, give_up_after_s=self._give_up_after_s, clock=self._clock
            )
            self.worker.start()
            return True

    def snapshot(self) -> MergeSnapshot:
        """Return the loop's moment, with what was merged by hand."""
        with self._lock:
            merged = self.worker.snapshot() if self.worker else MergeSnapshot()
            if not self._by_hand.taken:
                return merged
            return replace(merged, total=merged.total.plus(self._by_hand))

    def by_hand(
        self, warehouse: Warehouse, stop: Event, told: Callable[[MergeResult], None]
    ) -> MergeResult:
        """Merge what the raw table holds, between the runs of the loop; return the sum. Blocks.

        told: given the sum after each run. Errors: WarehouseError.
        """
        total = MergeResult()
        while not stop.is_set():
            run = warehouse.merge()
            if not run.taken:
                break
            total = total.plus(run)
            with self._lock:
                self._by_hand = self._by_hand.plus(run)
            told(total)
        return total

    def end(self, timeout_s: float) -> None:
        """End the loop, which takes what was stored. Blocks."""
        worker = self.worker
        if worker is not None:
            worker.stop()
            worker.join(timeout_s)

    def _total(self) -> MergeResult:
        merged = self.worker.snapshot().total if self.worker else MergeResult()
        return merged.plus(self._by_hand)
