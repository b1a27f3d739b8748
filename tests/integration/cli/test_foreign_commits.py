"""Another member of the group commits what it stored elsewhere: no proof for this warehouse.

An embedded broker drops the oldest records of a full partition. Room is made only by commits that
tell of this warehouse, whichever process publishes and whichever one has the file open.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from confluent_kafka import Consumer, TopicPartition

from tests.support.oracle import check_exactly_once
from tests.support.processes import commands
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

MANY = 80_000
"""Events that together are more than the broker keeps: it holds back after about 60,000."""
REFUSED = "what the group committed is not known to be stored in this warehouse"


@pytest.fixture
def command(tmp_path):
    with commands(tmp_path) as found:
        found.start_broker()
        yield found


@contextmanager
def stranger(command) -> Iterator[Consumer]:
    with command.broker() as cluster:
        group = command.settings.kafka.group_id
        client = Consumer({"bootstrap.servers": cluster.bootstrap_servers, "group.id": group})
        yield client
        client.close()


def commit_all(command, client: Consumer) -> None:
    """Commit all that is there, as a member of the group that stores somewhere else."""
    topic = command.settings.kafka.topic
    with command.broker() as cluster:
        ends = [
            TopicPartition(topic, part, mark.high)
            for part, mark in cluster.watermarks(topic).items()
            if mark.high
        ]
    client.commit(offsets=ends, asynchronous=False)


def marks(command):
    with command.broker() as cluster:
        return cluster.watermarks(command.settings.kafka.topic)


def fill(command):
    """Start a producer that soon fills the broker, and wait until it does."""
    producer = command.start("produce", "--mode", "stream", "--rate", "0", "--limit", str(MANY))
    producer.says("broker full: start the consumer")
    return producer


def test_a_producer_is_held_until_this_warehouse_has_the_records(command):
    command("seed", "--orders", "10").done()
    producer = fill(command)
    with stranger(command) as client:
        commit_all(command, client)
        producer.says(REFUSED)
        assert {mark.low for mark in marks(command).values()} == {0}
        consumer = command.start("consume")

        def everything_sent() -> bool:
            commit_all(command, client)  # over ours, again and again
            return producer.ended

        wait_until(everything_sent, seconds=60)
    assert producer.end().done()["acked"] == MANY
    consumer.signal(signal.SIGTERM)
    consumer.end()
    last = command("consume", "--until-caught-up").done()
    assert (last["gaps"], last["lag"]) == (0, 0)
    kafka = command.settings.kafka
    with command.broker() as cluster, command.warehouse() as warehouse:
        check_exactly_once(cluster, warehouse, kafka.topic, kafka.group_id)
        assert sum(mark.high for mark in marks(command).values()) == MANY


def test_a_replay_finds_no_room_either_and_says_why(command):
    command("seed", "--orders", "10").done()
    command("produce", "--rate", "0", "--poison", "1").done()
    assert command("consume", "--until-caught-up").done()["dead_lettered"]
    producer = fill(command)
    producer.signal(signal.SIGTERM)
    producer.end()
    with stranger(command) as client:
        commit_all(command, client)
        ended = command("dlq", "--replay", "--yes", "--timeout", "2")
    assert ended.code == 3, ended.out + ended.err
    assert "broker full" in ended.record["error"]["message"]
    assert REFUSED in ended.err
    assert {mark.low for mark in marks(command).values()} == {0}
