"""Reads records of a topic at places that somebody names, without a trace: no group is joined.

Owned by one thread. A scan goes from offset to offset of each partition and ends at the marks that
were there when it began, so it also ends on a topic that goes on.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from threading import Event
from types import TracebackType

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from core.broker.base import Broker, Watermark
from core.broker.client_error_codes import ClientErrorCode
from core.broker.clients import kafka_error
from core.broker.error_hints import out_of_reach_hint, right
from core.errors import BrokerError
from core.operations.peek import is_harmless, peek_config
from core.operations.tail_record import TailRecord, record_of
from core.query.records import Wanted
from core.text import _, clean
from core.text.number_format import count

__all__ = ["TopicScan", "Wanted"]

_WAIT_S = 0.5
_SILENT_WAITS = 10
"""Waits in a row after which a broker that sends neither a record nor an end counts as silent."""
_CHUNK = 1_000
_LOOK_UP_S = 10.0
_QUEUE_KBYTES = 16_384

Ranges = Mapping[int, tuple[int, int]]


class TopicScan(AbstractContextManager["TopicScan"]):
    """A client for one topic, until the end of the `with`. Errors: BrokerError.

    text: returns the JSON of a value that is not JSON itself.
    """

    def __init__(
        self,
        broker: Broker,
        topic: str,
        group_id: str,
        *,
        text: Callable[[bytes | None], bytes | None] = lambda _value: None,
    ) -> None:
        self._servers = broker.bootstrap_servers
        self._topic = topic
        self._text = text
        given = peek_config(broker, group_id, queue_kbytes=_QUEUE_KBYTES)
        self._consumer = Consumer({**given, "enable.partition.eof": True})

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Close the client."""
        self._consumer.close()

    def fetch(self, places: Sequence[tuple[int, int]]) -> list[TailRecord]:
        """Return the records at partitions and offsets that are still there."""
        found: list[TailRecord] = []
        for partition, offset in places:
            found += self.search({partition: (offset, offset + 1)}, Wanted.of(""), most=1)
        return [one for one in found if (one.partition, one.offset) in set(places)]

    def offsets_at(self, moment: datetime, marks: Mapping[int, Watermark]) -> dict[int, int]:
        """Return where in each partition the first record of a moment or later is."""
        milliseconds = int(moment.timestamp() * 1_000)
        asked = [TopicPartition(self._topic, part, milliseconds) for part in marks]
        try:
            found = self._consumer.offsets_for_times(asked, timeout=_LOOK_UP_S)
        except KafkaException as error:
            raise kafka_error(
                error, _("looking at the topic"), need=right("Read", topic=self._topic)
            ) from error
        return {
            one.partition: one.offset if one.offset >= 0 else marks[one.partition].high
            for one in found
        }

    def search(
        self,
        ranges: Ranges,
        wanted: Wanted,
        *,
        most: int,
        stop: Event | None = None,
        progress: Callable[[int, int, Sequence[TailRecord]], None] = lambda *_: None,
    ) -> list[TailRecord]:
        """Return wanted records of ranges of offsets [first, end), at most so many.

        progress: told the offsets passed, all of them, and what was found so far. Errors:
        BrokerError, also for a broker that sends neither records nor the end of a partition any
        more; `progress` was told then how far it came.
        """
        found: list[TailRecord] = []
        for messages, passed, total in self.messages(ranges, stop=stop):
            for message in messages:
                record = record_of(message, *_place(message), self._text)
                if wanted.test(record):
                    found.append(record)
                    if len(found) >= most:
                        break
            progress(passed, total, found)
            if len(found) >= most:
                break
        return found

    def messages(
        self, ranges: Ranges, *, stop: Event | None = None
    ) -> Iterator[tuple[list[Message], int, int]]:
        """Yield the records of ranges of offsets [first, end), some at a time, as the client's own.

        With them come the offsets passed, and all of them. Errors: as `search`.
        """
        left = {part: first for part, (first, end) in ranges.items() if first < end}
        ends = {part: end for part, (_first, end) in ranges.items()}
        total = sum(ends[part] - first for part, first in left.items())
        silent, passed = 0, 0
        try:
            self._consumer.assign([TopicPartition(self._topic, *where) for where in left.items()])
            while left and not (stop is not None and stop.is_set()):
                # The client waits until it has as many as it was asked for.
                wanted_now = min(_CHUNK, max(total - passed, 1))
                came = self._consumer.consume(wanted_now, timeout=_WAIT_S)
                silent = 0 if came else silent + 1
                within = [message for message in came if self._is_within(message, left, ends)]
                passed = total - sum(max(ends[part] - here, 0) for part, here in left.items())
                yield within, passed, total
                if silent >= _SILENT_WAITS:
                    raise self._fell_silent(passed, total)
            self._consumer.unassign()
        except KafkaException as error:
            raise kafka_error(
                error, _("looking at the topic"), need=right("Read", topic=self._topic)
            ) from error

    def _fell_silent(self, passed: int, total: int) -> BrokerError:
        return BrokerError(
            _(
                "the broker at {servers} fell silent at offset {passed} of {total} of topic {topic}"
            ).format(
                servers=clean(self._servers, 120),
                passed=count(passed),
                total=count(total),
                topic=clean(self._topic, 80),
            ),
            hint=out_of_reach_hint(),
            transient=True,
        )

    def _is_within(self, message: Message, left: dict[int, int], ends: Mapping[int, int]) -> bool:
        """Step over a message; return whether it is a record of the ranges."""
        partition, offset = message.partition(), message.offset()
        error = message.error()
        if error is not None:
            if error.code() == ClientErrorCode.PARTITION_EOF:
                left.pop(-1 if partition is None else partition, None)
            elif not is_harmless(error):
                raise KafkaException(error)
            return False
        if partition is None or offset is None or partition not in left:
            return False
        if offset + 1 >= ends[partition]:
            del left[partition]
        else:
            left[partition] = offset + 1
        return offset < ends.get(partition, 0)


def _place(message: Message) -> tuple[int, int]:
    """Return partition and offset of a record."""
    return message.partition() or 0, message.offset() or 0
