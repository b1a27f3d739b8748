"""Replaying dead letters: what the broker acknowledged is marked, whatever comes after."""

from pathlib import Path
from threading import Event

import pytest
from confluent_kafka import Producer

from core.broker.cluster import Cluster
from core.clock import SystemClock
from core.consumer.options import ConsumeOptions
from core.consumer.worker import ConsumerWorker
from core.dlq.redeliveries import REDELIVERY_HEADER
from core.dlq.replay import Replay
from core.errors import BrokerError
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.support.decoding import ORDERS
from tests.support.events import ODD_HEADERS
from tests.support.oracle import check_exactly_once

TOPIC, GROUP = "orders_topic", "test-group"


@pytest.fixture
def replay(broker: Cluster, warehouse: DuckDbWarehouse, tmp_path: Path) -> Replay:
    return Replay(
        broker,
        warehouse,
        topic=TOPIC,
        group_id=GROUP,
        lock_file=tmp_path / "producer.lock",
        clock=SystemClock(),
        timeout_s=1.0,
    )


def consume(broker: Cluster, warehouse: DuckDbWarehouse) -> None:
    options = ConsumeOptions(TOPIC, GROUP, until_caught_up=True)
    worker = ConsumerWorker(broker, warehouse, options, ORDERS)
    worker.start()
    assert worker.join(30)
    assert worker.error is None


def broken(broker: Cluster, count: int, size: int) -> None:
    producer = Producer(broker.producer_config())
    for number in range(count):
        producer.produce(TOPIC, value=b"{%d" % number + b"x" * size, key=b"%d" % number)
        producer.poll(0)
    assert producer.flush(20) == 0


def test_letters_come_back_with_their_key_and_a_count(
    broker: Cluster, warehouse: DuckDbWarehouse, replay: Replay
) -> None:
    broken(broker, 5, 10)
    consume(broker, warehouse)
    assert replay.publish(warehouse.dead_letters(), Event()) == 5
    assert warehouse.dead_letters() == []
    consume(broker, warehouse)
    again = warehouse.dead_letters()
    assert {letter.key for letter in again} == {b"%d" % number for number in range(5)}
    assert {dict(letter.headers)[REDELIVERY_HEADER] for letter in again} == {b"1"}
    check_exactly_once(broker, warehouse, TOPIC, GROUP)


def test_header_names_go_out_again_byte_for_byte(
    broker: Cluster, warehouse: DuckDbWarehouse, replay: Replay
) -> None:
    key, value = b"\x00\x1b\xff", b"{\xe2\x80\x8b"
    producer = Producer(broker.producer_config())
    producer.produce(TOPIC, value=value, key=key, headers=list(ODD_HEADERS))
    assert producer.flush(20) == 0
    consume(broker, warehouse)
    (letter,) = warehouse.dead_letters()
    assert (letter.key, letter.payload, letter.headers) == (key, value, ODD_HEADERS)
    assert replay.publish([letter], Event()) == 1
    consume(broker, warehouse)
    (again,) = warehouse.dead_letters()
    assert (again.key, again.payload) == (key, value)
    assert again.headers == (*ODD_HEADERS, (REDELIVERY_HEADER, b"1"))


@pytest.mark.slow
def test_a_full_broker_ends_it_and_what_went_out_is_marked(
    broker: Cluster, warehouse: DuckDbWarehouse, replay: Replay
) -> None:
    for _round in range(5):
        broken(broker, 30, 200_000)
        consume(broker, warehouse)
    letters = warehouse.dead_letters()
    with pytest.raises(BrokerError, match="broker full"):
        replay.publish(letters, Event())
    left = warehouse.dead_letters()
    assert 0 < replay.acked == len(letters) - len(left)
    consume(broker, warehouse)
    assert len(warehouse.dead_letters()) == len(left) + replay.acked
    check_exactly_once(broker, warehouse, TOPIC, GROUP)
