"""Several consumers of one group: shared exactly, fenced when they lose what they hold.

The DuckDB file belongs to one process, so the members here are threads that share one warehouse.
"""

from threading import Event
from typing import Any

import pytest

from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import RawBatch
from tests.support.kafka_work import Work
from tests.support.oracle import check_exactly_once, coordinates
from tests.support.waiting import wait_until

PROTOCOLS = {
    "classic": {"group.protocol": "classic"},
    "cooperative": {"partition.assignment.strategy": "cooperative-sticky"},
    "consumer": {"group.protocol": "consumer"},
}


class SlowToWrite:
    """A warehouse whose first batch waits until the test lets it go."""

    def __init__(self, warehouse: DuckDbWarehouse) -> None:
        self._warehouse = warehouse
        self.reached = Event()
        self.go = Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._warehouse, name)

    def write_batch(self, batch: RawBatch) -> None:
        self.reached.set()
        assert self.go.wait(60)
        self._warehouse.write_batch(batch)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_three_consumers_share_six_partitions_exactly(
    work: Work, warehouse: DuckDbWarehouse, protocol: str
) -> None:
    work.make_topic(6)
    settings = PROTOCOLS[protocol]
    first = work.consume(warehouse, settings=settings)
    work.publish_orders(3_000)
    members = [first, *(work.consume(warehouse, settings=settings) for _more in range(2))]
    work.publish_orders(3_000, start=10_000)
    wait_until(lambda: [len(one.snapshot().offsets) for one in members] == [2, 2, 2], seconds=40)
    held = sorted(part for one in members for part in one.snapshot().offsets)
    assert held == [0, 1, 2, 3, 4, 5]
    before = [one.snapshot().consumed for one in members]
    work.publish_orders(3_000, start=20_000)
    wait_until(lambda: len(coordinates(warehouse)) == 9_000)
    # What a member has stored is told a moment after it is there.
    wait_until(
        lambda: all(
            one.snapshot().consumed > was for one, was in zip(members, before, strict=True)
        ),
        what="a member took no part",
    )
    work.ended(first)
    work.publish_orders(600, start=30_000)
    wait_until(lambda: len(coordinates(warehouse)) == 9_600)
    work.ended(*members[1:])
    assert sum(one.snapshot().consumed for one in members) == 9_600
    check_exactly_once(work.cluster, warehouse, work.topic, work.group)


@pytest.mark.parametrize("protocol", ["classic", "cooperative"])
def test_who_lost_its_partitions_in_mid_batch_is_fenced(
    work: Work, warehouse: DuckDbWarehouse, protocol: str
) -> None:
    """Faults 8 and 9: a member away longer than allowed wakes up with a batch in its hands."""
    work.make_topic(3)
    work.publish_orders(300)
    slow = SlowToWrite(warehouse)
    impatient = {"session.timeout.ms": "1500", "max.poll.interval.ms": "1500"}
    settings = PROTOCOLS[protocol] | impatient | {"heartbeat.interval.ms": "300"}
    sleeper = work.consume(slow, settings=settings)
    assert slow.reached.wait(30)
    heir = work.consume(warehouse, settings=settings)
    wait_until(lambda: heir.snapshot().consumed == 300, seconds=40)
    slow.go.set()
    wait_until(lambda: sleeper.snapshot().fenced == 1, seconds=30)
    work.publish_orders(300, start=1_000)
    wait_until(lambda: len(coordinates(warehouse)) == 600, seconds=30)
    wait_until(lambda: sleeper.snapshot().offsets and heir.snapshot().offsets, seconds=30)
    work.ended(sleeper, heir)
    assert sleeper.snapshot().consumed + heir.snapshot().consumed == 600
    check_exactly_once(work.cluster, warehouse, work.topic, work.group)


def test_a_member_that_joins_under_load_doubles_nothing(
    work: Work, warehouse: DuckDbWarehouse
) -> None:
    """Fault 8: members come and go while batches are on their way."""
    work.make_topic(6)
    work.publish_orders(20_000)
    stays = work.consume(warehouse, max_batch=500)
    for _round in range(3):
        comes = work.consume(warehouse, max_batch=500)
        wait_until(lambda comes=comes: comes.snapshot().offsets, seconds=30)
        work.publish_orders(2_000)
        work.ended(comes)
    wait_until(lambda: len(coordinates(warehouse)) == 26_000, seconds=40)
    work.ended(stays)
    check_exactly_once(work.cluster, warehouse, work.topic, work.group)
