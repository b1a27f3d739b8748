"""The controller: every control of the pipeline, and its whole state as one snapshot.

Threads and their owners: the controller owns the tasks (opening, seed, validation, demonstration),
the readings (figures, topic) and the sampler; producer, consumer and merge own theirs. `close` ends
all of them in the order that loses nothing.
"""

import logging
from collections.abc import Mapping, Sequence
from threading import Event, Lock
from typing import TYPE_CHECKING

from core.broker.base import Broker
from core.clock import Clock, SystemClock
from core.config import Settings
from core.errors import DropshipError
from core.jobs import produce, seed
from core.operations.backends import Backends, Opening
from core.operations.demo import Demonstration
from core.operations.explorer import Explorer
from core.operations.history import Sample
from core.operations.leaving import STORE_WITHIN_S, Farewell, Leaving, tell_lost
from core.operations.readings import Readings
from core.operations.recorder import Recorder
from core.operations.restarts import Restarts
from core.operations.sampler import Sampler
from core.operations.seed_task import SeedTask
from core.operations.snapshot import ControllerSnapshot
from core.operations.task import Task
from core.operations.unstored_count import UnstoredCount
from core.operations.upkeep import Upkeep
from core.operations.validation_task import ValidationTask
from core.operations.work_totals import WorkTotals
from core.operations.workers import Workers
from core.text import _
from core.threads import failures, reported
from core.validation.history import PastRun
from core.warehouse.base import Warehouse

if TYPE_CHECKING:
    from core.consumer.worker import ConsumerWorker
    from core.producer.worker import ProducerWorker

_DRAIN_S = 30.0
_RETRY_S = 10.0

log = logging.getLogger(__name__)


class Controller:
    """Controls that return at once, and `snapshot`. Made, used and closed by one screen or service.

    restarts: whether consumer and merge are started again when they fail.
    Controls may be called from any thread; one that does not fit the present state does nothing
    and returns False.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        read_only: bool = False,
        backends: Backends | None = None,
        restarts: bool = False,
    ) -> None:
        self.settings = settings
        self.read_only = read_only
        self._refusals = 0
        self._clock = clock or SystemClock()
        self._lock = Lock()
        self._closing = Event()
        self._backends = backends or Backends(read_only=read_only)
        self.explorer = Explorer(settings, self._backends, self._clock)
        self._workers = Workers(settings, self._backends, self._clock)
        self._custody = UnstoredCount(settings, self._backends, self._clock)
        self.leaving = Leaving(
            self._workers,
            self._custody,
            self._clock,
            pause=self.cancel_demo,
            close=lambda lose: self.close(lose=lose),
        )
        self.farewell: Farewell | None = None
        self._ending = Lock()
        self._backends_opening = Opening(settings, self._backends, self._clock, self._workers.warm)
        self._seed_task = SeedTask(settings, self._backends, self._clock)
        self._validation = ValidationTask(settings, self._backends, self._clock)
        self._demo: Task[str] = Task("demo", self._clock)
        self.upkeep = Upkeep(settings, self._backends, self._workers, self._clock)
        self.upkeep.allowed, self.upkeep.changed = self._allowed, self._look_anew
        self._readings = Readings(
            settings,
            self._backends,
            self._custody,
            self._clock,
            ours=lambda: self._workers.stored_offsets,
            failed=lambda: self._backends_opening.warehouse_failed,
        )
        starts = {"consumer": self.start_consumer, "merge": self.restart_merge} if restarts else {}
        self._restarts = Restarts(starts, self._clock)
        self._recorder = Recorder(settings, self._clock, keep=not read_only)
        self._sampler = Sampler(
            self._recorder,
            lambda: (self.snapshot(), self._workers.failures),
            self._start_what_is_due,
            self._closing,
            self._clock,
        )

    # -- opening and closing

    def open(self) -> bool:
        """Open what is not open yet of broker and warehouse, in the background."""
        if self.ready or self._closing.is_set():
            return False
        began = self._backends_opening.run(self._warehouse_opened, self._readings.topic.start)
        with self._lock:
            if not self._closing.is_set():
                self._sampler.start()
        return began

    @property
    def ready(self) -> bool:
        """Whether broker and warehouse are open."""
        return self._backends.ready

    @property
    def _broker(self) -> Broker | None:
        return self._backends.broker

    @property
    def _warehouse(self) -> Warehouse | None:
        return self._backends.warehouse

    def _warehouse_opened(self) -> None:
        self._readings.figures.start()
        with reported("recall"):
            self._validation.recall()

    def _allowed(self) -> bool:
        """Return whether something may be changed; a refusal is counted for the screen."""
        if self.read_only:
            self._refusals += 1
        return not self.read_only

    def close(self, *, lose: bool = False, within_s: float = STORE_WITHIN_S) -> None:
        """End everything cleanly: producer flushed, what our own broker holds stored, all closed.

        lose: what is not stored yet may be lost; somebody was asked. within_s: how long storing
        may take. What was left unstored is said in the log and by `farewell`. Blocks, at most
        about two minutes; call it off the screen's thread. Safe to repeat: it ends once.
        """
        with self._ending:
            if self.farewell is None:
                self._close(lose=lose, within_s=within_s)

    def _close(self, *, lose: bool, within_s: float) -> None:
        with self._lock:
            self._closing.set()
        self._workers.refuse()
        self.leaving.give_way()
        tasks = (
            self._demo,
            self._seed_task.task,
            self._validation.task,
            *self._backends_opening.tasks,
        )
        for task in tasks:
            task.close()
        for task in tasks:
            task.join(_DRAIN_S)
        self.upkeep.close()
        self.explorer.close()
        self._workers.stop_producer()
        why = "" if lose else self.leaving.store_within(within_s)
        self._workers.end()
        self._readings.close()
        self._sampler.join(5.0)
        self._recorder.journal.see(self.snapshot(), self._workers.failures)
        self._recorder.end()
        self.farewell = Farewell(
            self._workers.done, self.count_unstored(), why, self.leaving.handover
        )
        tell_lost(self.farewell.unstored, self.farewell.why)
        self._backends.close()

    @property
    def done(self) -> WorkTotals:
        """What the workers did since the controller was opened."""
        return self._workers.done

    def count_unstored(self) -> int | None:
        """Count the records that end with our own broker and are not stored; None without one."""
        try:
            return self._custody.count(self._workers.stored_offsets, ask=True)
        except DropshipError:
            return self._custody.latest

    # -- seed

    def generate(self, options: seed.Options) -> bool:
        """Generate seed files in the background, and load the catalogue from them."""
        return self._allowed() and self._seed_task.run(options)

    def cancel_seed(self) -> None:
        """Give up generating; files that were there stay as they were."""
        self._seed_task.task.cancel()

    # -- producer and consumer

    def start_producer(self, options: produce.Options) -> bool:
        """Start publishing. Errors: UsageError for options that cannot be used."""
        return self._allowed() and self._workers.start_producer(options)

    @property
    def producer(self) -> "ProducerWorker | None":
        """The producer under way, for pause, resume, stop and its rate; None without one."""
        return self._workers.producer

    def start_consumer(self) -> bool:
        """Start storing what the topic holds, and merging it."""
        return self._allowed() and self._workers.start_consumer()

    def restart_merge(self) -> bool:
        """Start merging again after a failure; the consumer may be at work or not."""
        return self._allowed() and self._workers.restart_merge()

    @property
    def failures(self) -> Mapping[str, BaseException]:
        """What ended the workers that failed and were not started again, by their names."""
        return self._workers.failures

    @property
    def consumer(self) -> "ConsumerWorker | None":
        """The consumer under way, for pause, resume and stop; None without one."""
        return self._workers.consumer

    # -- validation and figures

    def validate(self) -> bool:
        """Run all checks in the background and write a report."""
        return self._allowed() and self._validation.run()

    def validate_every(self, seconds: float) -> None:
        """Run the checks every so many seconds; 0 is only when asked."""
        self._validation.every_s = seconds

    def refresh_every(self, seconds: float) -> None:
        """Read the figures every so many seconds; 0 is only when asked."""
        self._readings.figures.set_interval(seconds)

    def refresh(self) -> None:
        """Read the figures now."""
        self._readings.figures.now()

    def past_validations(self, limit: int) -> list[PastRun]:
        """Return the latest validations, newest first; reads the warehouse, so it may wait.

        Errors: WarehouseError.
        """
        return self._validation.past(limit)

    def _look_anew(self) -> None:
        """Read again what upkeep may have changed."""
        self._readings.figures.now()
        self.explorer.look_again()

    # -- alerts and history

    def replay(self, event_ids: Sequence[str]) -> bool:
        """Publish dead letters again in the background."""
        return self._allowed() and self.ready and self.explorer.replay(event_ids)

    def cancel_replay(self) -> None:
        """End the replay under way: what went out is marked, the rest stays listed."""
        self.explorer.cancel_replay()

    def acknowledge(self, rule: str | None = None) -> int:
        """Mark an alert (None: all) as seen; return how many were not yet."""
        return self._recorder.alerts.acknowledge(rule)

    def history(self) -> list[Sample]:
        """Return the samples kept of the last hours, oldest first; reads a file."""
        return self._recorder.samples()

    # -- demonstration

    def demonstrate(self, orders: int = 5_000, rate: float = 400.0) -> bool:
        """Run the whole pipeline at a rate that can be watched."""
        if not self._allowed() or not self.ready:
            return False
        demo = Demonstration(self, self._workers, self._backends, self._demo)
        return self._demo.run(lambda: demo.run(orders, rate))

    def cancel_demo(self) -> None:
        """End the demonstration; what it started is stopped cleanly."""
        self._demo.cancel()

    # -- state

    def snapshot(self) -> ControllerSnapshot:
        """Return the present moment; never waits."""
        producer, consumer, merge = self._workers.snapshots()
        seen = self._recorder.latest
        return ControllerSnapshot(
            at=self._clock.now(),
            broker=self.settings.broker_label,
            warehouse=self.settings.warehouse_label,
            opening=self._backends_opening.warehouse.latest,
            opening_broker=self._backends_opening.broker.latest,
            ready=self.ready,
            broker_open=self._backends.broker is not None,
            producer=producer,
            consumer=consumer,
            merge=merge,
            seed=self._seed_task.task.latest,
            validation=self._validation.task.latest,
            validation_every_s=self._validation.every_s,
            reports=self._validation.reports,
            demo=self._demo.latest,
            figures=self._readings.figures.latest,
            figures_every_s=self._readings.figures.interval_s,
            watch=self._readings.topic.latest,
            history=seen.history,
            external=seen.external,
            alerts=self._recorder.alerts.latest,
            states=seen.states,
            behind_s=seen.behind_s,
            minutes=seen.minutes,
            read_only=self.read_only,
            refused=(self._refusals, _("read-only: nothing can be changed here")),
            broker_is_ours=self._backends.broker_is_ours,
            unstored=self._custody.latest,
            leaving=self.leaving.latest,
            explored=self.explorer.snapshot(),
            failed_threads=failures(),
            since_check=seen.since_check,
            upkeep=self.upkeep.snapshot(),
            restarts=self._restarts.latest,
        )

    def _start_what_is_due(self, now: ControllerSnapshot) -> None:
        if not now.ready and self._backends_opening.failed_before(_RETRY_S):
            self.open()
        idle = self.producer is None and self.consumer is None
        if now.watch.error and idle and self._backends.follow(self.settings):
            self._readings.topic.now()
        self._restarts.look(self._workers.failures)
        if self._validation.due and not self.read_only:
            self.validate()
