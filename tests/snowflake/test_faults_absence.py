"""Faults 10, 11 and 13: a warehouse that is away, slow, or too busy, under a stream of events."""

import signal
import time
from itertools import pairwise
from threading import Event

import psutil
import pytest

from tests.support.proxy import QUERY, answer, delay, path_like, proxy_to
from tests.support.snowflake_flow import Flow
from tests.support.waiting import wait_until

RATE = 400
HEALED_S = 30.0


@pytest.fixture
def flow(fake, dropship, schema):
    """A broker, a stream of events, and a consumer that stores them."""
    with proxy_to(fake.port) as proxy:
        made = Flow(fake, proxy, dropship, schema)
        made.prepare()
        yield made


def end(flow, producer, consumer) -> None:
    """Stop the producer, let the consumer store the rest, stop it, and ask the oracle."""
    producer.signal(signal.SIGTERM)
    produced = producer.end().record
    assert (produced["exit_code"], produced["failed"]) == (143, 0)
    with flow.dropship.broker() as cluster, flow.warehouse() as warehouse:
        flow.wait_stored(cluster, warehouse, produced["acked"])
    consumer.signal(signal.SIGTERM)
    ended = consumer.end()
    assert ended.code == 143, ended.err
    flow.check(produced["acked"])


def stored(flow) -> int:
    """How many offsets are stored now."""
    with flow.dropship.broker() as cluster, flow.warehouse() as warehouse:
        return sum(warehouse.stored_offsets(cluster.identity("orders_topic")).values())


def test_fault_10_a_warehouse_that_goes_away_is_waited_for(flow):
    producer, consumer = flow.start_stream(RATE), flow.start_consumer("--timeout", "120")
    with flow.dropship.broker() as cluster, flow.warehouse() as warehouse:
        flow.wait_stored(cluster, warehouse, 4 * RATE)
        before = psutil.Process(consumer.pid).memory_info().rss
        flow.proxy.vanish()
        consumer.says("Snowflake")
        gone_at = sum(warehouse.stored_offsets(cluster.identity("orders_topic")).values())
        # Ten megabytes come meanwhile; they stay with the broker.
        producer.signal(signal.SIGTERM)
        acked = producer.end().record["acked"]
        fast = flow.start_stream(20_000, "--limit", "40000").end().record
        assert not consumer.ended
        assert fast["acked"] == 40_000
        grown = psutil.Process(consumer.pid).memory_info().rss - before
        assert grown < 6 * 1024 * 1024
        flow.proxy.come_back()
        healed = time.monotonic()
        flow.wait_stored(cluster, warehouse, gone_at + 1, HEALED_S)
        assert time.monotonic() - healed < HEALED_S
        flow.wait_stored(cluster, warehouse, acked + 40_000, 60)
    consumer.signal(signal.SIGTERM)
    assert consumer.end().code == 143
    flow.check(acked + 40_000)


def test_fault_10_a_warehouse_that_stays_away_ends_the_consumer_with_3(flow):
    flow.produce("--rate", "0")
    flow.proxy.rule(path_like(QUERY), lambda *_: None)
    ended = flow.consume("--timeout", "3")
    assert ended.code == 3
    assert ended.record["error"]["kind"] == "warehouse"
    flow.proxy.heal()
    assert flow.consume().done()["lag"] == 0


def test_fault_11_a_slow_warehouse_slows_the_consumer_and_nothing_else(flow):
    producer, consumer = flow.start_stream(RATE), flow.start_consumer()
    with flow.dropship.broker() as cluster, flow.warehouse() as warehouse:
        flow.wait_stored(cluster, warehouse, 1)
        slow = flow.proxy.rule(path_like(QUERY), delay(0.4))
        wait_until(lambda: len(slow.hits) >= 12, seconds=60)
        # Fewer and larger batches keep up with the rate.
        now = stored(flow)
        flow.wait_stored(cluster, warehouse, now + 2 * RATE, 60)
        flow.proxy.heal()
    end(flow, producer, consumer)


@pytest.mark.parametrize("status", [429, 503])
def test_fault_13_a_storm_of_refusals_is_met_with_growing_pauses(flow, status):
    producer, consumer = flow.start_stream(RATE), flow.start_consumer("--timeout", "120")
    times: list[float] = []

    def refuse(request, send):
        times.append(time.monotonic())
        return answer(status)(request, send)

    with flow.dropship.broker() as cluster, flow.warehouse() as warehouse:
        flow.wait_stored(cluster, warehouse, 1)
        flow.proxy.rule(lambda _request: True, refuse)
        wait_until(lambda: times)
        Event().wait(6.0)
        assert not consumer.ended, consumer.err
        # Six seconds of a storm, and a handful of attempts: each pause longer than the first.
        assert 3 <= len(times) <= 40
        pauses = [two - one for one, two in pairwise(times)]
        assert max(pauses) > 4 * pauses[0] or max(pauses) > 1.0
        now = sum(warehouse.stored_offsets(cluster.identity("orders_topic")).values())
        flow.proxy.heal()
        healed = time.monotonic()
        flow.wait_stored(cluster, warehouse, now + 1, HEALED_S)
        assert time.monotonic() - healed < HEALED_S
    end(flow, producer, consumer)
