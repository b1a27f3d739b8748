"""What a screen or a result may know of a consumer: frozen, complete, swapped in whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.warehouse.model import OffsetGap
from core.workers import RunState


@dataclass(frozen=True)
class Percentiles:
    """Latencies in milliseconds; None before the first event."""

    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


@dataclass(frozen=True)
class LatencyBuckets:
    """Latencies as a histogram: counts[i] events took at most bounds_s[i] seconds; all, total."""

    bounds_s: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
    total: int = 0
    sum_s: float = 0.0


@dataclass(frozen=True)
class ConsumerSnapshot:
    """One moment of a consumer.

    consumed: records read and stored, good or dead. already_stored: records met again that the
    warehouse had. fenced: batches refused because another consumer had stored them. rate: records
    per second over the last seconds. lag and offsets: by partition held now. latency: of the last
    ten seconds, from a record's time in the topic to its commit; latency_total: of the whole run,
    and latency_buckets: the same as a histogram. event_age: how old the events were by their own
    timestamps, of the whole run: of old events that are published again that is no latency.
    notices: what a person must hear, as of a topic
    that was made again. waiting_for: why it cannot go on, and since when. error and hint: what
    ended it, and how to fix that.
    """

    state: RunState = RunState.IDLE
    topic: str = ""
    consumed: int = 0
    inserted: int = 0
    dead_lettered: int = 0
    already_stored: int = 0
    fenced: int = 0
    rate: float = 0.0
    lag: Mapping[int, int] = field(default_factory=dict)
    offsets: Mapping[int, int] = field(default_factory=dict)
    gaps: tuple[OffsetGap, ...] = ()
    notices: tuple[str, ...] = ()
    latency: Percentiles = field(default_factory=Percentiles)
    latency_total: Percentiles = field(default_factory=Percentiles)
    latency_buckets: LatencyBuckets = field(default_factory=LatencyBuckets)
    event_age: Percentiles = field(default_factory=Percentiles)
    last_commit: datetime | None = None
    last_batch: int = 0
    waiting_for: str = ""
    waiting_since: datetime | None = None
    commit_error: str = ""
    dead_reasons: Mapping[str, int] = field(default_factory=dict)
    error: str = ""
    hint: str = ""

    @property
    def total_lag(self) -> int | None:
        """Records behind, over the partitions held now; None where the end of one is unknown."""
        if not self.lag or any(part not in self.lag for part in self.offsets):
            return None
        return sum(self.lag.values())

    @property
    def gap_offsets(self) -> int:
        """Offsets lost to retention before they were read."""
        return sum(gap.to_offset - gap.from_offset for gap in self.gaps)
