"""Everything a screen shows, as one frozen object."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.consumer.snapshot import ConsumerSnapshot
from core.kpis.model import CategoryShare, DayRevenue, Kpis
from core.operations.history import Sample
from core.operations.poller import Reading
from core.operations.task import TaskSnapshot
from core.producer.snapshot import ProducerSnapshot
from core.seed.spec import SeedResult
from core.transform.worker import MergeSnapshot
from core.validation.model import ValidationResult


@dataclass(frozen=True)
class Figures:
    """What the warehouse says of the business: KPIs, revenue by day, categories."""

    kpis: Kpis
    days: tuple[DayRevenue, ...]
    categories: tuple[CategoryShare, ...]


@dataclass(frozen=True)
class Watch:
    """What the broker says of the topic, whoever runs the workers. lag: by partition, records."""

    lag: Mapping[int, int] = field(default_factory=dict)
    records: int = 0

    @property
    def total_lag(self) -> int:
        """Records that the group has not committed."""
        return sum(self.lag.values())


@dataclass(frozen=True)
class DeskSnapshot:
    """One moment of the whole pipeline.

    at: UTC. opening: the back ends are being opened (task). reports: of the last validation.
    demo: the demonstration's task, its step in `step`.
    """

    at: datetime
    broker: str
    warehouse: str
    opening: TaskSnapshot[bool]
    ready: bool
    producer: ProducerSnapshot
    consumer: ConsumerSnapshot
    merge: MergeSnapshot
    seed: TaskSnapshot[SeedResult]
    validation: TaskSnapshot[ValidationResult]
    validation_every_s: float
    reports: tuple[str, ...]
    demo: TaskSnapshot[str]
    figures: Reading[Figures]
    figures_every_s: float
    watch: Reading[Watch]
    history: tuple[Sample, ...]
