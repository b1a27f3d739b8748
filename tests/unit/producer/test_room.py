"""When the count of a room may be corrected: only by what the broker says while nothing moves."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from core.broker.base import Watermark
from core.broker.identity import TopicIdentity
from core.producer.backlog import RECORD_OVERHEAD_BYTES
from core.producer.room import Room

SIZE = 1_000 - RECORD_OVERHEAD_BYTES


class Topic:
    """A broker of one topic whose offsets the test sets."""

    label = "embedded"
    bootstrap_servers = "nowhere:1"
    backlog_limit_bytes = 262_144 + 10_000

    def __init__(self) -> None:
        self.high = 0
        self.done = 0

    def watermarks(self, _topic: str) -> Mapping[int, Watermark]:
        return {0: Watermark(0, self.high)}

    def committed(self, _topic: str, _group_id: str) -> Mapping[int, int]:
        return {0: self.done}

    def partitions(self, _topic: str) -> list[int]:
        return [0]

    def producer_config(self) -> dict[str, Any]:
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
def room(topic: Topic) -> Room:
    opened = Room(topic, "t", "g", lambda: False)
    opened.end()  # the tests refresh by hand
    return opened


def admit(room: Room, count: int) -> int:
    """Admit records one by one, as a slow producer does; return how many fitted."""
    one = np.zeros(1, np.int64)
    return sum(room.admit(one, one + SIZE) for _record in range(count))


def test_records_in_hand_are_not_taken_for_failed_ones(topic: Topic, room: Room) -> None:
    assert room.attach(lambda: 0)
    assert admit(room, 10) == 10
    room._refresh()  # the client does not have them yet, and the topic does not either
    topic.high, topic.done = 10, 3
    room.handed_over()
    room._refresh()
    assert admit(room, 10) == 3


def test_records_on_their_way_are_not_taken_for_failed_ones(topic: Topic, room: Room) -> None:
    assert room.attach(lambda: 10)
    assert admit(room, 10) == 10
    room.handed_over()
    topic.high = topic.done = 4
    room._refresh()
    assert admit(room, 10) == 4


def test_records_that_failed_make_room_once_nothing_is_on_its_way(topic: Topic, room: Room) -> None:
    waiting = [10]
    assert room.attach(lambda: waiting[0])
    assert admit(room, 10) == 10
    room.handed_over()
    topic.high = topic.done = 6
    waiting[0] = 0
    room._refresh()
    assert admit(room, 10) == 10


def test_one_publisher_at_a_time_and_no_other_detaches_it(room: Room) -> None:
    first, second = (lambda: 0), (lambda: 0)
    assert room.attach(first)
    assert not room.attach(second)
    room.detach(second)
    assert not room.attach(second)
    room.detach(first)
    assert room.attach(second)


def test_a_guest_has_its_turn_once_nothing_of_the_publisher_is_on_its_way(room: Room) -> None:
    waiting = [3]
    one = np.zeros(1, np.int64)
    publisher, guest, other = (lambda: waiting[0]), (lambda: 0), (lambda: 0)
    assert room.attach(publisher)
    assert admit(room, 3) == 3  # in hand: admitted, and not with the client yet
    waiting[0] = 0
    assert not room.visit(guest)
    waiting[0] = 3
    room.handed_over()
    assert not room.visit(guest)
    assert admit(room, 1) == 0, "from the asking on the publisher waits"
    assert "replay" in room.held_reason
    waiting[0] = 0
    assert room.visit(guest)
    assert not room.visit(other)
    assert room.admit(one, one + SIZE, guest=True) == 1
    room.leave(other)
    assert admit(room, 1) == 0
    room.leave(guest)
    assert admit(room, 1) == 1


def test_records_of_a_guest_on_their_way_are_not_taken_for_failed_ones(
    topic: Topic, room: Room
) -> None:
    guest = lambda: 10  # noqa: E731 - a name to leave with
    one = np.zeros(1, np.int64)
    assert room.visit(guest)
    assert sum(room.admit(one, one + SIZE, guest=True) for _record in range(10)) == 10
    room.handed_over()
    topic.high = topic.done = 4
    room._refresh()
    room.leave(guest)
    assert admit(room, 10) == 4
