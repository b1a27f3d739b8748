"""Answers of a real cluster that refuses something: each hint is followed, and fixes it."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from confluent_kafka import Producer

from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.kafka.test_refusals import OWN, SEED, said, set_on_topic
from tests.support.kafka_server import KafkaCluster
from tests.support.kafka_work import Work
from tests.support.processes import Dropship
from tests.support.waiting import wait_until

CATCH_UP = ("consume", "--until-caught-up", "--timeout", "20")
PRODUCE = ("produce", "--rate", "0", "--timeout", "20")


def test_a_session_that_is_too_short_names_the_setting(work: Work, dropship: Dropship) -> None:
    work.make_topic(1)
    work.publish_orders(3)
    ended = dropship(*CATCH_UP, env=work.env | {"KAFKA_CONF_SESSION_TIMEOUT_MS": "300"})
    assert ended.code == 2
    assert "set KAFKA_CONF_SESSION_TIMEOUT_MS within group.min.session.timeout.ms" in said(ended)
    fixed = work.env | {"KAFKA_CONF_SESSION_TIMEOUT_MS": "6000"}
    assert dropship(*CATCH_UP, env=fixed).done()["consumed"] == 3


def test_a_name_that_collides_with_another_topic_asks_for_another_one(
    work: Work, dropship: Dropship
) -> None:
    """Dots and underscores are one in the names of metrics, so a broker refuses the second."""
    work = replace(work, topic="one.and_the_same")
    work.make_topic(1)
    env = work.env | {"KAFKA_TOPIC": "one_and.the_same", "KAFKA_TOPIC_PARTITIONS": "1"}
    ended = dropship("setup", env=env)
    assert ended.code == 2
    assert "name another topic with KAFKA_TOPIC" in said(ended)
    assert dropship("setup", env=env | {"KAFKA_TOPIC": "another"}).done()["topic"]["created"]
    work.close()


def test_what_a_compacted_topic_refuses_names_its_setting(work: Work, dropship: Dropship) -> None:
    work.make_topic(1)
    producer = Producer(work.cluster.producer_config())
    producer.produce(work.topic, b"no json")  # and no key
    assert producer.flush(20) == 0
    assert dropship(*CATCH_UP, env=work.env).done()["dead_lettered"] == 1
    set_on_topic(work, "cleanup.policy", "compact")
    replay = ("dlq", "--replay", "--yes", "--timeout", "20")
    ended = dropship(*replay, env=work.env)
    assert ended.code == 1
    assert "see its cleanup.policy and message.timestamp settings" in said(ended)
    set_on_topic(work, "cleanup.policy", "delete")
    assert dropship(*replay, env=work.env).done()["replayed"] == 1


def test_times_that_the_topic_does_not_take_name_its_setting(
    work: Work, dropship: Dropship
) -> None:
    work.make_topic(1)
    set_on_topic(work, "message.timestamp.after.max.ms", "1")
    set_on_topic(work, "message.timestamp.before.max.ms", "1")
    dropship(*SEED).done()
    # They wait for each other, so that the first is half a second old when the broker sees them.
    together = work.env | {"KAFKA_CONF_LINGER_MS": "10000"}
    ended = dropship("produce", "--rate", "40", "--timeout", "20", env=together)
    assert (ended.code, ended.record["failed"]) == (1, 20)
    assert "see its cleanup.policy and message.timestamp settings" in said(ended)
    set_on_topic(work, "message.timestamp.before.max.ms", "3600000")
    assert dropship(*PRODUCE, env=work.env).done()["acked"] == 20


def test_too_few_copies_in_sync_asks_to_start_the_missing_broker(
    kafka_here: None, works: Callable[..., Work], dropship: Dropship
) -> None:
    del kafka_here
    with KafkaCluster(3) as cluster:
        work = works(cluster.bootstrap_servers)
        work.make_topic(1, copies=3)
        set_on_topic(work, "min.insync.replicas", "3")
        dropship(*SEED).done()
        cluster.nodes[2].kill()
        cluster.wait_ready()
        # A client tries again until the time of a record is over, unless it is told how often.
        ended = dropship(*PRODUCE, env=work.env | {"KAFKA_CONF_RETRIES": "1"})
        assert ended.code == 1
        assert "start the missing brokers" in said(ended)
        cluster.nodes[2].start()
        cluster.wait_ready()
        wait_until(lambda: dropship(*PRODUCE, env=work.env).record["acked"] == 20, seconds=60)


@pytest.fixture(scope="module")
def strict(kafka_here: None) -> Iterator[KafkaCluster]:
    """A node of few members a group, that knows the older protocol of groups only."""
    settings = {"group.max.size": "1", "group.coordinator.rebalance.protocols": "classic"}
    with KafkaCluster(settings=settings) as cluster:
        yield cluster


def test_a_group_that_is_full_asks_to_end_a_member(
    strict: KafkaCluster,
    works: Callable[..., Work],
    warehouse: DuckDbWarehouse,
    dropship: Dropship,
) -> None:
    work = works(strict.bootstrap_servers)
    work.make_topic(2)
    work.publish_orders(5)
    first = work.consume(warehouse)
    wait_until(lambda: first.snapshot().consumed == 5, seconds=30)
    ended = dropship("consume", "--until-caught-up", *OWN, env=work.env)
    assert ended.code == 3
    assert "end another member" in said(ended)
    work.ended(first)
    assert dropship("consume", "--until-caught-up", *OWN, env=work.env).done()["consumed"] == 5


def test_a_cluster_that_lacks_the_new_protocol_names_the_setting(
    strict: KafkaCluster, works: Callable[..., Work], dropship: Dropship
) -> None:
    work = works(strict.bootstrap_servers)
    work.make_topic(1)
    work.publish_orders(3)
    ended = dropship(*CATCH_UP, env=work.env | {"KAFKA_CONF_GROUP_PROTOCOL": "consumer"})
    assert ended.code in {2, 3}
    assert "KAFKA_CONF_GROUP_PROTOCOL" in said(ended)
    assert dropship(*CATCH_UP, env=work.env).done()["consumed"] == 3


@pytest.mark.parametrize("holder", ["uniform", "range"])
def test_members_of_the_new_protocol_with_other_assignors_work_together(
    work: Work, warehouse: DuckDbWarehouse, dropship: Dropship, holder: str
) -> None:
    """There the group elects one: what differs between its members does no harm (KIP-848)."""
    newer = {"group.protocol": "consumer"}
    work.make_topic(2)
    work.publish_orders(5)
    first = work.consume(warehouse, settings={**newer, "group.remote.assignor": holder})
    wait_until(lambda: first.snapshot().consumed == 5, seconds=30)
    other = "range" if holder == "uniform" else "uniform"
    env = replace(work, settings={**work.settings, **newer}).env
    running = dropship.start(
        *("consume", "--limit", "1", *OWN), env=env | {"KAFKA_CONF_GROUP_REMOTE_ASSIGNOR": other}
    )
    wait_until(lambda: len(work.cluster.members(work.topic, work.group)) == 2, seconds=30)
    assert first.snapshot().error == ""
    work.ended(first)
    work.publish_orders(5, start=5)
    assert running.end().done()["consumed"] == 1


def test_an_assignor_that_the_cluster_does_not_have_names_the_setting(
    work: Work, dropship: Dropship
) -> None:
    work.make_topic(1)
    work.publish_orders(3)
    env = work.env | {"KAFKA_CONF_GROUP_PROTOCOL": "consumer"}
    ended = dropship(*CATCH_UP, env=env | {"KAFKA_CONF_GROUP_REMOTE_ASSIGNOR": "nonesuch"})
    assert ended.code == 2
    assert "KAFKA_CONF_GROUP_REMOTE_ASSIGNOR" in said(ended)
    assert dropship(*CATCH_UP, env=env).done()["consumed"] == 3
