"""Offsets that are gone are recorded exactly; a topic that was cut is never taken for itself."""

import pytest

from core.consumer.assignment import Assignment, TopicRecreatedError
from core.consumer.retention import skip_lost_offsets
from core.errors import DataLossError, WarehouseError
from core.warehouse.model import OffsetAdvance, OffsetGap
from tests.support.consuming import (
    IDENTITY,
    REMADE,
    TOPIC,
    HandClock,
    MemoryBroker,
    MemoryClient,
    MemoryTopic,
    MemoryWarehouse,
)


class Stuck:
    """A consumer of two partitions of ten records whose first one stands at a bad offset."""

    def __init__(self, position=2):
        self.topic = MemoryTopic(10, 10)
        self.broker = MemoryBroker(self.topic)
        self.warehouse = MemoryWarehouse()
        self.warehouse.offsets[IDENTITY] = {0: position, 1: 1}
        self.client = MemoryClient(self.topic)
        self.clock = HandClock()
        self.assignment = Assignment(
            self.broker,
            self.warehouse,
            TOPIC,
            incremental=True,
            on_change=lambda: None,
            on_notice=lambda _text: None,
        )
        self.assignment.subscribe(self.client)
        self.client.give(0, 1)
        self.client.at = {0: 0, 1: 5}  # whatever: it has to be put right
        self.assignment.out_of_range = {0, 1}

    def step(self):
        return skip_lost_offsets(
            self.client, self.broker, self.warehouse, self.assignment, 0, clock=self.clock
        )


def test_what_retention_removed_is_stored_as_a_gap_and_stepped_over(caplog):
    stuck = Stuck(position=2)
    stuck.topic.drop(0, before=7)
    gap = stuck.step()
    assert gap == OffsetGap(0, 2, 7, "retention")
    (batch,) = stuck.warehouse.batches
    assert list(batch.gaps) == [gap]
    assert list(batch.advances) == [OffsetAdvance(0, 2, 7)]
    assert (batch.identity, batch.received_at) == (IDENTITY, stuck.clock.now())
    assert stuck.warehouse.coordinates == []
    assert stuck.warehouse.offsets[IDENTITY] == {0: 7, 1: 1}
    assert stuck.assignment.positions == {0: 7, 1: 1}
    assert stuck.client.at == {0: 7, 1: 5}
    assert stuck.assignment.out_of_range == {1}
    (said,) = [record for record in caplog.records if record.levelname == "ERROR"]
    told = (said.topic, said.partition, said.from_offset, said.to_offset)
    assert told == (TOPIC, 0, 2, 7)


@pytest.mark.parametrize(("low", "high", "position"), [(2, 10, 2), (2, 10, 10), (10, 10, 10)])
def test_an_offset_that_the_topic_has_is_read_again_and_nothing_is_recorded(low, high, position):
    """At the very end there is nothing to read, and nothing was cut."""
    stuck = Stuck(position)
    stuck.topic.drop(0, before=low)
    stuck.topic.high[0] = high
    assert stuck.step() is None
    assert stuck.warehouse.batches == []
    assert stuck.client.at == {0: position, 1: 5}
    assert stuck.assignment.out_of_range == {1}


@pytest.mark.parametrize("cut_at", [0, 5, 9])
def test_a_topic_cut_before_the_stored_offset_is_a_loss_be_it_by_one_record(cut_at):
    stuck = Stuck(position=10)
    stuck.topic.cut(0, at=cut_at)
    with pytest.raises(DataLossError, match=f"ends at offset {cut_at}, but 10 is stored") as caught:
        stuck.step()
    assert TOPIC in caught.value.message
    assert caught.value.hint
    assert stuck.warehouse.batches == []


@pytest.mark.parametrize("cut_at", [0, 10])
def test_a_topic_made_again_is_said_to_be_that_whatever_its_offsets(cut_at):
    stuck = Stuck(position=5)
    stuck.topic.drop(0, before=min(7, cut_at))
    stuck.topic.cut(0, at=cut_at)
    stuck.broker.present = REMADE
    with pytest.raises(TopicRecreatedError):
        stuck.step()
    assert stuck.warehouse.batches == []


def test_a_gap_that_another_consumer_stored_is_not_stored_twice():
    stuck = Stuck(position=2)
    stuck.topic.drop(0, before=7)
    stuck.warehouse.offsets[IDENTITY] = {0: 9, 1: 1}
    assert stuck.step() is None
    assert stuck.warehouse.batches == []
    assert stuck.assignment.positions == {0: 9, 1: 1}
    assert stuck.client.at == {0: 9, 1: 5}


def test_a_warehouse_that_is_away_leaves_the_position_where_it_was():
    stuck = Stuck(position=2)
    stuck.topic.drop(0, before=7)
    stuck.warehouse.faults = ["before"]
    with pytest.raises(WarehouseError):
        stuck.step()
    assert stuck.assignment.positions == {0: 2, 1: 1}
    assert stuck.warehouse.offsets[IDENTITY][0] == 2


def test_before_an_assignment_there_is_nothing_to_step_over():
    stuck = Stuck()
    stuck.assignment.identity = None
    assert stuck.step() is None
    assert stuck.assignment.out_of_range == {0, 1}
