"""A look at the newest records of a topic, without a trace: no group is joined, nothing committed.

A look reads a few times `size` records at most: where more came since the last one, it jumps to the
end instead of reading everything in between, so a busy topic costs no more than a quiet one.
"""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from threading import Event

from confluent_kafka import (
    Consumer,
    KafkaException,
    Message,
    TopicPartition,
)

from core.broker.base import Broker, Watermark
from core.broker.clients import kafka_error
from core.broker.error_hints import right
from core.operations.peek import is_harmless, peek_config
from core.operations.tail_record import TailRecord, record_of
from core.text import _

_WAIT_S = 0.3
_QUEUE_KBYTES = 4_096
_SPARE = 4
"""Times the records that are kept which are read at most, over all partitions."""


class TopicTail:
    """Looks at one topic. `look` and `close` belong to one thread. size: records kept in all.

    only: a partition, where not all are wanted. text: returns the JSON of a value that is not JSON
    itself.
    """

    def __init__(
        self,
        broker: Broker,
        topic: str,
        group_id: str,
        *,
        size: int = 200,
        only: int | None = None,
        text: Callable[[bytes | None], bytes | None] = lambda _value: None,
    ) -> None:
        self.broker = broker
        self._topic = topic
        self._group_id = group_id
        self._size = size
        self._only = only
        self._text = text
        self._consumer: Consumer | None = None
        self._next: dict[int, int] = {}
        self._kept: dict[int, deque[TailRecord]] = {}
        self._lows: dict[int, int] = {}

    def look(self, stop: Event | None = None) -> tuple[TailRecord, ...]:
        """Return the newest records, newest first. Errors: BrokerError."""
        marks = self.broker.watermarks(self._topic)
        if self._only is not None:
            marks = {part: mark for part, mark in marks.items() if part == self._only}
        self._lows = {part: mark.low for part, mark in marks.items()}
        try:
            if self._consumer is None:
                self._consumer = Consumer(
                    peek_config(self.broker, self._group_id, queue_kbytes=_QUEUE_KBYTES)
                )
            self._aim(self._consumer, marks)
            self._read(self._consumer, marks, stop or Event())
        except KafkaException as error:
            raise kafka_error(
                error, _("looking at the topic"), need=right("Read", topic=self._topic)
            ) from error
        return self._newest()

    @property
    def starts(self) -> dict[int, int]:
        """Where the records of each partition that were returned last begin."""
        return {
            part: min((one.offset for one in self._kept[part]), default=behind)
            for part, behind in self._next.items()
        }

    @property
    def before(self) -> int:
        """How many offsets the topic has before those."""
        return sum(max(at - self._lows[part], 0) for part, at in self.starts.items())

    def close(self) -> None:
        """Close the client; a later look opens another one."""
        consumer, self._consumer = self._consumer, None
        self._next.clear()
        if consumer is not None:
            consumer.close()

    def _aim(self, consumer: Consumer, marks: Mapping[int, Watermark]) -> None:
        """Put the client where each partition's newest records begin, if it is not near there."""
        moved = set(marks) != set(self._next)
        # Of many partitions each needs less: what is read stays in proportion to what is kept.
        reach = min(self._size, max(_SPARE * self._size // max(len(marks), 1), 1))
        for partition, mark in marks.items():
            first = max(mark.low, mark.high - reach)
            here = self._next.get(partition)
            if here is None or here > mark.high:
                # Met for the first time, or the topic was made again: what was seen is gone.
                self._kept[partition] = deque(maxlen=self._size)
            if here is None or not first <= here <= mark.high:
                self._next[partition] = first
                moved = True
        for partition in set(self._next) - set(marks):
            del self._next[partition], self._kept[partition]
        if moved:
            consumer.assign(
                [TopicPartition(self._topic, part, at) for part, at in self._next.items()]
            )

    def _read(self, consumer: Consumer, marks: Mapping[int, Watermark], stop: Event) -> None:
        """Read up to the ends that were seen, or until nothing comes for a moment."""
        while left := sum(max(mark.high - self._next[part], 0) for part, mark in marks.items()):
            # The client waits until it has as many as it was asked for.
            messages = consumer.consume(min(self._size, left), timeout=_WAIT_S)
            for message in messages:
                self._take(message)
            if not messages or stop.is_set():
                return

    def _take(self, message: Message) -> None:
        error = message.error()
        if error is not None:
            if is_harmless(error):
                return
            raise KafkaException(error)
        partition, offset = message.partition(), message.offset()
        if partition is None or offset is None or partition not in self._next:
            return
        self._next[partition] = offset + 1
        self._kept[partition].append(record_of(message, partition, offset, self._text))

    def _newest(self) -> tuple[TailRecord, ...]:
        every = [record for kept in self._kept.values() for record in kept]
        unknown = datetime.min.replace(tzinfo=UTC)
        every.sort(key=lambda one: (one.at or unknown, one.offset, one.partition), reverse=True)
        newest = tuple(every[: self._size])
        if len(newest) < len(every):
            for kept in self._kept.values():
                kept.clear()
            for record in reversed(newest):
                self._kept[record.partition].append(record)
        return newest
