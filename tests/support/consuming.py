"""Topic, client, broker, warehouse and clock in memory, for tests of the consumer's parts.

They stand at the protocols that the consumer knows: the client of confluent-kafka, `Broker`,
`Warehouse`, `Clock`. The client keeps positions as librdkafka does: what it has handed out it does
not hand out again, unless it is told to go back.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from core.broker.base import Member, Watermark
from core.broker.client_error_codes import ClientErrorCode
from core.broker.identity import TopicIdentity
from core.errors import FencedError, WarehouseError
from core.warehouse.model import OffsetGap, RawBatch
from tests.support.events import event

TOPIC, GROUP = "orders_topic", "test-group"
IDENTITY = TopicIdentity("cluster", TOPIC, "one")
REMADE = TopicIdentity("cluster", TOPIC, "two")
START = datetime(2026, 1, 1, tzinfo=UTC)
MOST_CALLS = 20_000
"""Calls of a client after which a test has failed."""


class HandClock:
    """A clock that moves when somebody waits, or when the test moves it."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.waits: list[float] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds - 1_000.0)

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, event: Event, seconds: float) -> bool:
        self.waits.append(seconds)
        if not event.is_set():
            self.seconds += seconds
        return event.is_set()


class Record:
    """A message of the client, or an error in its place."""

    def __init__(
        self,
        partition: int,
        offset: int,
        value: bytes | None = None,
        *,
        error: KafkaError | None = None,
        key: bytes | str | None = b"key",
        headers: list[tuple[str, bytes | str | None]] | None = None,
        timestamp: tuple[int, int] = (0, 0),
    ) -> None:
        self._timestamp = timestamp
        self._partition = partition
        self._offset = offset
        self._value = value
        self._error = error
        self._key = key
        self._headers = headers

    def __len__(self) -> int:
        return len(self._value or b"")

    def topic(self) -> str:
        return TOPIC

    def partition(self) -> int:
        return self._partition

    def offset(self) -> int:
        return self._offset

    def value(self) -> bytes | None:
        return self._value

    def key(self) -> bytes | str | None:
        return self._key

    def headers(self) -> list[tuple[str, bytes | str | None]] | None:
        return self._headers

    def timestamp(self) -> tuple[int, int]:
        return self._timestamp

    def error(self) -> KafkaError | None:
        return self._error


def failed(code: int, partition: int = 0, offset: int = 0, **options: Any) -> Record:
    """Return an error as the client hands it out among the records."""
    return Record(partition, offset, error=KafkaError(code, "said by the test", **options))


class MemoryTopic:
    """What the broker holds: records by partition, from a low mark to a high one."""

    def __init__(self, *counts: int) -> None:
        self.records: dict[int, dict[int, bytes | None]] = {
            part: {offset: event(offset) for offset in range(count)}
            for part, count in enumerate(counts)
        }
        self.low = dict.fromkeys(self.records, 0)
        self.high = dict(enumerate(counts))
        self.stable: dict[int, int] = {}
        """Where an open transaction begins, by partition."""

    def publish(self, partition: int, *values: bytes | None) -> None:
        for value in values:
            self.records[partition][self.high[partition]] = value
            self.high[partition] += 1

    def drop(self, partition: int, before: int) -> None:
        """Lose what lies before an offset, as retention does."""
        self.low[partition] = before

    def cut(self, partition: int, at: int) -> None:
        """End before an offset."""
        self.high[partition] = at


class MemoryBroker:
    """The broker seam. down: calls of it fail while it is set."""

    label = "kafka"
    bootstrap_servers = "nowhere:1"

    def __init__(self, topic: MemoryTopic, *, embedded: bool = False, steps: bool = True) -> None:
        self.topic = topic
        self.present = IDENTITY
        self.commits: dict[int, int] = {}
        self.group: list[Member] = []
        self.down: Exception | None = None
        self.asked = 0
        self._embedded = embedded
        self._steps = steps

    @property
    def backlog_limit_bytes(self) -> int | None:
        return 5 << 20 if self._embedded else None

    def consumer_config(self, group_id: str) -> dict[str, Any]:
        steps = {"partition.assignment.strategy": "cooperative-sticky"}
        return {"group.id": group_id, **(steps if self._steps else {})}

    def producer_config(self, *, paced: bool = False) -> dict[str, Any]:
        del paced
        return {"bootstrap.servers": self.bootstrap_servers}

    def identity(self, topic: str) -> TopicIdentity:
        assert topic == TOPIC
        self._answer()
        return self.present

    def ask_identity(self, topic: str) -> Callable[[], TopicIdentity]:
        return partial(self.identity, topic)

    def partitions(self, topic: str) -> list[int]:
        assert topic == TOPIC
        return sorted(self.topic.records)

    def watermarks(self, topic: str) -> Mapping[int, Watermark]:
        assert topic == TOPIC
        self._answer()
        return {
            part: Watermark(
                self.topic.low[part], self.topic.high[part], self.topic.stable.get(part)
            )
            for part in self.topic.records
        }

    def committed(self, topic: str, group_id: str, *, mark: str | None = None) -> Mapping[int, int]:
        del mark
        assert (topic, group_id) == (TOPIC, GROUP)
        self._answer()
        return dict(self.commits)

    def members(self, topic: str, group_id: str) -> list[Member]:
        assert (topic, group_id) == (TOPIC, GROUP)
        self._answer()
        return list(self.group)

    def since(self, topic: str, partition: int, offset: int) -> datetime | None:
        assert (topic, offset) == (TOPIC, self.topic.stable[partition])
        return START

    def close(self) -> None:
        """Nothing is open."""

    def _answer(self) -> None:
        self.asked += 1
        if self.down is not None:
            raise self.down


class MemoryWarehouse:
    """The warehouse seam: offsets behind a fence, and what was written.

    faults: what befalls the next writes: "none", "before" the commit, "after" it, or an error.
    """

    label = "memory"

    def __init__(self, *faults: str | Exception) -> None:
        self.offsets: dict[TopicIdentity, dict[int, int]] = {}
        self.batches: list[RawBatch] = []
        self.faults: list[str | Exception] = list(faults)
        self.earlier: list[tuple[str, int, int]] = []
        self.claims: list[dict[int, int]] = []
        self.asked_for: list[object] = []
        self.attempts = 0
        self.down: Exception | None = None

    def register_partitions(
        self, identity: TopicIdentity, starts: Mapping[int, int]
    ) -> dict[int, int]:
        self.claims.append(dict(starts))
        known = self.offsets.setdefault(identity, {})
        for partition, start in starts.items():
            known.setdefault(partition, start)
        return {partition: known[partition] for partition in starts}

    def stored_offsets(self, identity: TopicIdentity) -> dict[int, int]:
        if self.down is not None:
            raise copy(self.down)
        return dict(self.offsets.get(identity, {}))

    def write_batch(self, batch: RawBatch) -> None:
        self.attempts += 1
        fault = self.faults.pop(0) if self.faults else "none"
        if isinstance(fault, Exception):
            raise copy(fault)  # a new one each time, as a driver does
        if fault == "before":
            raise WarehouseError("not sent", transient=True)
        known = self.offsets.setdefault(batch.identity, {})
        if any(known.get(move.partition) != move.from_offset for move in batch.advances):
            raise FencedError("fenced", transient=True)
        known.update((move.partition, move.next_offset) for move in batch.advances)
        self.batches.append(batch)
        if fault == "after":
            raise WarehouseError("the reply was lost", transient=True)

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        assert query == "earlier_generations"
        self.asked_for = list(parameters)
        return list(self.earlier)

    @property
    def coordinates(self) -> list[tuple[int, int]]:
        """Partition and offset of every record that was stored, in order."""
        found: list[tuple[int, int]] = []
        for batch in self.batches:
            found += zip(batch.partitions, batch.offsets, strict=True)
            found += [(letter.partition, letter.offset) for letter in batch.dead_letters]
        return sorted(found)

    @property
    def gaps(self) -> list[OffsetGap]:
        return [gap for batch in self.batches for gap in batch.gaps]


class MemoryClient:
    """The consumer of confluent-kafka over a MemoryTopic.

    Whoever waits in it moves the clock. next_calls: run inside the next poll or consume, as
    callbacks of the client are.
    slips: how many records come in spite of a pause. eof: tell the end of a partition.
    """

    def __init__(
        self, topic: MemoryTopic, *, eof: bool = False, clock: HandClock | None = None
    ) -> None:
        self._topic = topic
        self._clock = clock or HandClock()
        self._calls = 0
        self._eof = eof
        self._told: set[int] = set()
        self._stuck: set[int] = set()
        self.at: dict[int, int] = {}
        self.paused: set[int] = set()
        self.next_calls: list[Callable[[], object]] = []
        self.answers: list[Record] = []
        self.slips = 0
        self.commits: list[dict[int, int]] = []
        self.marks: set[str] = set()
        self.seeks: list[tuple[int, int]] = []
        self.asked: list[tuple[int, float]] = []
        self.commit_error: KafkaError | None = None
        self.subscribed: dict[str, Any] = {}
        self.unreachable = 0
        self.known: dict[int, int] | None = None
        self.closed = False

    def subscribe(self, topics: list[str], **callbacks: Any) -> None:
        assert topics == [TOPIC]
        self.subscribed = callbacks

    def give(self, *partitions: int) -> None:
        """Assign partitions, as the group does."""
        self.subscribed["on_assign"](self, [TopicPartition(TOPIC, part) for part in partitions])

    def take(self, *partitions: int, how: str = "on_revoke") -> None:
        """Revoke partitions."""
        self.subscribed[how](self, [TopicPartition(TOPIC, part) for part in partitions])

    def assign(self, entries: list[TopicPartition]) -> None:
        self.at = {}
        self.incremental_assign(entries)

    def unassign(self) -> None:
        self.at = {}

    def incremental_assign(self, entries: list[TopicPartition]) -> None:
        for entry in entries:
            assert entry.partition not in self.at
            assert entry.topic == TOPIC
            self.at[entry.partition] = entry.offset
            self._told.discard(entry.partition)
            self._stuck.discard(entry.partition)
            self.paused.discard(entry.partition)

    def incremental_unassign(self, entries: list[TopicPartition]) -> None:
        for entry in entries:
            del self.at[entry.partition]

    def pause(self, entries: list[TopicPartition]) -> None:
        self.paused |= {entry.partition for entry in entries}

    def resume(self, entries: list[TopicPartition]) -> None:
        self.paused -= {entry.partition for entry in entries}

    def seek(self, entry: TopicPartition) -> None:
        assert entry.partition in self.at
        self.seeks.append((entry.partition, entry.offset))
        self.at[entry.partition] = entry.offset

    def commit(self, *, offsets: list[TopicPartition], asynchronous: bool) -> None:
        assert asynchronous
        if self.commit_error is not None:
            raise KafkaException(self.commit_error)
        self.commits.append({entry.partition: entry.offset for entry in offsets})
        self.marks |= {entry.metadata or "" for entry in offsets}

    def get_watermark_offsets(
        self, where: TopicPartition, *, cached: bool
    ) -> tuple[int, int] | None:
        assert cached
        if self.known is None:
            return None
        return 0, self.known.get(where.partition, -1001)

    def list_topics(self, topic: str, timeout: float) -> None:
        assert (topic, timeout) == (TOPIC, 0.5)
        if self.unreachable:
            self.unreachable -= 1
            raise KafkaException(KafkaError(ClientErrorCode.TRANSPORT, "down"))

    def consume(self, most: int, seconds: float) -> list[Record]:
        self.asked.append((most, seconds))
        self._serve()
        found, self.answers = self.answers[:most], self.answers[most:]
        for part in sorted(self.at):
            if part not in self.paused:
                found += self._fetch(part, most - len(found))
        if len(found) < most:
            self._clock.seconds += seconds
        return found

    def poll(self, seconds: float) -> Record | None:
        assert seconds == 0
        self._serve()
        if self.answers:
            return self.answers.pop(0)
        for part in sorted(self.at):
            if part not in self.paused or self.slips:
                found = self._fetch(part, 1)
                self.slips -= bool(found) and part in self.paused
                if found:
                    return found[0]
        return None

    def close(self) -> None:
        self.closed = True

    def _serve(self) -> None:
        self._calls += 1
        assert self._calls < MOST_CALLS, "the consumer never ends"
        calls, self.next_calls = self.next_calls, []
        for call in calls:
            call()

    def _fetch(self, part: int, most: int) -> list[Record]:
        topic, at = self._topic, self.at[part]
        if part in self._stuck or most <= 0:
            return []
        if not topic.low[part] <= at <= topic.high[part]:
            self._stuck.add(part)
            return [failed(ClientErrorCode.AUTO_OFFSET_RESET, part, at)]
        found: list[Record] = []
        while at < topic.high[part] and len(found) < most:
            if at in topic.records[part]:
                found.append(Record(part, at, topic.records[part][at]))
            at += 1
        self.at[part] = at
        if self._eof and at == topic.high[part] and len(found) < most and part not in self._told:
            self._told.add(part)
            found.append(failed(ClientErrorCode.PARTITION_EOF, part, at))
        elif found:
            self._told.discard(part)
        return found
