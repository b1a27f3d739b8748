"""What the explorer shows of a real cluster: topics, groups, brokers, and what one may not see."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from core.broker.cluster import Cluster
from core.broker.inventory import GroupFacts, Inventory, TopicFacts
from core.config import KafkaSettings
from core.errors import BrokerError
from core.operations.cluster_survey import survey
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.support.kafka_rights import LOGIN, Right, Rights, guarded_node
from tests.support.kafka_server import KafkaCluster
from tests.support.kafka_work import BRISK, Work
from tests.support.waiting import wait_until


def look(work: Work, cluster: Cluster | None = None) -> Inventory:
    kafka = KafkaSettings(work.servers, topic=work.topic, group_id=work.group)
    return survey(cluster or work.cluster, kafka, lambda _part: None)


def topic_of(found: Inventory, name: str) -> TopicFacts:
    (topic,) = [one for one in found.topics or () if one.name == name]
    return topic


def group_of(found: Inventory, name: str) -> GroupFacts:
    (group,) = [one for one in found.groups or () if one.name == name]
    return group


def configure(work: Work, **settings: str) -> None:
    entries = [
        ConfigEntry(name.replace("_", "."), value, incremental_operation=AlterConfigOpType.SET)
        for name, value in settings.items()
    ]
    resource = ConfigResource(ResourceType.TOPIC, work.topic, incremental_configs=entries)
    for future in work.admin.incremental_alter_configs([resource]).values():
        future.result(20)


def test_topics_are_told_with_offsets_settings_and_copies(work: Work) -> None:
    work.make_topic(3)
    work.publish([b"a", b"b", b"c"], partition=1)
    configure(work, retention_ms="3600000", cleanup_policy="compact,delete")
    found = look(work)
    assert found.done
    assert found.problems == ()
    topic = topic_of(found, work.topic)
    assert [(part.low, part.high, part.stable) for part in topic.partitions] == [
        (0, 0, 0),
        (0, 3, 3),
        (0, 0, 0),
    ]
    assert topic.records == 3
    assert topic.retention_ms == 3_600_000
    assert topic.retention_bytes == -1
    assert topic.cleanup == "compact,delete"
    changed = {one.name: (one.value, one.default) for one in topic.changed}
    assert changed == {
        "retention.ms": ("3600000", None),  # the cluster has it in hours, under another name
        "cleanup.policy": ("compact,delete", "delete"),
    }
    (broker,) = found.brokers or ()
    assert {part.leader for part in topic.partitions} == {broker.number}
    assert {part.in_sync for part in topic.partitions} == {(broker.number,)}
    assert topic.out_of_sync == 0
    assert broker.controller
    assert (broker.host, str(broker.port)) == tuple(work.servers.split(":"))
    assert broker.leads >= 3


def test_a_group_at_work_is_told_with_members_and_lag(
    work: Work, warehouse: DuckDbWarehouse
) -> None:
    work.make_topic(2)
    work.publish_orders(40)
    members = [work.consume(warehouse) for _each in range(2)]
    wait_until(lambda: [len(one.snapshot().offsets) for one in members] == [1, 1], seconds=40)
    work.wait_committed(40)
    group = group_of(look(work), work.group)
    assert (group.state, group.kind) == ("stable", "classic")
    assert group.members is not None
    assert [one.client_id for one in group.members] == ["dropship", "dropship"]
    assert {one.host for one in group.members} == {"/127.0.0.1"}
    assert sorted(place for one in group.members for place in one.holds) == [
        (work.topic, 0),
        (work.topic, 1),
    ]
    assert group.lag == 0
    work.ended(*members)
    work.publish_orders(5, start=100, partition=0)
    group = group_of(look(work), work.group)
    assert (group.state, group.members) == ("empty", ())
    assert group.lag == 5
    assert [(one.partition, one.lag) for one in group.offsets or ()] == [(0, 5), (1, 0)]


def test_the_lag_ends_at_the_last_stable_offset(work: Work) -> None:
    from confluent_kafka import Consumer, Producer, TopicPartition

    work.make_topic(1)
    work.publish([b"a"], partition=0)
    client = Producer({"bootstrap.servers": work.servers, "transactional.id": work.topic})
    client.init_transactions(20)
    client.begin_transaction()
    client.produce(work.topic, b"open", partition=0)
    assert client.flush(20) == 0
    reader = Consumer({"bootstrap.servers": work.servers, "group.id": work.group})
    reader.commit(offsets=[TopicPartition(work.topic, 0, 0)], asynchronous=False)
    reader.close()
    found = look(work)
    (part,) = topic_of(found, work.topic).partitions
    assert (part.high, part.stable) == (2, 1)
    assert group_of(found, work.group).lag == 1
    client.abort_transaction(20)


@pytest.fixture(scope="module")
def guarded(kafka_here: None) -> Iterator[KafkaCluster]:
    with guarded_node() as cluster:
        yield cluster


def test_a_missing_right_leaves_the_other_parts_shown(
    guarded: KafkaCluster, works: Callable[..., Work]
) -> None:
    insider = works(guarded.bootstrap_servers)
    insider.make_topic(2)
    insider.publish_orders(4)
    outside = replace(insider, servers=guarded.servers("SCRAM"), settings={**BRISK, **LOGIN})
    rights = Rights(guarded)
    try:
        rights.only([Right("DESCRIBE", "topic", insider.topic)])
        wait_until(lambda: look(outside).topics)
        found = look(outside)
        topic = topic_of(found, insider.topic)
        assert topic.records == 4
        assert topic.settings is None
        assert found.groups == ()
        assert len(found.brokers or ()) == 1
        told = {one.part: one for one in found.problems}
        assert f"DescribeConfigs on topic {insider.topic[:60]}" in told["topics"].hint
        assert "authorization" in told["topics"].message
        rights.only(
            [
                Right("DESCRIBE", "topic", insider.topic),
                Right("DESCRIBE_CONFIGS", "topic", insider.topic),
            ]
        )
        wait_until(lambda: topic_of(look(outside), insider.topic).settings)
        assert "topics" not in {one.part for one in look(outside).problems}
    finally:
        outside.close()


def test_a_cluster_out_of_reach_is_one_error() -> None:
    gone = Cluster("127.0.0.1:1", request_timeout_s=1.0)
    try:
        with pytest.raises(BrokerError) as caught:
            survey(gone, KafkaSettings("127.0.0.1:1"), lambda _part: None)
        assert "127.0.0.1:1" in caught.value.message
        assert caught.value.hint
    finally:
        gone.close()
