"""The consumer: one thread from topic to raw table, exactly once.

This is what others hold: start, pause, resume, stop, finish, snapshot. A `ConsumeLoop` does the
work for as long as one membership of the group lasts; after a failure that can pass, the next
session goes on at the stored offsets.
"""

import logging
from dataclasses import replace

from core.broker.base import Broker
from core.clock import Clock, SystemClock
from core.consumer.consume_loop import ConsumeLoop
from core.consumer.counters import Counters
from core.consumer.decoders.base import Decoder
from core.consumer.options import ConsumeOptions
from core.consumer.snapshot import ConsumerSnapshot
from core.consumer.stop_condition import StopCondition
from core.consumer.unread import UnreadRecords
from core.errors import DropshipError
from core.text import N_, clean
from core.warehouse.base import Warehouse
from core.workers import FINAL_STATES, PausableWorker, RunState

_AGAIN_S = 1.0

log = logging.getLogger(__name__)


class ConsumerWorker(PausableWorker):
    """A consumer that others start, pause, resume, stop and look at.

    It reads from the stored offsets, keeps its partitions while it is paused, and stores what it
    has read before it ends. `snapshot` never blocks; it is at most 100 ms, or one batch, old.
    """

    def __init__(
        self,
        broker: Broker,
        warehouse: Warehouse,
        options: ConsumeOptions,
        decoder: Decoder,
        *,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        super().__init__("consumer", self._clock)
        self._broker = broker
        self._warehouse = warehouse
        self._options = options
        self._decoder = decoder
        self._counters = Counters(options.topic, self._clock)
        self._stop_condition = StopCondition(broker, options, self._clock)

    def finish(self) -> None:
        """End cleanly at the offsets the topic has now."""
        self._stop_condition.finish()

    @property
    def left(self) -> tuple[UnreadRecords, ...]:
        """What it could not read up to the end that it was asked for; empty when it did."""
        return self._stop_condition.left

    def count_lag(self) -> int:
        """Count the records of the topic that the warehouse does not hold, whoever reads them.

        What the group has committed to Kafka proves nothing: another warehouse may hold it. Asks
        broker and warehouse. Errors: BrokerError, WarehouseError.
        """
        topic = self._options.topic
        marks = self._broker.watermarks(topic)
        stored = dict(self._warehouse.stored_offsets(self._broker.identity(topic)))
        for partition, position in self._counters.latest.offsets.items():
            stored[partition] = max(position, stored.get(partition, 0))
        return sum(
            mark.high - min(max(stored.get(partition, 0), mark.low), mark.high)
            for partition, mark in marks.items()
        )

    def snapshot(self) -> ConsumerSnapshot:
        """Return the latest moment. Beginning and end are told by the thread's own life."""
        latest, life = self._counters.latest, self._life.moment
        if life.state in FINAL_STATES or latest.state is RunState.IDLE:
            return replace(latest, state=life.state, error=life.error, hint=life.hint)
        return latest

    def _run(self) -> None:
        self._stop_condition.begin()
        self._loops()

    def _loops(self) -> None:
        """Run sessions until one ends by itself, or failures last longer than allowed.

        A session that gave up waiting says so by an error that does not pass. One that has read
        for the whole limit was sound, so failures are counted from its end, records or not.
        """
        failing_since, progress, said = None, -1, ""
        limit = self._options.give_up_after_s
        while True:
            session = None
            try:
                session = self._loop()
                session.run()
            except DropshipError as error:
                now = self._clock.monotonic()
                since = None if session is None else session.reading_since
                sound = since is not None and limit is not None and now - since >= limit
                if failing_since is None or sound or self._counters.consumed != progress:
                    failing_since, progress = now, self._counters.consumed
                lasting = limit is not None and now - failing_since >= limit
                if not error.transient or lasting or self._life.stopping:
                    raise
                if error.message != said:  # not every second of an outage
                    said = error.message
                    log.warning(N_("consumer starts again"), extra={"reason": clean(said, 300)})
                self._counters.waiting(error.message)
                self._counters.publish(RunState.WAITING)
                if self._clock.wait(self._life.stop_event, _AGAIN_S):
                    raise
            else:
                return

    def _loop(self) -> ConsumeLoop:
        return ConsumeLoop(
            self._broker,
            self._warehouse,
            self._options,
            self._decoder,
            clock=self._clock,
            life=self._life,
            counters=self._counters,
            stop_condition=self._stop_condition,
        )
