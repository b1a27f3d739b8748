"""Consumers of a Snowflake pipeline are killed at any moment; what is stored stays exact."""

import random

import pytest

from tests.support.proxy import proxy_to
from tests.support.snowflake_flow import TOPIC, Flow
from tests.support.waiting import wait_until


@pytest.fixture
def flow(fake, dropship, schema):
    """A topic, its tables, and nothing stored yet."""
    with proxy_to(fake.port) as proxy:
        made = Flow(fake, proxy, dropship, schema)
        made.prepare()
        yield made


@pytest.mark.timeout(240)
def test_consumers_killed_in_mid_batch_leave_nothing_lost_or_doubled(flow):
    chance = random.Random(5)
    producer = flow.start_stream(150, "--poison", "0.05", "--late", "0.05", "--duplicates", "0.05")
    with flow.dropship.broker() as cluster, flow.warehouse() as warehouse:
        identity = cluster.identity(TOPIC)
        for _kill in range(4):
            before = sum(warehouse.stored_offsets(identity).values())
            consumer = flow.start_consumer("--quiet")
            flow.wait_stored(cluster, warehouse, before + chance.randint(1, 60), seconds=60)
            moment = len(flow.proxy.seen) + chance.randint(1, 8)
            wait_until(lambda seen=moment: len(flow.proxy.seen) >= seen)
            consumer.kill()
    producer.signal(15)
    record = producer.end().record
    assert record["exit_code"] == 143
    stored = flow.consume().done()
    assert stored["lag"] == 0
    assert stored["gaps"] == 0
    flow.check(record["acked"])
