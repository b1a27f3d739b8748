"""One membership of the consumer group: the loop from records to the warehouse.

Order of things, and why nothing is lost or doubled: read records; decode; write rows, dead letters
and the next offsets in one transaction behind the fence; only then move the positions; last, tell
Kafka (which serves lag displays, and makes room on an embedded broker). A crash anywhere leads back
to the stored offset.

Behind a backlog the next batch is read and decoded while one is in its transaction. It is handed on
only when that one is stored, and forgotten with it where it is not.
"""

import logging
from collections.abc import Mapping
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from core.broker.base import Broker
from core.broker.client_error_codes import ClientErrorCode
from core.broker.clients import kafka_error
from core.clock import Clock
from core.consumer.assignment import Assignment, is_incremental
from core.consumer.batch import BuiltBatch, build_batch
from core.consumer.batch_sequence import BatchSequence
from core.consumer.batch_writer import BatchWriter, WriteOutcome
from core.consumer.client import leave, open_client
from core.consumer.counters import Counters
from core.consumer.decoders.base import Decoder
from core.consumer.options import ConsumeOptions
from core.consumer.outage import PROBE_S, Outage
from core.consumer.poller import RecordPoller
from core.consumer.retention import skip_lost_offsets
from core.consumer.stop_condition import StopCondition
from core.text import N_, _, clean
from core.warehouse.base import Warehouse
from core.workers import Lifecycle, RunState

_TELL_EVERY_S = 1.0
_TELL_AT_MOST_EVERY_S = 0.2
"""Small batches come fifty times a second; lag displays need no more than this of them."""

log = logging.getLogger(__name__)


class ConsumeLoop:
    """Reads until the ending is reached, a stop is wanted, or something fails. One thread."""

    def __init__(
        self,
        broker: Broker,
        warehouse: Warehouse,
        options: ConsumeOptions,
        decoder: Decoder,
        *,
        clock: Clock,
        life: Lifecycle,
        counters: Counters,
        stop_condition: StopCondition,
    ) -> None:
        self._broker = broker
        self._warehouse = warehouse
        self._topic = options.topic
        self._options = options
        self._decoder = decoder
        self._clock = clock
        self._life = life
        self._counters = counters
        self._stop_condition = stop_condition
        self._config = broker.consumer_config(options.group_id)
        self._outage = Outage(broker, options, clock=clock, life=life, waiting=self._waiting)
        self._commit_failed_s: float | None = None
        self._told_s = float("-inf")
        self._untold = False
        self._paused = False
        self.reading_since: float | None = None
        """Monotonic seconds at which it first went on with partitions in hand; None before."""
        self._assignment = Assignment(
            broker,
            warehouse,
            options.topic,
            incremental=is_incremental(self._config),
            on_change=self._reassigned,
            on_notice=counters.notice,
        )

    def run(self) -> None:
        """Join the group, read, and leave it."""
        # The first call of Arrow costs half a second: not on the first batch.
        self._decoder.warm_up()
        config = {
            **self._config,
            "enable.partition.eof": True,
            "error_cb": self._outage.on_error,
            "on_commit": self._on_commit,
        }
        consumer = open_client(config)
        self._counters.follow(self._assignment)
        try:
            if self._assignment.is_embedded:
                # A client that takes partitions of a topic it has not heard of looks for their
                # leaders once a second only: the first record would come a second late.
                consumer.list_topics(self._topic, timeout=PROBE_S)
            self._assignment.subscribe(consumer)
            self._loop(consumer)
            self._life.enter(RunState.DRAINING)
            self._tell_kafka(consumer)
        except KafkaException as error:
            where = clean(self._topic, 80)
            raise kafka_error(error, _("reading topic {topic}").format(topic=where)) from error
        finally:
            self._publish()
            self._assignment.leave()
            leave(consumer)

    def _loop(self, consumer: Consumer) -> None:
        poller = RecordPoller(
            consumer,
            self._options,
            self._clock,
            lambda seconds: self._clock.wait(self._life.stop_event, seconds),
            interrupted=lambda: self._life.stopping or self._life.paused,
        )
        writer = BatchWriter(
            self._warehouse,
            self._clock,
            self._life.stop_event,
            waiting=self._waiting,
            alive=lambda: self._keep_alive(poller, batches),
            give_up_after_s=self._options.give_up_after_s,
        )
        batches = BatchSequence(
            writer,
            self._assignment,
            self._counters,
            self._options,
            build=self._built,
            confirm=lambda asked: self._outage.confirm(self._assignment, consumer, asked),
            consumer=consumer,
            on_stored=lambda: self._tell_stored(consumer),
        )
        self._assignment.before_release = writer.await_first_attempt
        try:
            self._read(consumer, poller, batches)
            batches.settle()
        finally:
            writer.close()
            batches.note_if_stored()

    def _read(self, consumer: Consumer, poller: RecordPoller, batches: BatchSequence) -> None:
        """Go on until the ending is reached, or a stop is wanted; a batch may be under way then."""
        while not self._life.stopping:
            self._follow_pause(consumer)
            records = poller.poll(
                self._assignment,
                self._stop_condition.room(self._counters.consumed + batches.size_under_way),
                batches.size_under_way,
            )
            if not records and batches.settle() is WriteOutcome.STOPPED:
                break
            due = bool(records) or self._assignment.beyond_records
            if due and not batches.store(records):
                break
            del records  # before the next ones come: a batch holds much memory
            if self._assignment.out_of_range and batches.settle() is WriteOutcome.STOPPED:
                break
            self._skip_lost_offsets(consumer)
            self._outage.wait_out(consumer)
            self._tell_again(consumer)
            self._counters.publish_if_due(self._life.state)
            if self._stop_condition.reached(self._counters.consumed, self._assignment):
                break

    def _built(
        self, records: list[Any], positions: Mapping[int, int], ends: Mapping[int, int]
    ) -> BuiltBatch:
        """Return the batch of some records. Errors: RegistryError."""
        identity = self._assignment.identity
        if identity is None:
            raise AssertionError("records come only after an assignment")
        return build_batch(
            records,
            identity,
            positions,
            self._clock.now(),
            self._decoder,
            contiguous_offsets=self._assignment.is_embedded,
            ends=ends,
        )

    def _tell_stored(self, consumer: Consumer) -> None:
        """Tell Kafka of a batch that was stored, now or soon."""
        self._untold = True
        self._tell_if_due(consumer)

    def _tell_if_due(self, consumer: Consumer) -> None:
        """Tell Kafka what was stored since, unless it was told a moment ago.

        A producer waits for it where an embedded broker is full, so there it is told at once.
        """
        since_s = self._clock.monotonic() - self._told_s
        if self._untold and (self._assignment.is_embedded or since_s >= _TELL_AT_MOST_EVERY_S):
            self._tell_kafka(consumer)

    def _tell_kafka(self, consumer: Consumer) -> None:
        """Commit the stored positions to Kafka; leaving the group waits for it.

        Harmless when it fails: nobody resumes there.
        """
        offsets = [
            TopicPartition(self._topic, partition, position, self._options.mark)
            for partition, position in self._assignment.positions.items()
        ]
        if not offsets:
            return
        self._told_s = self._clock.monotonic()
        self._untold = False
        try:
            consumer.commit(offsets=offsets, asynchronous=True)
        except KafkaException as error:
            self._counters.commit_error = clean(error, 200)
            log.warning(N_("commit to Kafka failed"), extra={"reason": clean(error, 200)})

    def _tell_again(self, consumer: Consumer) -> None:
        """Repeat a commit that failed, or the lag would look too large until the next one.

        On an embedded broker every commit, for another member may commit over it: the producer
        would wait for room, and this consumer for records.
        """
        self._tell_if_due(consumer)
        now, failed = self._clock.monotonic(), self._commit_failed_s
        lost = failed is not None and now - failed >= PROBE_S
        if lost or (self._assignment.is_embedded and now - self._told_s >= _TELL_EVERY_S):
            self._commit_failed_s = None
            self._tell_kafka(consumer)

    def _follow_pause(self, consumer: Consumer) -> None:
        """Pause or resume the partitions as asked."""
        wanted = self._life.paused
        if wanted:
            # Every time: a rebalance brings partitions that are not paused.
            consumer.pause(self._assignment.partitions())
        elif self._paused:
            consumer.resume(self._assignment.partitions())
        if self._assignment.identity is not None:
            if self.reading_since is None:
                self.reading_since = self._clock.monotonic()
                self._counters.waiting(None)  # what earlier sessions waited for is there again
            self._life.enter(RunState.PAUSED if wanted else RunState.RUNNING)
        if wanted != self._paused:
            self._paused = wanted
            self._publish()

    def _keep_alive(self, poller: RecordPoller, batches: BatchSequence) -> None:
        """Serve the group while the warehouse is away; nothing is read meanwhile."""
        self._paused = True
        batches.note_if_stored()
        poller.keep_alive(self._assignment)
        self._counters.publish_if_due(self._life.state)

    def _skip_lost_offsets(self, consumer: Consumer) -> None:
        for partition in sorted(self._assignment.out_of_range):
            gap = skip_lost_offsets(
                consumer,
                self._broker,
                self._warehouse,
                self._assignment,
                partition,
                clock=self._clock,
            )
            if gap is not None:
                self._counters.passed_over(gap)

    def _waiting(self, reason: str | None) -> None:
        self._counters.waiting(reason)
        self._publish()

    def _on_commit(self, error: KafkaError | None, _offsets: list[TopicPartition]) -> None:
        if error is not None and error.code() == ClientErrorCode.NO_OFFSET:
            return  # it only was to wake the client
        if error is not None and not self._counters.commit_error:
            log.warning(N_("commit to Kafka failed"), extra={"reason": clean(error.str(), 200)})
        self._counters.commit_error = "" if error is None else clean(error.str(), 200)
        self._commit_failed_s = None if error is None else self._clock.monotonic()

    def _reassigned(self) -> None:
        # What a partition's former owner stored last it may not have told any more.
        self._untold = True
        self._publish()

    def _publish(self) -> None:
        self._counters.publish(self._life.state)
