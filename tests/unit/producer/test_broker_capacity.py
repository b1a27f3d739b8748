"""When the count of a room may be corrected: only by what the broker says while nothing moves."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest

from core.broker.base import Watermark
from core.broker.identity import TopicIdentity
from core.clock import SystemClock
from core.errors import BrokerError
from core.process_lock import LockedError, ProcessLock
from core.producer.backlog_ledger import RECORD_OVERHEAD_BYTES
from core.producer.broker_capacity import BrokerCapacity
from core.producer.shared_capacity import shared_capacity
from core.producer.snapshot import broker_full
from tests.support.waiting import wait_until

SIZE = 1_000 - RECORD_OVERHEAD_BYTES


class HandClock(SystemClock):
    """A clock that the test moves."""

    seconds = 100.0

    def monotonic(self) -> float:
        return self.seconds


class Topic:
    """A broker of one topic whose offsets the test sets."""

    label = "embedded"
    bootstrap_servers = "nowhere:1"
    backlog_limit_bytes = 262_144 + 10_000

    def __init__(self) -> None:
        self.high = 0
        self.done = 0
        self.by = ""  # who committed that

    def watermarks(self, _topic: str) -> Mapping[int, Watermark]:
        return {0: Watermark(0, self.high)}

    def committed(
        self, _topic: str, _group_id: str, *, mark: str | None = None
    ) -> Mapping[int, int]:
        return {0: self.done} if mark in {None, self.by} else {}

    def partitions(self, _topic: str) -> list[int]:
        return [0]

    def producer_config(self, *, paced: bool = False) -> dict[str, Any]:
        del paced
        return {}

    def consumer_config(self, _group_id: str) -> dict[str, Any]:
        return {}

    def identity(self, topic: str) -> TopicIdentity:
        return TopicIdentity("c", topic, "0")

    def close(self) -> None:
        pass


@pytest.fixture
def topic() -> Topic:
    return Topic()


@pytest.fixture
def capacity(topic: Topic) -> BrokerCapacity:
    opened = BrokerCapacity(topic, "t", "g", lambda: False, SystemClock())
    opened.end()  # the tests refresh by hand
    return opened


def admit(capacity: BrokerCapacity, count: int) -> int:
    """Admit records one by one, as a slow producer does; return how many fitted."""
    one = np.zeros(1, np.int64)
    return sum(capacity.admit(one, one + SIZE) for _record in range(count))


def test_records_in_hand_are_not_taken_for_failed_ones(
    topic: Topic, capacity: BrokerCapacity
) -> None:
    assert capacity.attach(lambda: 0)
    assert admit(capacity, 10) == 10
    capacity._refresh()  # the client does not have them yet, and the topic does not either
    topic.high, topic.done = 10, 3
    capacity.enqueued()
    capacity._refresh()
    assert admit(capacity, 10) == 3


def test_records_on_their_way_are_not_taken_for_failed_ones(
    topic: Topic, capacity: BrokerCapacity
) -> None:
    assert capacity.attach(lambda: 10)
    assert admit(capacity, 10) == 10
    capacity.enqueued()
    topic.high = topic.done = 4
    capacity._refresh()
    assert admit(capacity, 10) == 4


def test_records_that_failed_make_room_once_nothing_is_on_its_way(
    topic: Topic, capacity: BrokerCapacity
) -> None:
    waiting = [10]
    assert capacity.attach(lambda: waiting[0])
    assert admit(capacity, 10) == 10
    capacity.enqueued()
    topic.high = topic.done = 6
    waiting[0] = 0
    capacity._refresh()
    assert admit(capacity, 10) == 10


def test_it_is_read_for_a_while_after_the_last_commit(topic: Topic) -> None:
    clock = HandClock()
    topic.done = 3
    capacity = BrokerCapacity(topic, "t", "g", lambda: False, clock)
    capacity.end()
    assert capacity.attach(lambda: 10)
    assert admit(capacity, 10) == 10
    capacity._refresh()
    assert not capacity.is_read, "what was committed before is no sign of life"
    topic.done = 4
    capacity._refresh()
    assert capacity.is_read
    assert broker_full(is_read=capacity.is_read) == "broker full: waiting for the consumer"
    clock.seconds += 5
    capacity._refresh()
    assert not capacity.is_read
    assert broker_full(is_read=capacity.is_read) == "broker full: start the consumer"


def test_a_commit_of_what_is_stored_elsewhere_makes_no_room_and_takes_none_away() -> None:
    topic = Topic()
    capacity = BrokerCapacity(topic, "t", "g", lambda: False, HandClock(), mark="here")
    capacity.end()
    assert capacity.attach(lambda: 10)
    assert admit(capacity, 12) == 10
    capacity.enqueued()
    topic.high = topic.done = 10
    topic.by = "elsewhere"
    capacity._refresh()
    assert (admit(capacity, 10), capacity.is_read) == (0, False)
    assert "not known to be stored in this warehouse" in capacity.held_reason
    topic.done, topic.by = 4, "here"
    capacity._refresh()
    assert (admit(capacity, 10), capacity.is_read) == (4, True)
    topic.done, topic.by = 10, ""
    capacity._refresh()
    assert admit(capacity, 10) == 0, "what an unknown member commits over it proves nothing"
    topic.by = "here"
    capacity._refresh()
    assert admit(capacity, 10) == 6


def test_one_publisher_at_a_time_and_no_other_detaches_it(capacity: BrokerCapacity) -> None:
    first, second = (lambda: 0), (lambda: 0)
    assert capacity.attach(first)
    assert not capacity.attach(second)
    capacity.detach(second)
    assert not capacity.attach(second)
    capacity.detach(first)
    assert capacity.attach(second)


def test_a_guest_has_its_turn_once_nothing_of_the_publisher_is_on_its_way(
    capacity: BrokerCapacity,
) -> None:
    waiting = [3]
    one = np.zeros(1, np.int64)
    publisher, guest, other = (lambda: waiting[0]), (lambda: 0), (lambda: 0)
    assert capacity.attach(publisher)
    assert admit(capacity, 3) == 3  # in hand: admitted, and not with the client yet
    waiting[0] = 0
    assert not capacity.visit(guest)
    waiting[0] = 3
    capacity.enqueued()
    assert not capacity.visit(guest)
    assert admit(capacity, 1) == 0, "from the asking on the publisher waits"
    assert "replay" in capacity.held_reason
    waiting[0] = 0
    assert capacity.visit(guest)
    assert not capacity.visit(other)
    assert capacity.admit(one, one + SIZE, guest=True) == 1
    capacity.leave(other)
    assert admit(capacity, 1) == 0
    capacity.leave(guest)
    assert admit(capacity, 1) == 1


def test_records_of_a_guest_on_their_way_are_not_taken_for_failed_ones(
    topic: Topic, capacity: BrokerCapacity
) -> None:
    guest = lambda: 10  # noqa: E731 - a name to leave with
    one = np.zeros(1, np.int64)
    assert capacity.visit(guest)
    assert sum(capacity.admit(one, one + SIZE, guest=True) for _record in range(10)) == 10
    capacity.enqueued()
    topic.high = topic.done = 4
    capacity._refresh()
    capacity.leave(guest)
    assert admit(capacity, 10) == 4


class SlowTopic(Topic):
    """A broker that takes as long to answer as the test wants."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.bootstrap_servers = f"{name}:1"
        self.asked, self.may_answer = Event(), Event()

    def watermarks(self, topic: str) -> Mapping[int, Watermark]:
        self.asked.set()
        assert self.may_answer.wait(20)
        return super().watermarks(topic)


class Producing:
    """Somebody who wants a room, in a thread of his own."""

    def __init__(
        self,
        topic: Topic,
        lock_file: Path | None = None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self.room: BrokerCapacity | None = None
        self.error: BrokerError | None = None
        self._topic, self._lock_file, self._stopping = topic, lock_file, stopping
        self.done = Event()
        self.thread = Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            with shared_capacity(
                self._topic,
                "t",
                "g",
                lock_file=self._lock_file,
                clock=SystemClock(),
                stopping=self._stopping,
            ) as self.room:
                self.done.wait(20)
        except BrokerError as error:
            self.error = error


@contextmanager
def ending(*producing: Producing) -> Iterator[None]:
    yield
    for one in producing:
        one.done.set()
        one.thread.join()


def test_a_room_that_takes_long_to_measure_holds_up_no_other_room() -> None:
    slow, quick = SlowTopic("slow"), SlowTopic("quick")
    quick.may_answer.set()
    first = Producing(slow)
    assert slow.asked.wait(10)
    second = Producing(quick)
    with ending(first, second):
        try:
            wait_until(lambda: second.room, seconds=5, what="the other room waits for this one")
        finally:
            slow.may_answer.set()
        wait_until(lambda: first.room)


def test_who_waits_for_a_room_to_be_measured_may_be_stopped() -> None:
    slow, stop = SlowTopic("slow"), Event()
    first = Producing(slow)
    assert slow.asked.wait(10)
    second = Producing(slow, stopping=stop.is_set)
    with ending(first, second):
        stop.set()
        try:
            wait_until(lambda: second.error, seconds=5)
        finally:
            slow.may_answer.set()
        wait_until(lambda: first.room)
        assert second.room is None


def test_a_room_is_shared_and_its_lock_is_free_after_the_last_one(tmp_path: Path) -> None:
    lock_file = tmp_path / "producer.lock"
    topic = Topic()
    first, second = Producing(topic, lock_file), Producing(topic, lock_file)
    wait_until(lambda: first.room and second.room)
    assert first.room is second.room
    with ending(first), pytest.raises(LockedError):
        ProcessLock(lock_file)
    with pytest.raises(LockedError):
        ProcessLock(lock_file)
    with ending(second):
        pass
    ProcessLock(lock_file).release()
    third = Producing(topic, lock_file)
    with ending(third):
        wait_until(lambda: third.room)
        assert third.room is not second.room


def test_a_room_that_could_not_be_made_may_be_tried_again(tmp_path: Path) -> None:
    lock_file = tmp_path / "producer.lock"
    other = ProcessLock(lock_file)
    refused = Producing(Topic(), lock_file)
    with ending(refused):
        wait_until(lambda: refused.error)
    other.release()
    again = Producing(Topic(), lock_file)
    with ending(again):
        wait_until(lambda: again.room)
