"""A warehouse filled the way the consumer does it, and ways to look at it and to break it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.broker.base import Watermark
from core.broker.identity import TopicIdentity
from core.config import Thresholds
from core.pipeline import builtin
from core.validation import BrokerView, CheckResult, ValidationResult, run, validate
from core.validation.context import CheckContext
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import DeadLetter, OffsetAdvance, OffsetGap, RawBatch

TOPIC = TopicIdentity("cluster-1", "orders_topic", "0")
RECEIVED = datetime(2024, 5, 6, 8, 0, tzinfo=UTC)
NOW = RECEIVED + timedelta(minutes=5)


@dataclass
class Pipeline:
    """One topic, read into one warehouse, partition by partition."""

    warehouse: DuckDbWarehouse
    next_offset: int = 0
    partition: int = 0

    def consume(
        self,
        payloads: list[bytes],
        *,
        letters: int = 0,
        gap: int = 0,
        skipped: int = 0,
        detail: str = "no JSON",
    ) -> None:
        """Store a gap, then good events, then dead letters, then offsets without a record."""
        start = self.next_offset
        first = start + gap
        dead = first + len(payloads)
        self.next_offset = dead + letters + skipped
        self.warehouse.register_partitions(TOPIC, {self.partition: start})
        gaps = [OffsetGap(self.partition, start, first, "retention")] if gap else []
        self.warehouse.write_batch(
            RawBatch(
                TOPIC,
                RECEIVED,
                [self.partition] * len(payloads),
                list(range(first, dead)),
                payloads,
                [
                    DeadLetter(self.partition, offset, "invalid_json", detail, None, b"{")
                    for offset in range(dead, dead + letters)
                ],
                [OffsetAdvance(self.partition, start, self.next_offset, skipped)],
                gaps,
            )
        )

    def sql(self, statement: str) -> None:
        """Run any statement: what a person, another program or a fault might do."""
        cursor = self.warehouse._db.cursor()
        cursor.execute("SET schema = 'mon_schema'")
        cursor.execute(statement)

    def validate(
        self,
        *,
        now: datetime = NOW,
        broker_view: BrokerView | None = None,
        **thresholds: float,
    ) -> ValidationResult:
        """Run all checks."""
        limits = Thresholds.model_validate(thresholds)
        return validate(self.warehouse, limits, now=now, broker_view=broker_view)

    def check(
        self,
        name: str,
        *,
        now: datetime = NOW,
        broker_view: BrokerView | None = None,
        **thresholds: float,
    ) -> CheckResult:
        """Run one check alone."""
        limits = Thresholds.model_validate(thresholds)
        return run.checks_of(builtin().definition)[name](
            CheckContext(self.warehouse, limits, now, broker_view)
        )


def view(
    *, low: int = 0, high: int, topic: TopicIdentity = TOPIC, taken_at: datetime = NOW
) -> BrokerView:
    """Return what a broker with one partition would show."""
    return BrokerView(topic, {0: Watermark(low, high)}, taken_at)
