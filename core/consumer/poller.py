"""Reads the records of one batch: as many as there are, and none is waited for.

A batch ends when nothing more is there. What comes while it is stored is the next one, so batches
grow with the backlog by themselves up to their bound; without one, latency stays near the time that
a transaction takes. Where the topic is known to hold many more records than were read, a batch goes
on beyond that bound, and over the moment in which the client's queue is empty: few large
transactions cost less than many small ones.

The client sleeps until moments of the wall clock. Where somebody sets the clock back by a day, a
call that waits milliseconds for a record lasts a day when none comes. So the client is waited in
only while records come; until the first one, waiting is done here, and the client's own threads
are woken after such a jump: they send the heartbeats of the group.
"""

from collections.abc import Callable
from typing import Any

from confluent_kafka import Consumer, KafkaError, TopicPartition

from core.broker.client_error_codes import ClientErrorCode
from core.broker.clients import is_transient, kafka_error
from core.broker.error_hints import code_of, right
from core.clock import Clock
from core.consumer.assignment import Assignment
from core.consumer.options import ConsumeOptions
from core.errors import BrokerError
from core.text import _, clean

_CHUNK = 1_000
"""Records asked for at once: measured best between 500 and 1,000."""
_FIRST_CHUNK = 32
"""Records asked for while their size is not known."""
_POLL_S = 0.005
"""A call waits this long for a full chunk, so it bounds latency and how soon a stop is seen."""
_IDLE_S = 0.005
"""How long is waited, outside of the client, when there is nothing; longer while that lasts."""
_MOST_IDLE_S = 0.02
_BEHIND = 1_000
"""So many records wait in the topic at least where a batch is to grow beyond its bound."""
_BEHIND_S = 0.5
"""A batch that grows is gathered for no longer."""
_PATIENCE_S = 0.05
"""It waits so long for the next records: twice as long as the client takes to look for them."""
_SET_BACK_S = 0.5
"""A clock set back by less is no harm: a sleep lasts longer by as much."""


def parts(records: list[Any], most_bytes: int) -> list[list[Any]]:
    """Return the records in as few parts as hold `most_bytes` each; at least one, maybe empty.

    A record larger than that is a part of its own. Sizes are known only when records have come, so
    what is asked for can overrun a bound where large ones follow small ones.
    """
    cut: list[list[Any]] = [[]]
    size = 0
    for record in records:
        length = len(record)
        if size + length > most_bytes and cut[-1]:
            cut.append([])
            size = 0
        cut[-1].append(record)
        size += length
    return cut


class RecordPoller:
    """Collects records until a bound is met. One thread.

    wait: waits for so many seconds. interrupted: whether a batch must not grow now, as when a stop
    or a pause is wanted.
    """

    def __init__(
        self,
        consumer: Consumer,
        options: ConsumeOptions,
        clock: Clock,
        wait: Callable[[float], object],
        interrupted: Callable[[], bool] = lambda: False,
    ) -> None:
        self._consumer = consumer
        self._options = options
        self._clock = clock
        self._wait = wait
        self._interrupted = interrupted
        self._largest = options.max_batch_bytes // _FIRST_CHUNK
        self._idle_s = _IDLE_S
        self._lead = self._wall_lead()
        self._put_back: dict[int, int] = {}
        """The first record of each partition that `keep_alive` put back, until reading goes on."""

    def poll(self, assignment: Assignment, room: int, under_way: int = 0) -> list[Any]:
        """Return up to `room` records, possibly none.

        under_way: records read before that are not stored yet. What came is never dropped here: the
        client has moved past it. A partition whose offset the broker does not have is noted in
        `assignment.out_of_range`.
        Errors, after which the consumer must be closed: BrokerError for an error that does not
        pass; what failed in a callback of the assignment.
        """
        self._put_back.clear()
        most, most_bytes = min(room, self._options.max_batch), self._options.max_batch_bytes
        records: list[Any] = []
        size = 0
        began = came = self._clock.monotonic()
        while len(records) < most and size < most_bytes:
            asked = self._chunk(most - len(records), most_bytes - size)
            got = self._consumer.consume(asked, _POLL_S if records else 0.0)
            assignment.raise_failure()
            size += self._take(got, records, assignment)
            now = self._clock.monotonic()
            came = now if got else came
            if not records:
                break
            full = len(records) >= most or size >= most_bytes
            if full or len(got) < asked or now >= began + self._options.flush_s:
                if now >= min(began + _BEHIND_S, came + _PATIENCE_S):
                    break
                most, most_bytes = self._grown(room, len(records) + under_way, assignment)
        if records:
            self._idle_s = _IDLE_S
        else:
            self._rest()
        return records

    def _take(self, got: list[Any], records: list[Any], assignment: Assignment) -> int:
        """Add what came to the records, and return its bytes; act on errors among it."""
        good = [record for record in got if record.error() is None]
        if len(good) < len(got):
            for record in got:
                if record.error() is not None:
                    self._note(record, assignment)
        records += good
        sizes = list(map(len, good))
        self._largest = max(sizes, default=0) or self._largest
        return sum(sizes)

    def _grown(self, room: int, read: int, assignment: Assignment) -> tuple[int, int]:
        """Return how many records, and bytes, a batch that met its end may grow to; 0 if no more.

        Its bytes leave room for the batch that is stored beside it.
        """
        if self._interrupted() or assignment.unread(read) < _BEHIND:
            return 0, 0
        return min(room, self._options.most_behind), self._options.max_batch_bytes // 2

    def keep_alive(self, assignment: Assignment) -> None:
        """Serve the group while nothing may be read, as while the warehouse is away.

        A record that slips in before the pause is read again later. What comes in place of one is
        told once only, so it counts now: an end, or an offset that is gone. Errors: as `poll`.
        """
        self._consumer.pause(assignment.partitions())
        record: Any = self._consumer.poll(0)
        if record is None:
            return
        partition = record.partition()
        if record.error() is None:
            back = min(self._put_back.get(partition, record.offset()), record.offset())
            self._put_back[partition] = back
            self._consumer.seek(TopicPartition(record.topic(), partition, back))
        elif not self._is_beyond(record, assignment):
            self._note(record, assignment)

    def _is_beyond(self, record: Any, assignment: Assignment) -> bool:
        """Return whether an end lies behind a record that was put back: it will be told again."""
        back = self._put_back.get(record.partition(), -1)
        unread = back >= assignment.positions.get(record.partition(), 0)
        return bool(record.error().code() == ClientErrorCode.PARTITION_EOF and unread)

    def _rest(self) -> None:
        """Wait while there is nothing, and wake the client when the clock was set back."""
        self._wait(self._idle_s)
        self._idle_s = min(2 * self._idle_s, _MOST_IDLE_S)
        lead, before = self._wall_lead(), self._lead
        self._lead = lead
        if lead < before - _SET_BACK_S:
            # A commit of nothing reaches no broker, but wakes the thread that would send it.
            self._consumer.commit(offsets=[], asynchronous=True)

    def _wall_lead(self) -> float:
        """Return how far the wall clock is ahead of the monotonic one, in seconds."""
        return self._clock.now().timestamp() - self._clock.monotonic()

    def _chunk(self, most: int, most_bytes: int) -> int:
        """Return how many records to ask for, so that large ones do not overrun the bytes.

        The next ones are taken to be as large as the largest of the last ones.
        """
        fitting = most_bytes // self._largest
        return max(min(_CHUNK, most, fitting), 1)

    def _note(self, record: Any, assignment: Assignment) -> None:
        """Act on an error that came in place of a record."""
        error, partition = record.error(), record.partition()
        code = error.code()
        if code == ClientErrorCode.PARTITION_EOF:
            assignment.ends[partition] = record.offset()
        elif code in {ClientErrorCode.AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE}:
            if partition in assignment.positions:
                assignment.out_of_range.add(partition)
        elif not is_transient(error):
            raise self._broken(record)

    def _broken(self, record: Any) -> BrokerError:
        """Return an error that came in place of a record; one of the group names no partition."""
        topic, group = self._options.topic, self._options.group_id
        named = record.topic()
        if named is None:
            doing = _("reading topic {topic} as group {group}").format(
                topic=clean(topic, 80), group=clean(group, 80)
            )
        else:
            doing = _("reading {where}").format(where=f"{clean(named, 80)}/{record.partition()}")
        error = record.error()
        of_group = code_of(error) == KafkaError.GROUP_AUTHORIZATION_FAILED
        need = right("Read", group=group) if of_group else right("Read", topic=topic)
        return kafka_error(error, doing, need=need)
