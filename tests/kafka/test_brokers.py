"""Brokers that end and come back, and a consumer that is put to sleep: faults 5 and 9."""

import signal
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from confluent_kafka import ConsumerGroupState

from core.config import KafkaSettings
from tests.support.kafka_server import KafkaCluster
from tests.support.kafka_work import Work
from tests.support.oracle import check_exactly_once
from tests.support.processes import Dropship, Running
from tests.support.waiting import wait_until

PATIENT = ("--timeout", "90")  # a busy machine needs a while to start a broker
SEED = ("--customers", "50", "--products", "20")


@pytest.fixture
def frail_node(kafka_here: None) -> Iterator[KafkaCluster]:
    """One node that this test kills."""
    with KafkaCluster() as cluster:
        yield cluster


@pytest.fixture
def three_nodes(kafka_here: None) -> Iterator[KafkaCluster]:
    """Three nodes; each partition has three copies, two of which must hold a record."""
    with KafkaCluster(3) as cluster:
        yield cluster


def written(work: Work) -> int:
    """Return how many records are in the topic."""
    return sum(mark.high for mark in work.cluster.watermarks(work.topic).values())


def wait_stored(work: Work, count: int, consumer: Running) -> None:
    """Wait until the consumer has told Kafka of `count` offsets; its own words when it does not."""

    def told() -> bool:
        assert not consumer.ended, consumer.err
        return work.committed() >= count

    wait_until(told, seconds=60)


def check_all_stored(dropship: Dropship, work: Work) -> None:
    dropship.settings = replace(dropship.settings, kafka=KafkaSettings(work.servers, work.topic))
    with dropship.warehouse() as warehouse:
        check_exactly_once(work.cluster, warehouse, work.topic, work.group)


def test_the_only_broker_is_killed_and_comes_back(
    frail_node: KafkaCluster, works: Callable[..., Work], dropship: Dropship
) -> None:
    work = works(frail_node.bootstrap_servers)
    work.make_topic(3)
    dropship("seed", *SEED, "--orders", "1500").done()
    consumer = dropship.start("consume", *PATIENT, env=work.env)
    producer = dropship.start("produce", "--rate", "300", *PATIENT, env=work.env)
    wait_until(lambda: written(work) >= 300)
    (node,) = frail_node.nodes
    node.kill()
    consumer.says("no broker answers")
    node.start()
    frail_node.wait_ready()
    sent = producer.end(120).done()
    assert (sent["acked"], sent["failed"]) == (1500, 0)
    wait_stored(work, 1500, consumer)
    consumer.signal(signal.SIGTERM)
    ended = consumer.end()
    assert ended.code == 143
    assert ended.record["consumed"] == 1500
    check_all_stored(dropship, work)


def test_one_of_three_brokers_is_killed(
    three_nodes: KafkaCluster, works: Callable[..., Work], dropship: Dropship
) -> None:
    work = works(three_nodes.bootstrap_servers)
    work.make_topic(6, copies=3)
    dropship("seed", *SEED, "--orders", "2400").done()
    consumer = dropship.start("consume", *PATIENT, env=work.env)
    producer = dropship.start("produce", "--rate", "300", *PATIENT, env=work.env)
    wait_until(lambda: written(work) >= 300)
    leader = work.admin.list_topics(work.topic, timeout=10).topics[work.topic].partitions[0].leader
    three_nodes.nodes[leader - 1].kill()
    sent = producer.end(120).done()
    assert (sent["acked"], sent["failed"]) == (2400, 0)
    wait_stored(work, 2400, consumer)
    consumer.signal(signal.SIGTERM)
    ended = consumer.end()
    assert ended.code == 143
    assert ended.record["consumed"] == 2400
    check_all_stored(dropship, work)


def test_a_consumer_that_sleeps_longer_than_its_session_joins_again(
    work: Work, dropship: Dropship
) -> None:
    """Fault 9: the group throws it out meanwhile; awake, it goes on where the warehouse stands."""
    work.make_topic(3)
    work.publish_orders(200)
    short = {"KAFKA_CONF_SESSION_TIMEOUT_MS": "1500", "KAFKA_CONF_HEARTBEAT_INTERVAL_MS": "300"}
    consumer = dropship.start("consume", env=work.env | short)
    work.wait_committed(200)
    consumer.signal(signal.SIGSTOP)

    def thrown_out() -> bool:
        asked = work.admin.describe_consumer_groups([work.group])[work.group].result(10)
        return asked.state == ConsumerGroupState.EMPTY

    wait_until(thrown_out)
    work.publish_orders(300, start=1_000)
    consumer.signal(signal.SIGCONT)
    work.wait_committed(500)
    consumer.signal(signal.SIGTERM)
    ended = consumer.end()
    assert ended.code == 143
    assert ended.record["consumed"] == 500
    check_all_stored(dropship, work)
