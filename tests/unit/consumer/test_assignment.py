"""Which partitions are held, from where they are read, and how far behind they are."""

import pytest

from core.consumer.assignment import Assignment, TopicRecreatedError, is_incremental
from core.errors import BrokerError
from tests.support.consuming import (
    IDENTITY,
    REMADE,
    TOPIC,
    MemoryBroker,
    MemoryClient,
    MemoryTopic,
    MemoryWarehouse,
)


class Held:
    """An assignment over a topic of three partitions of ten records."""

    def __init__(self, *, embedded=False, steps=True):
        self.topic = MemoryTopic(10, 10, 10)
        self.broker = MemoryBroker(self.topic, embedded=embedded)
        self.warehouse = MemoryWarehouse()
        self.client = MemoryClient(self.topic)
        self.changes = 0
        self.notices = []
        self.assignment = Assignment(
            self.broker,
            self.warehouse,
            TOPIC,
            incremental=steps,
            on_change=self._changed,
            on_notice=self.notices.append,
        )

    def _changed(self):
        self.changes += 1

    def give(self, *partitions, stored=None):
        if stored:
            self.warehouse.offsets[IDENTITY] = dict(stored)
        self.assignment.subscribe(self.client)
        self.client.give(*partitions)
        self.assignment.raise_failure()
        return self.assignment


def test_reading_goes_on_where_the_warehouse_says() -> None:
    held = Held()
    held.broker.commits = {0: 9, 1: 9, 2: 9}  # Kafka's word counts for nothing
    assignment = held.give(0, 2, stored={0: 4, 1: 6, 2: 0})
    assert assignment.positions == held.client.at == {0: 4, 2: 0}
    assert held.warehouse.claims == []
    assert held.changes == 1
    assert assignment.identity == IDENTITY
    assert [(one.topic, one.partition) for one in assignment.partitions()] == [
        (TOPIC, 0),
        (TOPIC, 2),
    ]


def test_a_partition_met_for_the_first_time_is_entered_where_the_topic_begins() -> None:
    held = Held()
    held.topic.drop(1, before=3)
    assignment = held.give(0, 1, stored={0: 4})
    assert held.warehouse.claims == [{1: 3}]
    assert assignment.positions == held.client.at == {0: 4, 1: 3}


@pytest.mark.parametrize("how", ["on_revoke", "on_lost"])
def test_a_revoked_partition_is_let_go_with_all_that_was_known_of_it(how) -> None:
    held = Held()
    assignment = held.give(0, 1)
    assignment.ends = {0: 7, 1: 8}
    assignment.out_of_range = {0, 1}
    held.client.take(1, how=how)
    assert assignment.positions == held.client.at == {0: 0}
    assert (assignment.ends, assignment.out_of_range) == ({0: 7}, {0})
    assert held.changes == 2
    held.client.take(2)
    with pytest.raises(KeyError):  # the client does not have it, and says so
        assignment.raise_failure()


def test_partitions_come_in_steps_or_all_at_once() -> None:
    held = Held()
    assignment = held.give(0)
    assignment.ends = {0: 5, 1: 5}
    held.client.give(1)
    assert assignment.positions == held.client.at == {0: 0, 1: 0}
    assert assignment.ends == {0: 5}
    eager = Held(steps=False)
    assignment = eager.give(0, 1)
    eager.client.take(0, 1)
    assert (assignment.positions, eager.client.at) == ({}, {})
    eager.client.give(0, 1)
    eager.client.give(2)
    assert assignment.positions == eager.client.at == {2: 0}


def test_what_fails_in_a_callback_is_raised_after_it_once() -> None:
    held = Held()
    held.broker.down = BrokerError("away", transient=True)
    held.assignment.subscribe(held.client)
    held.client.give(0)
    assert held.changes == 1
    with pytest.raises(BrokerError, match="away"):
        held.assignment.raise_failure()
    held.assignment.raise_failure()
    assert held.assignment.positions == {}


def test_a_topic_made_again_between_two_assignments_ends_the_session() -> None:
    held = Held()
    assignment = held.give(0)
    held.broker.present = REMADE
    held.client.give(1)
    with pytest.raises(TopicRecreatedError, match=TOPIC) as caught:
        assignment.raise_failure()
    assert caught.value.transient
    assert assignment.positions == {0: 0}


def test_a_topic_made_again_before_is_said_aloud_with_what_is_stored_of_the_former_one() -> None:
    held = Held()
    held.warehouse.earlier = [("b", 0, 12), ("b", 1, 7), ("a", 0, 99)]
    held.give(0)
    assert held.warehouse.asked_for == [IDENTITY.cluster_id, TOPIC, IDENTITY.source_id]
    (said,) = held.notices
    assert TOPIC in said
    assert "before offsets 0:12, 1:7 is" in said
    again = Held()
    again.warehouse.earlier = [("b", 0, 12)]
    again.give(0, stored={0: 3})
    assert again.notices == []
    first = Held()
    first.give(0)
    assert first.notices == []


def test_on_an_embedded_broker_every_partition_is_taken_by_hand() -> None:
    held = Held(embedded=True)
    held.warehouse.offsets[IDENTITY] = {1: 5}
    held.assignment.subscribe(held.client)
    assert held.client.at == {0: 0, 1: 5, 2: 0}
    assert held.client.subscribed == {}
    assert held.changes == 1
    assert held.assignment.is_embedded
    assert not Held().assignment.is_embedded


def test_a_client_that_is_left_tells_nobody() -> None:
    held = Held()
    assignment = held.give(0)
    held.client.known = {0: 10}
    assert assignment.lag() == {0: 10}
    assignment.leave()
    held.client.take(0)
    assert held.changes == 1
    assignment.positions = {0: 4}
    assert assignment.lag() == {}  # nobody is asked any more


def test_lag_is_what_lies_between_position_and_end() -> None:
    held = Held()
    assignment = held.give(2, 0, stored={0: 4, 2: 10})
    assert assignment.lag() == {}, "nothing was heard of the ends"
    held.client.known = {2: 0}
    assert assignment.lag() == {2: 0}, "an end may be the beginning"
    held.client.known = {0: 10, 2: 10}
    assert list(assignment.lag().items()) == [(0, 6), (2, 0)]
    assignment.ends = {0: 12}
    assert assignment.lag() == {0: 8, 2: 0}, "the later of the two ends counts"
    assignment.positions[2] = 11
    assert assignment.lag() == {0: 8, 2: 0}, "an end heard long ago makes nobody ahead"
    assignment.ends = {0: 12, 2: 10}
    held.client.known = None
    assert assignment.lag() == {0: 8, 2: 0}


def test_lag_counts_to_the_ends_that_the_broker_told() -> None:
    held = Held()
    assignment = held.give(2, 0, stored={0: 4, 2: 10})
    assignment.note_ends({0: 9, 1: 70, 2: 0})
    assert assignment.lag() == {0: 5, 2: 0}, "only what it holds"
    held.client.known = {0: 7}
    assert assignment.lag() == {0: 5, 2: 0}, "what the client heard before takes nothing away"
    held.client.known = {0: 11}
    assert assignment.lag() == {0: 7, 2: 0}


def test_the_topic_is_confirmed_by_its_identity() -> None:
    held = Held()
    held.assignment.verify_topic()
    assert held.broker.asked == 0, "nothing was read yet"
    assignment = held.give(0)
    assignment.verify_topic()
    held.broker.present = REMADE
    with pytest.raises(TopicRecreatedError):
        assignment.verify_topic()
    held.broker.down = BrokerError("away")
    with pytest.raises(BrokerError, match="away"):
        assignment.verify_topic()
    embedded = Held(embedded=True)
    embedded.assignment.subscribe(embedded.client)
    embedded.broker.down = BrokerError("away")
    embedded.assignment.verify_topic()  # nobody can make its topic again


def test_an_end_behind_the_last_record_is_noticed() -> None:
    assignment = Held().give(0, 1)
    assert not assignment.beyond_records
    assignment.ends = {0: 0, 2: 9}
    assert not assignment.beyond_records
    assignment.ends = {0: 1}
    assert assignment.beyond_records
    embedded = Held(embedded=True)
    embedded.assignment.subscribe(embedded.client)
    embedded.assignment.ends = {0: 1}
    assert not embedded.assignment.beyond_records


def test_after_a_fence_reading_goes_back_to_what_is_stored() -> None:
    held = Held()
    assignment = held.give(0, 1, stored={0: 4, 1: 6})
    held.client.at = {0: 9, 1: 9}
    assignment.ends = {0: 10, 2: 3}
    held.warehouse.offsets[IDENTITY] = {0: 5, 1: 6, 2: 8}
    assignment.restore(held.client)
    assert assignment.positions == held.client.at == {0: 5, 1: 6}
    assert assignment.ends == {2: 3}


def test_before_an_assignment_there_is_nothing_to_go_back_to() -> None:
    held = Held()
    held.warehouse.down = BrokerError("not to be asked")
    held.assignment.restore(held.client)
    assert held.assignment.positions == {}


@pytest.mark.parametrize("steps", [True, False])
def test_one_partition_is_read_again_and_the_others_go_on(steps) -> None:
    held = Held(steps=steps)
    assignment = held.give(0, 1, stored={0: 4, 1: 6})
    held.client.at = {0: 9, 1: 9}
    assignment.reposition(held.client, [0])
    # A client without steps gives all up and takes all back, at what is stored.
    assert held.client.at == ({0: 4, 1: 9} if steps else {0: 4, 1: 6})


def test_what_is_stored_is_told_of_the_present_topic() -> None:
    held = Held()
    held.warehouse.offsets = {IDENTITY: {0: 1}, REMADE: {0: 7}}
    assert held.assignment.stored() == {0: 1}
    held.broker.present = REMADE
    assert held.assignment.stored() == {0: 7}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, False),
        ({"partition.assignment.strategy": "range,roundrobin"}, False),
        ({"partition.assignment.strategy": "cooperative-sticky"}, True),
        ({"group.protocol": "consumer"}, True),
        ({"group.protocol": "classic"}, False),
        ({"group.protocol": "consumer", "partition.assignment.strategy": "range"}, True),
    ],
)
def test_partitions_arrive_in_steps_with_the_newer_protocols(config, expected) -> None:
    assert is_incremental(config) is expected


@pytest.mark.parametrize(("embedded", "waiting"), [(False, [20, 13, 0]), (True, [0, 0, 0])])
def test_what_waits_unread_is_known_but_where_a_producer_waits_for_it(embedded, waiting) -> None:
    held = Held(embedded=embedded)
    held.warehouse.offsets[IDENTITY] = {0: 0, 1: 0, 2: 0}
    held.assignment.subscribe(held.client)
    if not embedded:
        held.client.give(0, 1)
    held.client.known = {0: 10, 1: 10}
    assert [held.assignment.unread(read) for read in (0, 7, 25)] == waiting
