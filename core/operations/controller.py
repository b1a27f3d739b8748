"""The controller: opens, watches and closes a pipeline, and tells its whole state as one snapshot.

Its controls are those of `core.operations.controls`.

Threads and their owners: the controller owns the tasks (opening, seed, validation, demonstration),
the readings (figures, topic) and the sampler; producer, consumer and merge own theirs. `close` ends
all of them in the order that loses nothing.
"""

import logging
from dataclasses import replace
from threading import Event, Lock

from core.clock import Clock, SystemClock
from core.config import Settings
from core.errors import DropshipError
from core.operations.backends import Backends
from core.operations.controls import Controls
from core.operations.leaving import STORE_WITHIN_S, Farewell, Leaving, tell_lost
from core.operations.restarts import Restarts
from core.operations.sampler import Sampler
from core.operations.snapshot import ControllerSnapshot
from core.operations.succession import Succession
from core.text import _
from core.threads import failures, reported

_DRAIN_S = 30.0
_OPEN_S = 5.0
"""What is opened later than this, beside a holder that was stopped for one, is closed at once."""
_RETRY_S = 10.0

log = logging.getLogger(__name__)


class Controller(Controls):
    """Controls that return at once, and `snapshot`. Made, used and closed by one screen or service.

    restarts: whether consumer and merge are started again when they fail, and an embedded broker of
    another process is followed by one of our own when it ends.
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
        clock = clock or SystemClock()
        super().__init__(
            settings, backends or Backends(read_only=read_only), clock, read_only=read_only
        )
        self._lock = Lock()
        self._closing = Event()
        self.leaving = Leaving(
            self._workers,
            self._custody,
            clock,
            pause=self.cancel_demo,
            close=lambda lose: self.close(lose=lose),
        )
        self.farewell: Farewell | None = None
        self._ending = Lock()
        starts = {"consumer": self.start_consumer, "merge": self.restart_merge} if restarts else {}
        self._restarts = Restarts(starts, clock)
        self._succession = Succession(settings, self._backends, self._workers, clock, self.open)
        self._goes_on_alone = restarts
        self._sampler = Sampler(
            self._recorder,
            lambda: (self.snapshot(), self._workers.failures),
            self._start_what_is_due,
            self._closing,
            clock,
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

    def _warehouse_opened(self) -> None:
        self._readings.figures.start()
        with reported("recall"):
            self._validation.recall()

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
        working = (self._demo, self._seed_task.task, self._validation.task)
        opening = self._backends_opening.tasks
        for task in (*working, *opening):
            task.close()
        for task in working:
            task.join(_DRAIN_S)
        for task in opening:
            task.join(_OPEN_S)
        self.upkeep.close()
        self.letters.close(_DRAIN_S)
        self.explorer.close()
        self.asking.close()
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

    def count_unstored(self) -> int | None:
        """Count the records that end with our own broker and are not stored; None without one."""
        try:
            return self._custody.count(self._workers.stored_offsets, ask=True)
        except DropshipError:
            return self._custody.latest

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
            marks=seen.marks,
            measures=seen.measures,
            limits=self.limits,
            read_only=self.read_only,
            refused=(self._refusals, _("read-only: nothing can be changed here")),
            broker_is_ours=self._backends.broker_is_ours,
            unstored=self._custody.latest,
            leaving=self.leaving.latest,
            explored=replace(self.explorer.snapshot(), decision=self.letters.latest),
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
        if self._goes_on_alone:
            self._succession.look()
        if self._validation.due and not self.read_only:
            self.validate()
