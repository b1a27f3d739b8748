"""A broker that is away: what is not delivered is failed, never sent and forgotten."""

import socket

import pytest
from confluent_kafka import Producer

from core.broker.clients import client_log
from core.broker.cluster import Cluster
from core.config import Settings
from core.errors import BrokerError
from core.producer.delivery import ANY_PARTITION, Delivery
from core.producer.options import ProduceOptions
from core.producer.worker import ProducerWorker
from core.workers import RunState
from tests.integration.producer.running import orders_file, running
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow


def closed_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def away(
    settings: Settings, *, give_up_after_s: float | None = None, **extra: str
) -> ProducerWorker:
    return ProducerWorker(
        Cluster(closed_port(), extra=extra),
        settings.kafka.topic,
        ProduceOptions(input=settings.paths.seed, rate=0),
        group_id="group",
        injected_folder=settings.paths.injected,
        give_up_after_s=give_up_after_s,
    )


def test_records_that_time_out_are_failed(settings: Settings) -> None:
    orders_file(settings, 100)
    with running(away(settings, **{"message.timeout.ms": "300"})) as producer:
        assert producer.join(10)
    last = producer.snapshot()
    assert (last.state, last.sent, last.acked, last.failed) == (RunState.STOPPED, 100, 0, 100)
    assert "timed out" in last.delivery_error


def test_a_broker_that_goes_away_fails_only_what_it_did_not_acknowledge(settings: Settings) -> None:
    orders_file(settings, 50_000)
    host: Producer | None = Producer({"test.mock.num.brokers": 1, "logger": client_log})
    assert host is not None
    brokers = host.list_topics(settings.kafka.topic, timeout=10).brokers.values()
    cluster = Cluster(
        ",".join(f"{one.host}:{one.port}" for one in brokers), extra={"message.timeout.ms": "500"}
    )
    producer = ProducerWorker(
        cluster,
        settings.kafka.topic,
        ProduceOptions(input=settings.paths.seed, rate=1_000),
        group_id="group",
        injected_folder=settings.paths.injected,
    )
    with running(producer):
        wait_until(lambda: producer.snapshot().acked > 100)
        host = None
        wait_until(lambda: producer.snapshot().failed > 10)
        wait_until(lambda: producer.snapshot().state is RunState.WAITING)
        waiting = producer.snapshot()
        assert waiting.held_reason
        producer.stop()
        assert producer.join(8)
    last = producer.snapshot()
    assert last.acked > 100
    assert last.acked + last.failed == last.sent


def test_a_broker_that_stays_away_ends_the_run(settings: Settings) -> None:
    orders_file(settings, 100)
    with running(away(settings, give_up_after_s=0.5)) as producer:
        assert producer.join(10)
    assert isinstance(producer.error, BrokerError)
    last = producer.snapshot()
    assert last.state is RunState.FAILED
    assert (last.sent, last.acked, last.failed) == (100, 0, 100)
    assert last.error


def test_a_full_client_queue_waits_and_loses_nothing(settings: Settings) -> None:
    orders_file(settings, 250)
    extra = {"queue.buffering.max.messages": "100", "message.timeout.ms": "300"}
    with running(away(settings, **extra)) as producer:
        wait_until(lambda: producer.snapshot().failed == 250)
        assert producer.join(10)
    assert producer.snapshot().sent == 250


def test_records_that_the_client_refuses_are_failed_or_offered_again(broker: Cluster) -> None:
    small = {
        **broker.producer_config(),
        "queue.buffering.max.messages": 10,
        "message.max.bytes": 2_000,
    }
    delivery = Delivery(small, "orders_topic")
    delivery.enqueue([(b"big", b"x" * 5_000, ANY_PARTITION)])
    assert (delivery.failed, len(delivery)) == (1, 0)
    (failure,) = delivery.failures
    assert ("too large" in failure.reason, failure.count) == (True, 1)
    assert "KAFKA_CONF_MESSAGE_MAX_BYTES" in failure.hint
    delivery.enqueue([(b"%d" % number, b"x", ANY_PARTITION) for number in range(25)])
    wait_until(lambda: delivery.flush(0.05) == 0)
    assert (delivery.enqueued, delivery.acked, delivery.failed) == (26, 25, 1)
    assert [mark.high for mark in broker.watermarks("orders_topic").values()].count(0) < 4
    delivery.close()


def test_settings_that_the_client_refuses_are_one_error() -> None:
    with pytest.raises(BrokerError, match=r"no\.such\.setting"):
        Delivery({"bootstrap.servers": "127.0.0.1:1", "no.such.setting": "1"}, "topic")
