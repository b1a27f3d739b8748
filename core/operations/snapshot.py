"""Everything a screen shows, as one frozen object."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.alerts.burrow import PartitionState
from core.alerts.model import Alert
from core.consumer.snapshot import ConsumerSnapshot
from core.kpis.model import CategoryShare, DayRevenue, Kpis
from core.operations.explore import Explored
from core.operations.history import Sample
from core.operations.leaving import LeavingSnapshot
from core.operations.poller import Reading
from core.operations.task import TaskSnapshot
from core.operations.watchers import Others, Watch
from core.producer.snapshot import ProducerSnapshot
from core.seed.spec import SeedResult
from core.transform.worker import MergeSnapshot
from core.validation.model import ValidationResult


@dataclass(frozen=True)
class Figures:
    """What the warehouse says of the business: KPIs, revenue by day, categories.

    newest_order: when the newest order came in (UTC), None without any.
    """

    kpis: Kpis
    days: tuple[DayRevenue, ...]
    categories: tuple[CategoryShare, ...]
    newest_order: datetime | None = None


@dataclass(frozen=True)
class DeskSnapshot:
    """One moment of the whole pipeline.

    at: UTC. opening, opening_broker: the warehouse, and the broker, are being opened (tasks).
    ready: both are open. reports: of the last validation.
    demo: the demonstration's task, its step in `step`. others: who is at work besides our own
    workers. alerts: active ones, worst first, then past ones. states and behind_s: how the consumer
    does by partition, and how long the oldest waiting record has waited (None: unknown). minutes:
    the last hours. refused: how many controls a read-only desk refused, and the reason of the last
    one. unstored: records of our own embedded broker that no consumer has stored; None while the
    broker is not ours, or nothing was counted yet.
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
    others: Others = field(default_factory=Others)
    alerts: tuple[Alert, ...] = ()
    states: Mapping[int, PartitionState] = field(default_factory=dict)
    behind_s: float | None = None
    minutes: tuple[Sample, ...] = ()
    read_only: bool = False
    refused: tuple[int, str] = (0, "")
    broker_is_ours: bool = True
    explored: Explored = field(default_factory=Explored)
    opening_broker: TaskSnapshot[bool] = field(default_factory=TaskSnapshot)
    broker_open: bool = True
    unstored: int | None = None
    leaving: LeavingSnapshot = field(default_factory=LeavingSnapshot)


__all__ = ["DeskSnapshot", "Figures", "Others", "Watch"]
