"""What can be asked of a pipeline: seed, producer, consumer, checks, replay, demonstration.

Controls return at once and may be called from any thread; one that does not fit the present state
does nothing and returns False. `core.operations.controller` opens, watches and closes what they
steer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from core.broker.base import Broker
from core.clock import Clock
from core.config import Settings
from core.config.thresholds import Thresholds
from core.jobs import produce, seed
from core.operations.asking import Asking
from core.operations.backends import Backends, Opening
from core.operations.configuration import Configuration
from core.operations.demo import Demonstration
from core.operations.explorer import Explorer
from core.operations.history import Sample
from core.operations.letter_work import LetterWork
from core.operations.readings import Readings
from core.operations.recorder import Recorder
from core.operations.seed_task import SeedTask
from core.operations.snapshot import ControllerSnapshot
from core.operations.task import Task
from core.operations.unstored_count import UnstoredCount
from core.operations.upkeep import Upkeep
from core.operations.validation_task import ValidationTask
from core.operations.work_totals import WorkTotals
from core.operations.workers import Workers
from core.validation.history import PastRun
from core.warehouse.base import Warehouse

if TYPE_CHECKING:
    from core.consumer.worker import ConsumerWorker
    from core.producer.worker import ProducerWorker


class Controls:
    """The controls, and the parts that carry them out."""

    def __init__(
        self, settings: Settings, backends: Backends, clock: Clock, *, read_only: bool
    ) -> None:
        self.settings = settings
        self.read_only = read_only
        self._refusals = 0
        self._clock = clock
        self._backends = backends
        self.explorer = Explorer(settings, backends, clock)
        self._workers = Workers(settings, backends, clock)
        self._custody = UnstoredCount(settings, backends, clock)
        self._backends_opening = Opening(settings, backends, clock, self._workers.warm)
        opening = self._backends_opening
        self.asking = Asking(
            settings, clock, opening.the_warehouse, opening.the_broker, read_only=read_only
        )
        self._seed_task = SeedTask(settings, backends, clock)
        self._validation = ValidationTask(settings, backends, clock)
        self._demo: Task[str] = Task("demo", clock)
        self.upkeep = Upkeep(settings, backends, self._workers, clock)
        self.upkeep.allowed, self.upkeep.changed = self._allowed, self._look_anew
        self.letters = LetterWork(backends, clock, self.explorer.republish)
        self.letters.allowed, self.letters.changed = self._allowed, self._look_anew
        self._readings = Readings(
            settings,
            backends,
            self._custody,
            clock,
            ours=lambda: self._workers.stored_offsets,
            failed=lambda: self._backends_opening.warehouse_failed,
        )
        self._recorder = Recorder(settings, clock, keep=not read_only)
        self.configuration = Configuration(settings, self._take_limits, self._allowed)
        self.limits: Mapping[str, float] = settings.thresholds.model_dump()
        """The limits in force, by name: the same object as long as they are the same."""

    def snapshot(self) -> ControllerSnapshot:
        """Return the present moment; never waits."""
        raise NotImplementedError

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

    def _allowed(self) -> bool:
        """Return whether something may be changed; a refusal is counted for the screen."""
        if self.read_only:
            self._refusals += 1
        return not self.read_only

    def _take_limits(self, limits: Thresholds) -> None:
        """Let other limits take effect in all that judges by them."""
        self.settings = replace(self.settings, thresholds=limits)
        self.limits = limits.model_dump()
        self._recorder.alerts.take_limits(limits)
        self._validation.take_settings(self.settings)
        self.explorer.take_settings(self.settings)

    @property
    def done(self) -> WorkTotals:
        """What the workers did since the controller was opened."""
        return self._workers.done

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
