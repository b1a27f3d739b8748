"""Offsets of groups on a real cluster: set where a group is stopped, refused elsewhere."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from confluent_kafka import Consumer, TopicPartition

from core.config import KafkaSettings
from core.errors import UsageError
from core.operations import offset_reset
from core.operations.offset_plan import OffsetPlan
from core.operations.offset_target import OffsetTarget
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.support.kafka_work import Work
from tests.support.oracle import check_exactly_once
from tests.support.waiting import wait_until

NOW = datetime.now(UTC)


def client(work: Work, group: str) -> Consumer:
    return Consumer(
        {
            "bootstrap.servers": work.servers,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "log_level": 0,
        }
    )


def commit(work: Work, group: str, **offsets: int) -> None:
    reader = client(work, group)
    places = [TopicPartition(work.topic, int(part[1:]), at) for part, at in offsets.items()]
    reader.commit(offsets=places, asynchronous=False)
    reader.close()


def read_on(work: Work, group: str, count: int) -> list[tuple[int, int]]:
    """Return the places that a member of a group reads next."""
    reader = client(work, group)
    reader.subscribe([work.topic])
    found: list[tuple[int, int]] = []
    deadline = time.monotonic() + 40
    while len(found) < count:
        assert time.monotonic() < deadline, found
        found += [(one.partition(), one.offset()) for one in reader.consume(100, 0.3)]
    reader.close()
    return sorted(found)


def ours(work: Work) -> KafkaSettings:
    return KafkaSettings(work.servers, topic=work.topic, group_id=work.group)


def planned(work: Work, group: str, text: str) -> OffsetPlan:
    return offset_reset.plan(work.cluster, group, work.topic, OffsetTarget.of(text, NOW))


def moved(plan: OffsetPlan) -> list[tuple[int | None, int, int, int]]:
    return [(one.before, one.after, one.again, one.skipped) for one in plan.moves]


@pytest.fixture
def filled(work: Work) -> Work:
    work.make_topic(2)
    work.publish([b"%d" % number for number in range(10)], partition=0)
    work.publish([b"%d" % number for number in range(4)], partition=1)
    return work


def test_a_stopped_group_is_set_to_begin_end_offset_and_one_partition(filled: Work) -> None:
    group = f"{filled.topic}-reports"
    commit(filled, group, p0=6, p1=4)
    plan = planned(filled, group, "begin")
    assert moved(plan) == [(6, 0, 6, 0), (4, 0, 4, 0)]
    assert (plan.again, plan.skipped) == (10, 0)
    assert filled.cluster.committed(filled.topic, group) == {0: 6, 1: 4}
    assert offset_reset.apply(filled.cluster, ours(filled), plan).done
    assert filled.cluster.committed(filled.topic, group) == {0: 0, 1: 0}
    plan = planned(filled, group, "end")
    assert moved(plan) == [(0, 10, 0, 10), (0, 4, 0, 4)]
    offset_reset.apply(filled.cluster, ours(filled), plan)
    plan = planned(filled, group, "0@7")
    assert moved(plan) == [(10, 7, 3, 0)]
    offset_reset.apply(filled.cluster, ours(filled), plan)
    assert read_on(filled, group, 3) == [(0, 7), (0, 8), (0, 9)]
    assert moved(planned(filled, group, "9999")) == [(7, 10, 0, 3), (4, 4, 0, 0)]
    with pytest.raises(UsageError) as caught:
        planned(filled, group, "2@begin")
    assert "no partition 2" in caught.value.message


def test_a_time_finds_the_first_record_of_it(filled: Work) -> None:
    from confluent_kafka import Producer

    group = f"{filled.topic}-reports"
    commit(filled, group, p0=10, p1=4)
    later = NOW + timedelta(hours=1)
    producer = Producer({"bootstrap.servers": filled.servers})
    producer.produce(filled.topic, b"later", partition=0, timestamp=int(later.timestamp() * 1_000))
    assert producer.flush(20) == 0
    plan = planned(filled, group, f"{later - timedelta(minutes=1):%Y-%m-%d %H:%M}")
    assert moved(plan) == [(10, 10, 0, 0), (4, 4, 0, 0)]
    plan = planned(filled, group, f"{NOW - timedelta(days=1):%Y-%m-%d}")
    assert moved(plan) == [(10, 0, 10, 0), (4, 0, 4, 0)]


def test_a_group_with_members_is_refused_and_they_are_named(filled: Work) -> None:
    group = f"{filled.topic}-reports"
    commit(filled, group, p0=6)
    plan = planned(filled, group, "begin")
    member = client(filled, group)
    member.subscribe([filled.topic])
    wait_until(lambda: member.poll(0.2) is not None or member.assignment(), seconds=40)
    with pytest.raises(UsageError) as caught:
        planned(filled, group, "begin")
    assert "1 member: rdkafka /127.0.0.1" in caught.value.message
    with pytest.raises(UsageError):
        offset_reset.apply(filled.cluster, ours(filled), plan)
    assert filled.cluster.committed(filled.topic, group)[0] == 6
    member.close()


def test_offsets_that_moved_since_the_preview_are_not_set(filled: Work) -> None:
    group = f"{filled.topic}-reports"
    commit(filled, group, p0=6)
    plan = planned(filled, group, "begin")
    commit(filled, group, p0=8)
    with pytest.raises(UsageError) as caught:
        offset_reset.apply(filled.cluster, ours(filled), plan)
    assert "moved since the preview" in caught.value.message
    assert filled.cluster.committed(filled.topic, group) == {0: 8}


def test_records_of_our_own_group_are_read_again_and_its_commits_never_set(
    work: Work, warehouse: DuckDbWarehouse
) -> None:
    work.make_topic(2)
    work.publish_orders(30)
    work.consume_all(warehouse)
    work.publish_orders(5, start=100, partition=0)
    stored = sum(warehouse.stored_offsets(work.cluster.identity(work.topic)).values())
    kafka = ours(work)
    back = offset_reset.plan_own(work.cluster, warehouse, kafka, OffsetTarget.of("begin", NOW))
    assert back.own
    assert (back.again, back.skipped) == (stored, 0) == (30, 0)
    assert not back.refusal
    on = offset_reset.plan_own(work.cluster, warehouse, kafka, OffsetTarget.of("end", NOW))
    assert (on.again, on.skipped) == (0, 0)
    assert on.refusal == "the consumer has not stored anything behind it yet"
    for plan in (back, on):
        with pytest.raises(UsageError) as caught:
            offset_reset.apply(work.cluster, kafka, plan)
        assert "stored in the warehouse" in caught.value.message
    work.consume_all(warehouse)
    check_exactly_once(work.cluster, warehouse, work.topic, work.group)
