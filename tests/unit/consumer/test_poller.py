"""What the gatherer asks of the client while there is nothing to read."""

from datetime import timedelta
from typing import Any

import pytest
from confluent_kafka import KafkaError, TopicPartition

from core.broker.client_error_codes import ClientErrorCode
from core.clock import SystemClock
from core.consumer.options import ConsumeOptions
from core.consumer.poller import RecordPoller
from core.errors import BrokerError


class SetClock(SystemClock):
    """A clock that is set by hand, beside a true monotonic one."""

    wrong_by = timedelta()

    def now(self):
        return super().now() + self.wrong_by


class EmptyTopic:
    """A client that never gets a record."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.commits: list[Any] = []

    def consume(self, _most: int, seconds: float) -> list[Any]:
        self.waits.append(seconds)
        return []

    def commit(self, *, offsets: list[Any], asynchronous: bool) -> None:
        self.commits.append((offsets, asynchronous))


class NoFailure:
    def unread(self, _read: int) -> int:
        return 0

    def raise_failure(self) -> None:
        """Nothing failed."""


def test_an_idle_client_is_not_waited_in_and_is_woken_when_the_clock_is_set_back():
    clock, client, pauses = SetClock(), EmptyTopic(), []
    poller = RecordPoller(client, ConsumeOptions("topic", "group"), clock, pauses.append)
    woken = []
    for wrong_s in (0, 86_400, 86_400, 0, 0, -86_400, -86_400):
        clock.wrong_by = timedelta(seconds=wrong_s)
        assert poller.poll(NoFailure(), 10) == []
        woken.append(len(client.commits))
    assert woken == [0, 0, 0, 1, 1, 2, 2]
    assert client.commits == [([], True)] * 2
    assert set(client.waits) == {0}
    assert len(pauses) == 7


class Told:
    """What a client gives: a record, or an error in place of one."""

    def __init__(self, partition: int, offset: int, code: int | None = None) -> None:
        self._partition, self._offset, self._code = partition, offset, code

    def topic(self) -> str:
        return "topic"

    def partition(self) -> int:
        return self._partition

    def offset(self) -> int:
        return self._offset

    def error(self) -> KafkaError | None:
        return None if self._code is None else KafkaError(self._code)


class Waiting:
    """A client that is only kept alive."""

    def __init__(self, *told: Told) -> None:
        self._told = list(told)
        self.paused: list[TopicPartition] = []
        self.sought: list[tuple[int, int]] = []

    def pause(self, partitions: list[TopicPartition]) -> None:
        self.paused = partitions

    def poll(self, seconds: float) -> Told | None:
        assert seconds == 0
        return self._told.pop(0) if self._told else None

    def seek(self, where: TopicPartition) -> None:
        self.sought.append((where.partition, where.offset))


class Held:
    """The partitions that a consumer holds."""

    def __init__(self) -> None:
        self.positions = {0: 5, 1: 7}
        self.ends: dict[int, int] = {}
        self.out_of_range: set[int] = set()

    def partitions(self) -> list[TopicPartition]:
        return [TopicPartition("topic", partition) for partition in self.positions]

    def unread(self, _read: int) -> int:
        return 0

    def raise_failure(self) -> None:
        """Nothing failed."""


def kept_alive(held: Held, *told: Told) -> Waiting:
    """Keep a client alive until all that it tells is told."""
    client = Waiting(*told)
    poller = RecordPoller(client, ConsumeOptions("topic", "group"), SystemClock(), lambda _s: None)
    for _once in range(len(told) + 1):
        poller.keep_alive(held)
    return client


def test_an_end_that_is_told_while_nothing_is_read_is_not_forgotten() -> None:
    held = Held()
    client = kept_alive(held, Told(0, 12, ClientErrorCode.PARTITION_EOF))
    assert held.ends == {0: 12}
    assert [where.partition for where in client.paused] == [0, 1]


def test_nor_is_an_offset_that_is_gone() -> None:
    held = Held()
    kept_alive(
        held,
        Told(1, 7, ClientErrorCode.AUTO_OFFSET_RESET),
        Told(9, 0, KafkaError.OFFSET_OUT_OF_RANGE),  # it was taken away meanwhile
    )
    assert held.out_of_range == {1}


def test_an_error_that_does_not_pass_is_raised() -> None:
    with pytest.raises(BrokerError, match="topic/0"):
        kept_alive(Held(), Told(0, 0, KafkaError.TOPIC_AUTHORIZATION_FAILED))


def test_what_passes_is_waited_out() -> None:
    held = Held()
    kept_alive(
        held, Told(0, 0, ClientErrorCode.TRANSPORT), Told(0, 12, ClientErrorCode.PARTITION_EOF)
    )
    assert held.ends == {0: 12}


def test_a_record_that_slips_in_is_read_again_and_no_end_lies_behind_it() -> None:
    held = Held()
    end = ClientErrorCode.PARTITION_EOF
    client = kept_alive(held, Told(0, 8), Told(0, 9), Told(0, 10, end), Told(1, 7, end))
    assert client.sought == [(0, 8), (0, 8)], "from the first one on"
    assert held.ends == {1: 7}
