"""Where the parts of a job hang what can be read of them, for whoever measures the job.

Light: it knows the snapshots only, so that a job without `--metrics-port` pays nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypedDict, Unpack

from core.alerts.model import Alert
from core.consumer.snapshot import ConsumerSnapshot
from core.merge.snapshot import MergeSnapshot
from core.producer.snapshot import ProducerSnapshot
from core.threads import failures


@dataclass(frozen=True)
class TopicMetrics:
    """What the broker tells of the topic, by partition.

    ends: next offset to be written. stored: next offset to be stored for `group` in the warehouse
    (by Kafka's account where another engine stores, or the warehouse cannot be read); empty while
    it is not known, or was not asked for.
    """

    topic: str
    ends: Mapping[int, int]
    group: str = ""
    stored: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class MetricsSnapshot:
    """One moment of all that is measured; None: there is no such part (yet).

    at: UTC. failed_threads: how many threads of this process an exception has ended.
    """

    consumer: ConsumerSnapshot | None = None
    producer: ProducerSnapshot | None = None
    merge: MergeSnapshot | None = None
    alerts: tuple[Alert, ...] | None = None
    topic: TopicMetrics | None = None
    at: datetime = field(default_factory=lambda: datetime.now(UTC), compare=False)
    failed_threads: int = field(default_factory=lambda: len(failures()))


class Sources(TypedDict, total=False):
    """Functions that return the latest snapshot of a part; they never wait."""

    consumer: Callable[[], ConsumerSnapshot]
    producer: Callable[[], ProducerSnapshot]
    merge: Callable[[], MergeSnapshot]
    alerts: Callable[[], tuple[Alert, ...]]
    topic: Callable[[], TopicMetrics | None]


class Meters:
    """What can be read of a running job. `watch` and `moment` may be called from any thread."""

    def __init__(self) -> None:
        self._sources = Sources()
        self._whole: Callable[[], MetricsSnapshot] | None = None

    def watch(self, **sources: Unpack[Sources]) -> None:
        """Read these parts from now on; a part that is named again replaces its forerunner."""
        known: Sources = {**self._sources, **sources}
        self._sources = known

    def follow(self, whole: Callable[[], MetricsSnapshot]) -> None:
        """Read everything from one function from now on."""
        self._whole = whole

    def moment(self) -> MetricsSnapshot:
        """Return the latest snapshot of every part."""
        if self._whole is not None:
            return self._whole()
        sources = self._sources
        return MetricsSnapshot(
            consumer=sources["consumer"]() if "consumer" in sources else None,
            producer=sources["producer"]() if "producer" in sources else None,
            merge=sources["merge"]() if "merge" in sources else None,
            alerts=sources["alerts"]() if "alerts" in sources else None,
            topic=sources["topic"]() if "topic" in sources else None,
        )
