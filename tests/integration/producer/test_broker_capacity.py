"""Backpressure on an embedded broker: held before its cap, nothing evicted, all delivered."""

import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from confluent_kafka import Producer

from core.broker.cluster import Cluster
from core.config import Settings
from core.errors import BrokerError
from core.producer.worker import ProducerWorker
from core.workers import RunState
from tests.integration.producer.running import finished, orders_file, reading, running, worker
from tests.support.waiting import wait_until

MANY = 80_000
"""Rows that together are more than the broker keeps: it holds back after about 60,000."""


def held(producer: ProducerWorker) -> bool:
    return producer.snapshot().state is RunState.HELD


def lows(broker: Cluster, settings: Settings) -> set[int]:
    return {mark.low for mark in broker.watermarks(settings.kafka.topic).values()}


@pytest.mark.slow
def test_more_than_the_broker_keeps_is_held_then_delivered_whole(
    broker: Cluster, settings: Settings
) -> None:
    orders_file(settings, MANY)
    with running(worker(broker, settings, rate=0)) as producer:
        wait_until(lambda: held(producer))
        stuck = producer.snapshot()
        assert stuck.held_reason == "broker full: start the consumer"
        assert stuck.held_since is not None
        assert datetime.now(UTC) - stuck.held_since >= timedelta(seconds=1), "moments are no hold"
        assert 10_000 < stuck.sent < MANY
        assert lows(broker, settings) == {0}
        with reading(broker, settings) as reader:
            reader.read_until(lambda: len(reader.messages) >= stuck.sent)
            assert producer.snapshot().sent == stuck.sent, "reading alone makes no room"
            reader.read_until(lambda: len(reader.messages) >= MANY, commit=True)
            assert producer.join(5)
            last = producer.snapshot()
            assert (last.sent, last.acked, last.failed, last.held_reason) == (MANY, MANY, 0, "")
            assert set(Counter(reader.order_ids).values()) == {1}
            for offsets in reader.offsets.values():
                assert offsets == list(range(len(offsets)))


def test_a_held_producer_stops_at_once_with_everything_acknowledged(
    broker: Cluster, settings: Settings
) -> None:
    orders_file(settings, MANY)
    with running(worker(broker, settings, rate=0)) as producer:
        wait_until(lambda: held(producer))
        producer.stop()
        assert producer.join(1.0)
    last = producer.snapshot()
    assert last.sent == last.acked


@pytest.mark.slow
def test_what_an_earlier_producer_left_counts(broker: Cluster, settings: Settings) -> None:
    orders_file(settings, MANY)
    with running(worker(broker, settings, rate=0)) as first:
        wait_until(lambda: held(first))
    with running(worker(broker, settings, rate=0)) as second:
        wait_until(lambda: held(second))
        assert second.snapshot().sent < 1_000
        assert lows(broker, settings) == {0}
        with reading(broker, settings) as reader:
            total = first.snapshot().sent + MANY
            reader.read_until(lambda: len(reader.messages) >= total, commit=True)
            for offsets in reader.offsets.values():
                assert offsets == list(range(len(offsets)))


@pytest.mark.slow
def test_small_records_one_by_one_never_reach_the_cap(broker: Cluster, settings: Settings) -> None:
    """Records sent alone cost a batch header each; a ledger without it would overfill."""
    orders_file(settings, MANY)
    lone = Cluster(
        broker.bootstrap_servers,
        extra={"batch.num.messages": "1", "compression.type": "none", "linger.ms": "0"},
        embedded_id="lone",
        backlog_limit_bytes=broker.backlog_limit_bytes,
    )
    with running(worker(lone, settings, rate=0)) as producer:
        wait_until(lambda: held(producer), seconds=60)
        assert producer.snapshot().sent > 10_000
        assert lows(broker, settings) == {0}
    lone.close()


def test_a_record_larger_than_the_rest_of_the_room_passes(
    broker: Cluster, settings: Settings
) -> None:
    orders_file(settings, 60)
    narrow = Cluster(
        broker.bootstrap_servers,
        embedded_id="narrow",
        backlog_limit_bytes=262_144 + 60_000,
    )
    with running(worker(narrow, settings, rate=0, poison=1.0, seed=2)) as producer:
        with reading(broker, settings) as reader:
            reader.read_until(lambda: not producer.alive, commit=True)
        last = producer.snapshot()
    assert (last.state, last.sent, last.acked) == (RunState.STOPPED, 120, 120)
    narrow.close()


def test_producers_of_one_process_take_turns_in_one_room(
    broker: Cluster, settings: Settings
) -> None:
    orders_file(settings, 100)
    with running(worker(broker, settings, rate=10)) as first:
        wait_until(lambda: first.snapshot().sent > 0)
        with running(worker(broker, settings, rate=0)) as second:
            wait_until(lambda: held(second))
            assert "another producer" in second.snapshot().held_reason
            assert second.snapshot().sent == 0
            first.stop()
            wait_until(lambda: not second.alive)
            assert second.snapshot().acked == 100


def test_another_process_that_publishes_is_named(broker: Cluster, settings: Settings) -> None:
    orders_file(settings, 10)
    holding = (
        "import sys; from pathlib import Path; from core.process_lock import ProcessLock;"
        "lock = ProcessLock(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(settings.paths.producer_lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(BrokerError, match=str(other.pid)):
            finished(worker(broker, settings, rate=0))
        other.communicate()
    assert finished(worker(broker, settings, rate=0)).acked == 10


def test_records_of_a_stranger_do_not_lead_to_eviction(broker: Cluster, settings: Settings) -> None:
    """Another client publishes meanwhile: noticed as soon as nothing of ours is on its way."""
    orders_file(settings, 2_000)
    with running(worker(broker, settings, rate=200)) as producer:
        wait_until(lambda: producer.snapshot().sent > 0)
        stranger = Producer(broker.producer_config())
        for number in range(500):
            stranger.produce(settings.kafka.topic, b"x" * 500, b"%d" % number)
        stranger.flush(10)
        with reading(broker, settings) as reader:
            reader.read_until(lambda: len(reader.messages) >= 700, commit=True)
            assert producer.snapshot().failed == 0


def test_a_running_consumer_keeps_the_producer_going(broker: Cluster, settings: Settings) -> None:
    orders_file(settings, MANY)
    with reading(broker, settings) as reader:
        consuming = Thread(
            target=lambda: reader.read_until(lambda: len(reader.messages) >= MANY, commit=True)
        )
        consuming.start()
        last = finished(worker(broker, settings, rate=0))
        consuming.join(60)
    assert last.acked == MANY
    assert len(reader.messages) == MANY
