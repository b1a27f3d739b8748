"""Commits make room on an embedded broker only as far as this warehouse holds the records."""

from core.broker.identity import TopicIdentity
from core.errors import WarehouseError
from core.producer.proof import StoredProof
from core.producer.room import Room
from tests.unit.producer.test_room import HandClock, Topic, admit


class Holding:
    """A warehouse that tells how far it is, counts how often it was asked, and may be away."""

    def __init__(self) -> None:
        self.at, self.asked, self.away = 0, 0, False

    def stored_offsets(self, _identity: TopicIdentity) -> dict[int, int]:
        self.asked += 1
        if self.away:
            raise WarehouseError("away")
        return {0: self.at}


def opened(topic: Topic, warehouse: Holding, clock: HandClock, ours: dict[int, int]) -> Room:
    proof = StoredProof(topic, warehouse, "t", clock, ours=lambda: ours)
    room = Room(topic, "t", "g", lambda: False, clock, proof=proof)
    room.end()  # the tests refresh by hand
    assert room.attach(lambda: 10)
    return room


def test_a_commit_of_what_is_stored_elsewhere_makes_no_room() -> None:
    topic, warehouse, clock = Topic(), Holding(), HandClock()
    room = opened(topic, warehouse, clock, {})
    assert admit(room, 12) == 10
    room.handed_over()
    topic.high = topic.done = 10
    room._refresh()
    assert (admit(room, 10), room.is_read) == (0, False)
    warehouse.at = 4
    clock.seconds += 60
    room._refresh()
    assert (admit(room, 10), room.is_read) == (4, True)


def test_what_our_own_consumer_stored_asks_no_warehouse() -> None:
    topic, warehouse, clock, ours = Topic(), Holding(), HandClock(), {0: 0}
    room = opened(topic, warehouse, clock, ours)
    assert admit(room, 10) == 10
    room.handed_over()
    topic.high = topic.done = ours[0] = 6
    room._refresh()
    assert (admit(room, 10), warehouse.asked) == (6, 0)


def test_a_warehouse_that_is_billed_is_not_asked_again_and_again() -> None:
    topic, warehouse, clock = Topic(), Holding(), HandClock()
    room = opened(topic, warehouse, clock, {})
    assert admit(room, 10) == 10
    room.handed_over()
    topic.high = topic.done = 10
    warehouse.away = True
    for _look in range(20):
        room._refresh()
    assert (warehouse.asked, admit(room, 1)) == (1, 0)
    warehouse.away, warehouse.at = False, 10
    clock.seconds += 60
    room._refresh()
    assert (warehouse.asked, admit(room, 10)) == (2, 10)
