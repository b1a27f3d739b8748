"""A sample of a topic, spread over all partitions and over the offsets of each.

Each partition is read in windows that lie evenly between its first and last offset, so that old and
new records are both seen. No group is joined and nothing is committed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from core.broker.base import Broker, Watermark
from core.broker.client_error_codes import ClientErrorCode
from core.broker.clients import is_transient, kafka_error
from core.broker.error_hints import right
from core.clock import Clock
from core.errors import BrokerError
from core.inference.records import Record
from core.progress import Cancelled
from core.text import _, clean

WINDOWS = 10
_WAIT_S = 0.3
_AT_ONCE = 500
_QUEUE_KBYTES = 8_192
_GROUP = "dropship-init"


@dataclass
class Window:
    """A stretch of a partition: offsets from `at` up to `stop`, of which `want` records are read.

    at: moves on with what was read. taken: records so far.
    """

    partition: int
    at: int
    stop: int
    want: int
    taken: int = 0

    @property
    def done(self) -> bool:
        """Whether nothing more is to be read."""
        return self.taken >= self.want or self.at >= self.stop


def plan_windows(marks: Mapping[int, Watermark], size: int) -> list[list[Window]]:
    """Return rounds of windows, one of each partition in a round, for `size` records in all.

    A topic that holds no more than that is read whole.
    """
    held = {part: (mark.low, mark.readable) for part, mark in sorted(marks.items())}
    held = {part: (low, high) for part, (low, high) in held.items() if high > low}
    total = sum(high - low for low, high in held.values())
    if total <= size:
        whole = [Window(part, low, high, high - low) for part, (low, high) in held.items()]
        return [whole] if whole else []
    rounds: list[list[Window]] = [[] for _round in range(WINDOWS)]
    for part, (low, high) in held.items():
        share = -(-size * (high - low) // total)
        for number, row in enumerate(rounds):
            first = low + (high - low) * number // WINDOWS
            stop = low + (high - low) * (number + 1) // WINDOWS
            want = share * (number + 1) // WINDOWS - share * number // WINDOWS
            if want and stop > first:
                # The last one ends with the newest record.
                begin = max(stop - want, first) if number == WINDOWS - 1 else first
                row.append(Window(part, begin, stop, want))
    return [row for row in rounds if row]


class TopicSample:
    """Reads one sample. timeout_s: how long nothing may come. held: records that the topic has."""

    def __init__(
        self, broker: Broker, topic: str, size: int, *, clock: Clock, timeout_s: float
    ) -> None:
        self._broker = broker
        self._topic = topic
        self._size = size
        self._clock = clock
        self._timeout_s = timeout_s
        self._marks = broker.watermarks(topic)
        self._rounds = plan_windows(self._marks, size)
        self.held = sum(max(mark.readable - mark.low, 0) for mark in self._marks.values())
        self.partitions = len(self._marks)

    @property
    def expected(self) -> int:
        """How many records will be read, about."""
        return min(self.held, self._size)

    def records(self, cancelled: Cancelled) -> Iterator[Record]:
        """Yield the records, by partition and offset within each round; ends early on `cancelled`.

        Errors: BrokerError.
        """
        consumer = Consumer(self._config())
        read = 0
        try:
            windows = [window for row in self._rounds for window in row]
            for row in [*self._rounds, *([window] for window in windows)]:
                if read >= self.expected:
                    return
                for window in row:
                    # Where compaction left few records, the rest comes from what was not read.
                    missing = self.expected - read if len(row) == 1 else window.want
                    window.want = max(window.want, window.taken + missing)
                for record in self._read(consumer, row, cancelled):
                    read += 1
                    yield record
                if cancelled():
                    return
        except KafkaException as error:
            need = right("Read", topic=self._topic)
            raise kafka_error(
                error, _("reading topic {topic}").format(topic=clean(self._topic, 80)), need=need
            ) from error
        finally:
            consumer.close()

    def _config(self) -> dict[str, Any]:
        given = self._broker.consumer_config(_GROUP)
        given.pop("group.protocol", None)
        own = {
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
            "queued.max.messages.kbytes": _QUEUE_KBYTES,
        }
        return {**given, **own}

    def _read(
        self, consumer: Consumer, row: list[Window], cancelled: Cancelled
    ) -> Iterator[Record]:
        """Yield what a round of windows holds, sorted so that every run yields the same."""
        waiting = {window.partition: window for window in row if not window.done}
        if not waiting:
            return
        consumer.assign(
            [TopicPartition(self._topic, part, window.at) for part, window in waiting.items()]
        )
        kept: list[tuple[int, int, Record]] = []
        heard = self._clock.monotonic()
        while waiting and not cancelled():
            messages = consumer.consume(_AT_ONCE, timeout=_WAIT_S)
            if messages:
                heard = self._clock.monotonic()
            elif self._clock.monotonic() - heard > self._timeout_s:
                raise self._silent(waiting)
            for message in messages:
                self._take(message, waiting, kept)
        kept.sort(key=lambda entry: entry[:2])
        yield from (record for _part, _offset, record in kept)

    def _take(
        self,
        message: Message,
        waiting: dict[int, Window],
        kept: list[tuple[int, int, Record]],
    ) -> None:
        partition, offset = message.partition() or 0, message.offset()
        window = waiting.get(partition)
        error = message.error()
        if error is not None:
            if error.code() == ClientErrorCode.PARTITION_EOF and window is not None:
                window.at = window.stop
                del waiting[partition]
            elif not _goes_on(error):
                raise KafkaException(error)
            return
        if window is None or offset is None or offset < window.at:
            return
        window.at = offset + 1
        if offset < window.stop:
            window.taken += 1
            where = f"{clean(self._topic, 80)}/{partition}/{offset}"
            kept.append(
                (partition, offset, Record(where, _data(message.value()), _data(message.key())))
            )
        if window.done:
            del waiting[partition]

    def _silent(self, waiting: Mapping[int, Window]) -> BrokerError:
        window = next(iter(waiting.values()))
        return BrokerError(
            _("topic {topic}: nothing came from partition {partition} at offset {offset}").format(
                topic=clean(self._topic, 80), partition=window.partition, offset=window.at
            ),
            hint=_("see whether the partition has a leader, or wait longer with --timeout"),
            transient=True,
        )


def _goes_on(error: KafkaError) -> bool:
    """Return whether reading goes on after an error; no group is joined, so none can refuse us."""
    known = {ClientErrorCode.PARTITION_EOF, KafkaError.GROUP_AUTHORIZATION_FAILED}
    return error.code() in known or is_transient(error)


def _data(content: bytes | str | None) -> bytes | None:
    return content.encode("utf-8", "replace") if isinstance(content, str) else content
