"""Values of librdkafka's settings mean to us what they mean to librdkafka itself."""

import logging
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaException, Producer

from core.broker.cluster import Cluster
from core.config.client_values import choice, flag, number
from core.consumer.assignment import is_incremental
from core.producer.delivery import Delivery

NOWHERE: dict[str, Any] = {"bootstrap.servers": "127.0.0.1:1", "logger": logging.getLogger("none")}
logging.getLogger("none").propagate = False
logging.getLogger("none").addHandler(logging.NullHandler())


def queue_of(value: str) -> int:
    """Return how many records a client takes, by filling its queue."""
    client = Producer({**NOWHERE, "queue.buffering.max.messages": value})
    taken = 0
    try:
        while taken < 2_000:
            client.produce("t", b"x")
            taken += 1
    except BufferError:
        pass
    client.purge()
    client.flush(0)
    client.close()
    return taken


@pytest.mark.parametrize("value", ["300", "0x100", "0X1f", "010", "019", " 7", "+7", "12 ", "1e3"])
def test_a_number_is_read_as_the_client_reads_it(value: str) -> None:
    assert number({"n": value}, "n", 1) == queue_of(value)


def test_a_producer_knows_its_own_room_in_every_notation() -> None:
    delivery = Delivery({**NOWHERE, "queue.buffering.max.messages": "0x100"}, "t")
    # Whatever else waits in the client for a poll, as the words about the address, counts too.
    assert 240 < delivery.room <= 256
    delivery.close()


@pytest.mark.parametrize("value", ["true", "TRUE", "t", "T", "1", "false", "F", "0"])
def test_a_flag_is_read_as_the_client_reads_it(value: str) -> None:
    Producer({**NOWHERE, "allow.auto.create.topics": value}).close()  # it knows the word
    assert flag({"f": value}, "f", default=False) is (value.lower() in {"true", "t", "1"})


@pytest.mark.parametrize("value", ["consumer", "Consumer", "CONSUMER", " consumer"])
def test_the_newer_group_protocol_is_known_in_any_case(value: str) -> None:
    cluster = Cluster("127.0.0.1:1", extra={"group.protocol": value})
    config = cluster.consumer_config("g")
    # With a setting of the older protocol among them, the client would refuse these.
    client = Consumer({**config, **NOWHERE})
    client.close()
    cluster.close()
    assert is_incremental(config)


@pytest.mark.parametrize("value", ["classic", "Classic", " CLASSIC"])
def test_so_is_the_older_one(value: str) -> None:
    cluster = Cluster("127.0.0.1:1", extra={"group.protocol": value})
    config = cluster.consumer_config("g")
    cluster.close()
    assert "session.timeout.ms" in config
    assert not is_incremental(config)


def test_strategies_are_the_one_list_that_the_client_compares_with_case() -> None:
    with pytest.raises(KafkaException, match="Unsupported"):
        Consumer(
            {**NOWHERE, "group.id": "g", "partition.assignment.strategy": "Cooperative-Sticky"}
        )


def test_what_is_not_set_has_its_default() -> None:
    assert choice({}, "security.protocol", "plaintext") == "plaintext"
    assert flag({}, "f", default=True)
    assert number({}, "n", 12) == 12
    assert number({"n": "no number"}, "n", 12) == 0
