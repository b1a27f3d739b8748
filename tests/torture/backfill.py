"""A second source of events: what is there before the torture begins, and goes on coming during it.

It writes large batches past the broker, so that memory is short on any machine and writes overlap
with reads all the time, however slow the broker's side is.
"""

import os
from datetime import UTC, datetime
from threading import Event

from core.broker.identity import TopicIdentity
from core.warehouse.base import Warehouse
from core.warehouse.model import DeadLetter, OffsetAdvance, RawBatch
from tests.torture.events import is_broken, value
from tests.torture.flow import PARTITIONS

EVENTS = int(os.environ.get("TORTURE_EVENTS", "400000"))
_EARLIER = TopicIdentity("earlier", "orders_topic", "0")
_BATCH = 20_000


class Backfill:
    """Records of another topic, in partitions that the flow does not use; `ends` of each."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.ends = {PARTITIONS + number: 0 for number in range(PARTITIONS)}
        self._warehouse = warehouse
        warehouse.register_partitions(_EARLIER, self.ends)

    def fill(self) -> None:
        """Store what is there before, and merge it."""
        while sum(self.ends.values()) < EVENTS:
            self._store()
        while self._warehouse.merge().taken:
            pass

    def go_on(self, stop: Event) -> None:
        """Store batch after batch."""
        while not stop.is_set():
            self._store()

    def _store(self) -> None:
        """Store one batch in the partition that has the fewest records."""
        partition = min(self.ends, key=lambda one: self.ends[one])
        start = self.ends[partition]
        end = start + _BATCH
        self._warehouse.write_batch(_batch(partition, start, end))
        self.ends[partition] = end


def _batch(partition: int, start: int, end: int) -> RawBatch:
    good = [offset for offset in range(start, end) if not is_broken(offset)]
    bad = [offset for offset in range(start, end) if is_broken(offset)]
    return RawBatch(
        _EARLIER,
        datetime.now(UTC),
        [partition] * len(good),
        good,
        [value(partition, offset) for offset in good],
        [
            DeadLetter(partition, offset, "invalid_json", "", None, value(partition, offset))
            for offset in bad
        ],
        [OffsetAdvance(partition, start, end)],
    )
