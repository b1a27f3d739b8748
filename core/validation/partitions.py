"""One partition of one incarnation of a topic: its offsets against what is stored for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.broker.base import Watermark
from core.clock import utc
from core.validation.context import CheckContext
from core.validation.model import BrokerView


@dataclass(frozen=True)
class PartitionBalance:
    """Offsets moved over, and records stored, for one (source, partition).

    start_offset, next_offset, updated_at: None when rows are stored but no offset is. offset_rows:
    rows of `consumer_offsets`, 1 when all is well. distinct_in_range: distinct offsets stored in
    the range.
    """

    source_id: str
    topic: str | None
    partition: int
    start_offset: int | None
    next_offset: int | None
    skipped: int
    updated_at: datetime | None
    offset_rows: int
    raw_events: int
    dead_letters: int
    distinct_in_range: int
    gaps: int

    @property
    def moved(self) -> int:
        """Offsets the consumer moved over."""
        if self.start_offset is None or self.next_offset is None:
            return 0
        return self.next_offset - self.start_offset

    @property
    def expected(self) -> int:
        """Records that must be stored."""
        return self.moved - self.skipped - self.gaps

    @property
    def stored(self) -> int:
        """Records that are stored."""
        return self.raw_events + self.dead_letters

    @property
    def missing(self) -> int:
        """Records that must be stored and are not."""
        return max(self.expected - self.distinct_in_range, 0)

    @property
    def balanced(self) -> bool:
        """Whether every offset is accounted for, once."""
        return self.offset_rows == 1 and self.expected == self.distinct_in_range == self.stored

    def lag(self, mark: Watermark) -> int:
        """Return records of the topic that were not read yet."""
        return max(mark.high - (self.next_offset or 0), 0)

    def already_gone(self, mark: Watermark) -> int:
        """Return unread offsets that the broker no longer has."""
        return max(mark.low - (self.next_offset or 0), 0)

    def beyond(self, mark: Watermark, view: BrokerView) -> bool:
        """Whether more is stored than the broker ever had.

        Offsets that moved after the view was taken may rightly be ahead of it.
        """
        if self.next_offset is None or self.updated_at is None:
            return False
        return self.next_offset > mark.high and self.updated_at < view.taken_at

    def row(self, fault: str, **more: object) -> dict[str, object]:
        """Return the partition as an offending row."""
        return {
            "fault": fault,
            "topic": self.topic,
            "source_id": self.source_id,
            "partition": self.partition,
            **more,
        }


def balances(context: CheckContext) -> list[PartitionBalance]:
    """Return every partition that was ever read. Errors: WarehouseError."""
    return [
        PartitionBalance(
            str(source),
            topic,
            int(partition),
            start,
            following,
            int(skipped),
            None if updated is None else utc(updated),
            *(int(value) for value in counts),
        )
        for source, topic, partition, start, following, skipped, updated, *counts in (
            context.warehouse.rows("validate_reconciliation")
        )
    ]


def of_view(partitions: list[PartitionBalance], view: BrokerView) -> Mapping[int, PartitionBalance]:
    """Return the partitions of the incarnation that the broker has now, by number."""
    return {
        balance.partition: balance
        for balance in partitions
        if balance.source_id == view.identity.source_id and balance.next_offset is not None
    }
