"""The workers of a controller: one producer, one consumer with its merge loop, and how they end."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import Event, Lock
from typing import TYPE_CHECKING

from core.clock import Clock
from core.config import Settings
from core.consumer.snapshot import ConsumerSnapshot
from core.errors import DropshipError
from core.jobs import consume, produce
from core.jobs.base import JobContext
from core.merge.snapshot import MergeSnapshot
from core.merge.worker import MergeWorker
from core.operations.backends import Backends
from core.operations.handover import Handover, handover_of
from core.operations.merge_control import MergeControl
from core.operations.topic_check import TopicCheck
from core.operations.work_totals import WorkTotals, totals_of
from core.producer.snapshot import ProducerSnapshot, broker_full
from core.text import _
from core.warehouse.base import Warehouse
from core.warehouse.model import MergeResult
from core.workers import FINAL_STATES, RunState

if TYPE_CHECKING:
    from core.consumer.worker import ConsumerWorker
    from core.producer.worker import ProducerWorker

_DRAIN_S = 30.0


class Workers:
    """Starts workers when there is none of the kind; any thread may call."""

    def __init__(self, settings: Settings, backends: Backends, clock: Clock) -> None:
        self._settings = settings
        self._backends = backends
        self._clock = clock
        self._lock = Lock()
        self._refusing = False
        self._producer: ProducerWorker | None = None
        self._consumer: ConsumerWorker | None = None
        self._merging = MergeControl(clock, settings.timeout_s)
        self._check: TopicCheck | None = None
        self._asked = produce.Options()
        self._earlier = WorkTotals()

    @property
    def producer(self) -> "ProducerWorker | None":
        """The producer under way, None without one."""
        worker = self._producer
        return worker if worker is not None and worker.alive else None

    @property
    def consumer(self) -> "ConsumerWorker | None":
        """The consumer under way, None without one."""
        worker = self._consumer
        return worker if worker is not None and worker.alive else None

    def is_alive(self, name: str) -> bool:
        """Return whether the `producer`, the `consumer` or the `merge` is at work."""
        worker = self._every[name]
        return worker is not None and worker.alive

    @property
    def _every(self) -> "dict[str, ProducerWorker | ConsumerWorker | MergeWorker | None]":
        return {
            "producer": self._producer,
            "consumer": self._consumer,
            "merge": self._merging.worker,
        }

    def start_producer(self, options: produce.Options) -> bool:
        """Start publishing; a cluster is asked for its topic first, as the job does.

        Errors: UsageError for unfit options. A missing topic is told by the snapshot.
        """
        with self._lock:
            broker = self._backends.broker
            checking = self._check is not None and self._check.alive
            if self._refusing or broker is None or self.producer is not None or checking:
                return False
            context = self._context()
            checked = produce.checked_options(context.settings, options)
            worker = produce.make_producer(context, broker, checked, patient=True)
            self._check = None
            self._asked = options
            self._count_in(producer=True)
            if self._settings.kafka.bootstrap_servers is None:
                self._producer = worker
                worker.start()
            else:
                self._check = TopicCheck(
                    context, broker, options.mode, lambda: self._begin_producer(worker)
                )
                self._check.start()
            return True

    def _begin_producer(self, worker: "ProducerWorker") -> None:
        """Start publishing, unless nothing may be started any more since it was asked for."""
        with self._lock:
            if not self._refusing:
                self._producer = worker
                worker.start()

    def start_consumer(self, *, last: bool = False) -> bool:
        """Start storing what the topic holds, and merging it; each of the two that is not at it.

        last: even where nothing may be started any more, to store what is left.
        """
        with self._lock:
            broker, warehouse = self._backends.broker, self._backends.warehouse
            refusing = self._refusing and not last
            if refusing or broker is None or warehouse is None:
                return False
            consuming = self.consumer is None
            if consuming:
                self._count_in(consumer=True)
                self._consumer = consume.make_consumer(
                    self._context(), broker, warehouse, consume.Options(), patient=True
                )
                self._consumer.start()
            return self._start_merge(warehouse) or consuming

    def restart_merge(self) -> bool:
        """Start merging again after a failure; return False where there is nothing to start."""
        with self._lock:
            warehouse = self._backends.warehouse
            if self._refusing or warehouse is None:
                return False
            return self._start_merge(warehouse)

    def _start_merge(self, warehouse: Warehouse) -> bool:
        """Start the merge loop unless it runs."""
        if self._merging.alive:
            return False
        self._count_in(merge=True)
        return self._merging.start(warehouse)

    def merge_now(self, stop: Event, told: Callable[[MergeResult], None]) -> MergeResult:
        """Merge what the raw table holds; return the sum of the runs. Blocks.

        A loop that failed is started again beside a consumer. told: given the sum after each run.
        Errors: WarehouseError.
        """
        warehouse = self._backends.warehouse
        if warehouse is None:
            raise DropshipError(_("the warehouse is not open yet"))
        total = self._merging.by_hand(warehouse, stop, told)
        with self._lock:
            if self.consumer is not None and not self._refusing:
                self._merging.start(warehouse, going_on=True)
        return total

    def _count_in(
        self, *, producer: bool = False, consumer: bool = False, merge: bool = False
    ) -> None:
        """Keep the figures of a worker that another one is about to replace."""
        sent, stored = self._producer, self._consumer
        self._earlier = self._earlier.plus(
            totals_of(
                sent.snapshot() if producer and sent else ProducerSnapshot(),
                stored.snapshot() if consumer and stored else ConsumerSnapshot(),
                self._merging.snapshot() if merge else MergeSnapshot(),
            )
        )

    @property
    def done(self) -> WorkTotals:
        """What was done since the beginning."""
        sent = self._producer
        return self._earlier.plus(
            totals_of(
                sent.snapshot() if sent else ProducerSnapshot(),
                self._consumer.snapshot() if self._consumer else ConsumerSnapshot(),
                self._merging.snapshot(),
            )
        )

    @property
    def stored_records(self) -> int:
        """Records stored since the beginning, good or dead."""
        done = self.done
        return done.stored + done.dead_lettered

    @property
    def stored_offsets(self) -> Mapping[int, int]:
        """How far the consumer of this process has stored each partition; empty without one."""
        consumer = self._consumer
        return consumer.snapshot().offsets if consumer else {}

    @property
    def storing(self) -> bool:
        """Whether a consumer is at work: not paused, and waiting for nothing."""
        consumer = self.consumer
        if consumer is None:
            return False
        return consumer.snapshot().state in {RunState.RUNNING, RunState.DRAINING}

    def snapshots(self) -> tuple[ProducerSnapshot, ConsumerSnapshot, MergeSnapshot]:
        """Return the present moment of each; that of one that never ran is idle."""
        producer, consumer = self._producer, self._consumer
        asked = None if self._check is None else self._check.snapshot()
        sent = asked or (producer.snapshot() if producer else ProducerSnapshot())
        stored = ConsumerSnapshot(topic=self._settings.kafka.topic)
        if consumer is not None:
            stored = consumer.snapshot()
        return (
            _told_of(sent, stored),
            stored,
            self._merging.snapshot(),
        )

    def handover(self) -> Handover:
        """Return what goes on elsewhere as it is now."""
        producer = self.producer
        sent = None if producer is None else producer.snapshot()
        return handover_of(self._asked, sent, consume=self.consumer is not None)

    @property
    def failures(self) -> dict[str, BaseException]:
        """What ended the workers that failed, by their names."""
        return {
            name: worker.error
            for name, worker in self._every.items()
            if worker is not None and worker.error is not None
        }

    @staticmethod
    def warm() -> None:
        """Load what the workers are made of, so that a start is instant; blocks for 0.2 s."""
        import core.consumer.worker  # noqa: PLC0415
        import core.producer.worker  # noqa: F401, PLC0415 - loads numpy and Arrow

    def refuse(self) -> None:
        """Start nothing any more."""
        with self._lock:
            self._refusing = True

    def stop_producer(self) -> None:
        """End publishing; what was sent is delivered first. Blocks."""
        if self._check is not None:
            self._check.join(_DRAIN_S)
        producer = self.producer
        if producer is not None:
            producer.stop()
            producer.join(_DRAIN_S)

    def end(self) -> None:
        """End the consumer, then the merge, which takes what was stored. Blocks.

        Of an embedded broker that others keep up, what it holds now is stored first. What our own
        one holds is the business of `store_rest`.
        """
        consumer, broker = self.consumer, self._backends.broker
        if consumer is not None:
            embedded = broker is not None and broker.backlog_limit_bytes is not None
            if embedded and not self._backends.broker_is_ours:
                consumer.resume()
                consumer.finish()
                consumer.join(_DRAIN_S)
            consumer.stop()
            consumer.join(_DRAIN_S)
        self._merging.end(_DRAIN_S)

    def _context(self) -> JobContext:
        return JobContext(self._settings, clock=self._clock)


def _told_of(sent: ProducerSnapshot, stored: ConsumerSnapshot) -> ProducerSnapshot:
    """Return a producer's moment that does not ask for a consumer that is at work already."""
    resting = stored.state in FINAL_STATES or stored.state is RunState.PAUSED
    if resting or sent.held_reason != broker_full(is_read=False):
        return sent
    return replace(sent, held_reason=broker_full(is_read=True))
