"""Faults 19 and 20: the same order twice, and an older version after the newer one."""

import random

import pytest

from tests.support.events import event
from tests.support.oracle import check_exactly_once, check_newest_orders, oracle_rows
from tests.support.topic import publish

pytestmark = pytest.mark.slow


def moment(hour: int) -> str:
    return f"2024-05-06T{hour:02}:00:00Z"


def check(dropship, cluster, placed):
    with dropship.warehouse() as warehouse:
        check_exactly_once(cluster, warehouse, "orders_topic", "snowflake-consumer-group")
        check_newest_orders(placed, oracle_rows(warehouse, "orders"))


def test_fault_19_the_same_order_twice_is_one_row_and_counted(dropship):
    dropship.start_broker()
    with dropship.broker() as cluster:
        placed = publish(cluster.bootstrap_servers, "orders_topic", [event(1)] * 3, key=b"1")
        assert dropship("consume", "--until-caught-up").done()["inserted"] == 3
        merged = dropship("transform").done()
        check(dropship, cluster, placed)
    assert (merged["inserted"], merged["updated"], merged["stale"]) == (1, 0, 2)


def test_fault_20_an_older_version_that_comes_later_is_stale(dropship):
    dropship.start_broker()
    with dropship.broker() as cluster:
        servers = cluster.bootstrap_servers
        new = event(1, sold_at=moment(12), quantity=5)
        old = event(1, sold_at=moment(9), quantity=1)
        placed = publish(servers, "orders_topic", [new], key=b"1")
        dropship("consume", "--until-caught-up").done()
        assert dropship("transform").done()["inserted"] == 1
        placed += publish(servers, "orders_topic", [old], key=b"1")
        dropship("consume", "--until-caught-up").done()
        merged = dropship("transform").done()
        assert (merged["inserted"], merged["updated"], merged["stale"]) == (0, 0, 1)
        check(dropship, cluster, placed)


def test_fault_20_shuffled_versions_over_many_merges_leave_the_newest(dropship):
    dropship.start_broker()
    rng = random.Random(20)
    # Few orders with many versions: by hour sold, by event time, and alike in both.
    versions = [
        (number, event(number, sold_at=moment(hour), quantity=hour + 1, timestamp=moment(seen)))
        for number in range(1, 6)
        for hour in range(6)
        for seen in (20, 21, 21)
    ]
    rng.shuffle(versions)
    totals = {"inserted": 0, "updated": 0, "stale": 0, "quarantined": 0}
    placed = []
    with dropship.broker() as cluster:
        for start in range(0, len(versions), 45):
            for number, value in versions[start : start + 45]:
                key = str(number).encode()
                placed += publish(cluster.bootstrap_servers, "orders_topic", [value], key=key)
            dropship("consume", "--until-caught-up").done()
            merged = dropship("transform").done()
            totals = {name: totals[name] + merged[name] for name in totals}
        check(dropship, cluster, placed)
    assert totals["inserted"] == 5
    assert sum(totals.values()) == len(versions)
    assert totals["quarantined"] == 0
