"""The consumer against a real embedded broker and a real DuckDB file."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from confluent_kafka import Producer

from core.broker.cluster import Cluster
from core.consumer.options import ConsumeOptions
from core.consumer.worker import ConsumerWorker
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import OffsetAdvance, RawBatch
from core.workers import RunState
from tests.support.decoding import ORDERS
from tests.support.events import event, stamp
from tests.support.oracle import check_exactly_once, coordinates
from tests.support.waiting import wait_until

TOPIC, GROUP = "orders_topic", "test-group"
OPTIONS = ConsumeOptions(TOPIC, GROUP, until_caught_up=True, give_up_after_s=10)


@pytest.fixture
def consume(broker: Cluster, warehouse: DuckDbWarehouse) -> Iterator["Consuming"]:
    consuming = Consuming(broker, warehouse)
    yield consuming
    for worker in consuming.started:
        worker.stop()
        assert worker.join(10)


class Consuming:
    """Starts consumers, and sees to it that they end."""

    def __init__(self, broker: Cluster, warehouse: DuckDbWarehouse) -> None:
        self.broker = broker
        self.warehouse = warehouse
        self.started: list[ConsumerWorker] = []

    def start(self, **changes: object) -> ConsumerWorker:
        worker = ConsumerWorker(self.broker, self.warehouse, replace(OPTIONS, **changes), ORDERS)
        worker.start()
        self.started.append(worker)
        return worker

    def to_the_end(self, **changes: object) -> ConsumerWorker:
        worker = self.start(**changes)
        assert worker.join(30)
        if worker.error is not None:
            raise worker.error
        return worker


def publish(broker: Cluster, *values: bytes | None, key: bytes | None = None) -> None:
    producer = Producer(broker.producer_config())
    for number, value in enumerate(values):
        producer.produce(TOPIC, value=value, key=key or b"%d" % number)
        if number % 10_000 == 0:
            producer.poll(0)
    assert producer.flush(20) == 0


def test_everything_arrives_once_the_bad_as_dead_letters(
    broker: Cluster, warehouse: DuckDbWarehouse, consume: Consuming
) -> None:
    publish(
        broker, *(event(n) for n in range(500)), b"{", None, b"", b"\xff", event(1, quantity=-1)
    )
    last = consume.to_the_end().snapshot()
    assert (last.consumed, last.inserted, last.dead_lettered) == (505, 500, 5)
    assert {letter.reason for letter in warehouse.dead_letters()} == {
        "invalid_json",
        "tombstone",
        "empty",
        "invalid_utf8",
        "out_of_range",
    }
    check_exactly_once(broker, warehouse, TOPIC, GROUP)


def test_the_next_run_goes_on_where_the_last_one_ended(
    broker: Cluster, warehouse: DuckDbWarehouse, consume: Consuming
) -> None:
    publish(broker, *(event(n) for n in range(100)))
    consume.to_the_end()
    publish(broker, *(event(n) for n in range(50)))
    assert consume.to_the_end().snapshot().consumed == 50
    check_exactly_once(broker, warehouse, TOPIC, GROUP)


def test_kafka_may_forget_its_commits(
    broker: Cluster, warehouse: DuckDbWarehouse, consume: Consuming
) -> None:
    """The stored offset decides, not Kafka's: another group id reads nothing twice."""
    publish(broker, *(event(n) for n in range(100)))
    consume.to_the_end()
    assert consume.to_the_end(group_id="forgetful").snapshot().consumed == 0
    check_exactly_once(broker, warehouse, TOPIC, GROUP)


def test_limit_ends_it_exactly(
    broker: Cluster, warehouse: DuckDbWarehouse, consume: Consuming
) -> None:
    publish(broker, *(event(n) for n in range(3_000)))
    assert consume.to_the_end(limit=1_234).snapshot().consumed == 1_234
    assert consume.to_the_end().snapshot().consumed == 3_000 - 1_234
    check_exactly_once(broker, warehouse, TOPIC, GROUP)


def test_pause_keeps_what_comes_resume_reads_it(broker: Cluster, consume: Consuming) -> None:
    worker = consume.start(until_caught_up=False)
    publish(broker, event(1))
    wait_until(lambda: worker.snapshot().consumed == 1)
    worker.pause()
    wait_until(lambda: worker.snapshot().state is RunState.PAUSED)
    publish(broker, *(event(n) for n in range(100)))
    wait_until(lambda: broker.watermarks(TOPIC)[0].high > 1)
    before = worker.snapshot()
    wait_until(lambda: worker.snapshot() is not before)
    assert worker.snapshot().consumed == 1
    worker.resume()
    wait_until(lambda: worker.snapshot().consumed == 101)
    assert worker.snapshot().state is RunState.RUNNING


def test_stop_stores_what_was_read_and_leaves(
    broker: Cluster, warehouse: DuckDbWarehouse, consume: Consuming
) -> None:
    worker = consume.start(until_caught_up=False)
    publish(broker, *(event(n) for n in range(5_000)))
    wait_until(lambda: worker.snapshot().consumed > 0)
    worker.stop()
    assert worker.join(2), "a clean stop takes less than two seconds"
    last = worker.snapshot()
    assert last.state is RunState.STOPPED
    assert len(coordinates(warehouse)) == last.consumed
    assert sum(last.offsets.values()) == last.consumed
    consume.to_the_end()
    check_exactly_once(broker, warehouse, TOPIC, GROUP)


def test_finish_ends_at_the_end_of_the_topic(
    broker: Cluster, warehouse: DuckDbWarehouse, consume: Consuming
) -> None:
    worker = consume.start(until_caught_up=False)
    publish(broker, *(event(n) for n in range(20_000)))
    worker.finish()
    assert worker.join(30)
    assert worker.snapshot().consumed == 20_000
    check_exactly_once(broker, warehouse, TOPIC, GROUP)


def test_two_consumers_at_once_neither_lose_nor_double(
    broker: Cluster, warehouse: DuckDbWarehouse, consume: Consuming
) -> None:
    first = consume.start(until_caught_up=False)
    publish(broker, *(event(n) for n in range(5_000)))
    second = consume.start(until_caught_up=False)  # joins under load
    publish(broker, *(event(n) for n in range(20_000)))
    wait_until(lambda: len(coordinates(warehouse)) == 25_000)
    first.stop()
    publish(broker, *(event(n) for n in range(1_000)))
    wait_until(lambda: len(coordinates(warehouse)) == 26_000)
    second.stop()
    assert first.join(5)
    assert second.join(5)
    assert (first.error, second.error) == (None, None)
    check_exactly_once(broker, warehouse, TOPIC, GROUP)


def test_a_fenced_batch_is_dropped_and_reading_goes_on_at_the_stored_offset(
    broker: Cluster, warehouse: DuckDbWarehouse, consume: Consuming
) -> None:
    """Another writer stores the next records of a partition behind our back."""
    worker = consume.start(until_caught_up=False)
    publish(broker, event(1), key=b"k")
    wait_until(lambda: worker.snapshot().consumed == 1)
    partition = next(part for part, at in worker.snapshot().offsets.items() if at == 1)
    worker.pause()
    wait_until(lambda: worker.snapshot().state is RunState.PAUSED)
    publish(broker, event(2), event(3), key=b"k")
    move = OffsetAdvance(partition, 1, 2)
    identity = broker.identity(TOPIC)
    warehouse.write_batch(
        RawBatch(identity, worker._clock.now(), [partition], [1], [event(2)], [], [move])
    )
    worker.resume()
    wait_until(lambda: worker.snapshot().fenced == 1)
    wait_until(lambda: worker.snapshot().consumed == 2)
    worker.stop()
    assert worker.join(5)
    check_exactly_once(broker, warehouse, TOPIC, GROUP)


def test_what_the_broker_dropped_is_reported_to_the_offset(
    broker: Cluster, warehouse: DuckDbWarehouse, consume: Consuming
) -> None:
    """The embedded broker evicts old batches above 5 MiB a partition: a gap, never silence."""
    publish(broker, *(event(n) for n in range(10)), key=b"k")
    consume.to_the_end()
    producer = Producer({**broker.producer_config(), "compression.type": "none"})
    for number in range(150):
        producer.produce(TOPIC, value=event(number) + b" " * 60_000, key=b"k")
        producer.flush(10)
    marks = broker.watermarks(TOPIC)
    (evicted,) = [part for part, mark in marks.items() if mark.low > 10]
    last = consume.to_the_end().snapshot()
    (gap,) = last.gaps
    assert (gap.partition, gap.from_offset, gap.to_offset) == (evicted, 10, marks[evicted].low)
    stored = warehouse.stored_offsets(broker.identity(TOPIC))
    assert stored[evicted] == marks[evicted].high
    assert last.consumed == marks[evicted].high - marks[evicted].low


def test_latency_runs_from_the_event_to_the_commit(broker: Cluster, consume: Consuming) -> None:
    worker = consume.start(until_caught_up=False)
    publish(broker, *(event(n, timestamp=stamp()) for n in range(50)))
    wait_until(lambda: worker.snapshot().consumed == 50)
    latency = worker.snapshot().latency_total
    assert latency.p50 is not None
    assert 0 < latency.p50 <= (latency.p99 or 0) < 20_000


def test_an_event_from_the_future_has_no_negative_latency(
    broker: Cluster, consume: Consuming
) -> None:
    publish(broker, event(1, timestamp="2200-01-01T00:00:00Z"))
    last = consume.to_the_end().snapshot()
    assert last.latency_total.p99 is not None
    assert 0 <= last.latency_total.p99 < 60_000, "it counts from the record's time in the topic"
    assert last.event_age.p99 is not None
    assert 0 <= last.event_age.p99 < 1
