"""Everything a screen shows, as one frozen object."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.alerts.lag_evaluator import PartitionState
from core.alerts.model import Alert, Measure, Restart
from core.consumer.snapshot import ConsumerSnapshot
from core.kpis.model import Kpis
from core.merge.snapshot import MergeSnapshot
from core.operations.explorer import Explored
from core.operations.history import Sample
from core.operations.leaving import LeavingSnapshot
from core.operations.mark import Mark
from core.operations.poller import Reading
from core.operations.task import TaskSnapshot
from core.operations.upkeep_snapshot import UpkeepSnapshot
from core.operations.watchers import ExternalActivity, Watch
from core.producer.snapshot import ProducerSnapshot
from core.seed.spec import SeedResult
from core.threads import ThreadFailure
from core.validation.model import Totals, ValidationResult
from core.warehouse.snowflake.task import TaskStatus
from core.workers import FINAL_STATES

ERROR_RULES = frozenset({"dead_letters", "undelivered", "gaps"})
"""Rules of the alerts that contradict a verdict of PASS."""


@dataclass(frozen=True)
class SinceCheck:
    """Raw events and dead letters that were stored after the last verdict."""

    events: int = 0
    dead_letters: int = 0

    @property
    def outdated(self) -> bool:
        """Whether there is anything that the verdict does not speak of."""
        return bool(self.events or self.dead_letters)


@dataclass(frozen=True)
class Figures:
    """What the warehouse says of the business.

    newest_row: when the newest row came in (UTC), None without any. totals: rows of the tables.
    tasks: what works inside Snowflake, without its runs; none on DuckDB.
    """

    kpis: Kpis
    newest_row: datetime | None = None
    totals: Totals | None = None
    tasks: tuple[TaskStatus, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing was merged yet, and nothing is to be seen."""
        return self.kpis.empty and not (self.totals is not None and self.totals.rows)


@dataclass(frozen=True)
class ControllerSnapshot:
    """One moment of the whole pipeline.

    at: UTC. opening, opening_broker: the warehouse, and the broker, are being opened (tasks).
    ready: both are open. reports: of the last validation.
    demo: the demonstration's task, its step in `step`. external: who is at work besides our own
    workers. alerts: active ones, worst first, then past ones. states and behind_s: how the consumer
    does by partition, and how long the oldest waiting record has waited (None: unknown). minutes:
    the last hours. refused: how many controls a read-only controller refused, and the reason of the
    last one. unstored: records of our own embedded broker that no consumer has stored; None while
    the broker is not ours, or nothing was counted yet. failed_threads: threads of this process that
    an exception has ended. since_check: what was stored after the last verdict. restarts: workers
    that failed and were started again of late. attached: it is that of a service. unreached: the
    service does not answer, so that nothing of it is known. marks: what charts name of the last
    hours. measures: what each rule of the alerts measured last, by its name. limits: those in
    force, by the names of their fields.

    Of a figure that is shown in several places there is one account: `produced` and `consumed` for
    rates, `lag` and `offsets` for the topic.
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
    external: ExternalActivity = field(default_factory=ExternalActivity)
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
    failed_threads: tuple[ThreadFailure, ...] = ()
    since_check: SinceCheck = field(default_factory=SinceCheck)
    upkeep: UpkeepSnapshot = field(default_factory=UpkeepSnapshot)
    restarts: tuple[Restart, ...] = ()
    attached: bool = False
    unreached: bool = False
    marks: tuple[Mark, ...] = ()
    measures: Mapping[str, Measure] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)

    @property
    def produced(self) -> float | None:
        """Events published per second, by whomever: the measurement that the charts end with."""
        return self.history[-1].produced if self.history else None

    @property
    def consumed(self) -> float | None:
        """Records stored per second, by whomever: the measurement that the charts end with."""
        return self.history[-1].consumed if self.history else None

    @property
    def lag(self) -> Mapping[int, int]:
        """Records that wait, by partition; empty: not known.

        Behind our consumer while there is one, else behind what the warehouse stores. How far the
        topic goes, the broker knows: a consumer that rests hears nothing of what comes.
        """
        own, watch = self.consumer, self.watch.value
        if not own.lag or own.state in FINAL_STATES:
            return watch.lag if watch is not None else {}
        heard = watch if watch is not None and not self.watch.error else None
        ends = heard.ends if heard is not None else {}
        # Partitions that another member of the group holds wait too, for whoever stores here.
        others = heard.lag if heard is not None else {}
        return dict(others) | {
            part: max(behind, ends.get(part, 0) - own.offsets.get(part, ends.get(part, 0)))
            for part, behind in own.lag.items()
        }

    @property
    def total_lag(self) -> int | None:
        """Records that wait, in all partitions; None where that of one is unknown."""
        lag, watch = self.lag, self.watch.value
        ends = watch.ends if watch is not None else {}
        if not lag or any(part not in lag for part in (*self.offsets, *ends)):
            return None
        return sum(lag.values())

    @property
    def _told(self) -> Watch | None:
        """The look at the topic that `lag` rests on; None where our own consumer tells it all."""
        own, watch = self.consumer, self.watch.value
        if watch is None or (own.state not in FINAL_STATES and own.lag.keys() >= watch.ends.keys()):
            return None
        return watch

    @property
    def counts_commits(self) -> bool:
        """Whether `lag` counts what a group committed to Kafka, not what the warehouse stores."""
        return self._told is not None and self._told.commits

    @property
    def stored_at(self) -> datetime | None:
        """When the warehouse told what `lag` counts from (UTC); None: that is of this moment."""
        return None if self._told is None else self._told.stored_at

    @property
    def offsets(self) -> Mapping[int, int]:
        """The next offset to be stored, by partition; by the same account as `lag`."""
        own, watch = self.consumer, self.watch.value
        if own.offsets and own.state not in FINAL_STATES:
            return own.offsets
        return watch.stored if watch is not None else {}

    @property
    def errors(self) -> tuple[Alert, ...]:
        """The active alerts that say data go wrong at present, whatever the last verdict was."""
        return tuple(alert for alert in self.alerts if alert.active and alert.rule in ERROR_RULES)


__all__ = ["ControllerSnapshot", "ExternalActivity", "Figures", "Watch"]
