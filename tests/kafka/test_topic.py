"""What may happen to a topic: absent, made again, cut, grown, written in transactions."""

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.cimpl import NewPartitions

from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.support.events import event
from tests.support.kafka_work import Work, check_every_record_once
from tests.support.oracle import check_exactly_once, coordinates
from tests.support.waiting import wait_until


def test_a_topic_that_was_made_again_is_said_and_read_from_its_beginning(
    work: Work, warehouse: DuckDbWarehouse
) -> None:
    """Fault 23. More is in the new one than was read of the old one: its id tells them apart."""
    work.make_topic(2)
    work.publish_orders(40)
    first = work.consume_all(warehouse).snapshot()
    assert (first.consumed, first.notices) == (40, ())
    before = work.cluster.identity(work.topic)
    work.delete_topic()
    work.make_topic(2)
    work.publish_orders(100, start=1000)
    second = work.consume_all(warehouse).snapshot()
    assert second.consumed == 100
    (notice,) = second.notices
    assert "deleted and made again" in notice
    stored = warehouse.stored_offsets(before)
    assert sum(stored.values()) == 40
    assert all(f"{part}:{offset}" in notice for part, offset in stored.items())
    check_exactly_once(work.cluster, warehouse, work.topic, work.group)
    assert len(coordinates(warehouse)) == 140
    assert work.consume_all(warehouse).snapshot().notices == ()


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_a_topic_made_again_under_a_running_consumer(
    work: Work, warehouse: DuckDbWarehouse, protocol: str
) -> None:
    """Fault 23, running: the consumer goes on with the new one and counts it as new."""
    work.make_topic(2)
    work.publish_orders(40)
    worker = work.consume(warehouse, settings={"group.protocol": protocol})
    wait_until(lambda: worker.snapshot().consumed == 40)
    work.delete_topic()
    work.make_topic(2)
    work.publish_orders(100, start=1000)
    wait_until(lambda: worker.snapshot().consumed == 140 or not worker.alive, seconds=30)
    assert worker.error is None
    assert "deleted and made again" in worker.snapshot().notices[0]
    work.ended(worker)
    check_exactly_once(work.cluster, warehouse, work.topic, work.group)


def test_nothing_of_a_new_topic_is_stored_under_the_former_one(
    work: Work, warehouse: DuckDbWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records in hand when the topic is made again belong to nobody: they are not stored."""
    work.make_topic(1)
    work.publish_orders(10)
    former = work.cluster.identity(work.topic)
    worker = work.consume(warehouse)
    wait_until(lambda: worker.snapshot().consumed == 10)
    session_broker = worker._broker
    asked: list[object] = []
    true_question = session_broker.ask_identity

    def made_again_meanwhile(topic: str) -> object:
        """Make the topic again between the reading of the next batch and its check."""
        if not asked:
            asked.append(topic)
            work.delete_topic()
            work.make_topic(1)
        return true_question(topic)

    monkeypatch.setattr(session_broker, "ask_identity", made_again_meanwhile)
    work.publish_orders(5, start=100)
    wait_until(lambda: worker.snapshot().notices, seconds=30)
    work.publish_orders(30, start=500)
    wait_until(lambda: worker.snapshot().consumed == 40, seconds=30)
    work.ended(worker)
    assert warehouse.stored_offsets(former) == {0: 10}
    check_exactly_once(work.cluster, warehouse, work.topic, work.group)


def test_retention_before_reading_is_an_exact_gap(work: Work, warehouse: DuckDbWarehouse) -> None:
    """Fault 24."""
    work.make_topic(2)
    work.publish_orders(50, partition=0)
    work.publish_orders(50, start=100, partition=1)
    work.consume_all(warehouse)
    work.publish_orders(60, start=200, partition=0)
    cut = work.admin.delete_records([TopicPartition(work.topic, 0, 80)])
    for future in cut.values():
        future.result(20)
    last = work.consume_all(warehouse).snapshot()
    (gap,) = last.gaps
    assert (gap.partition, gap.from_offset, gap.to_offset) == (0, 50, 80)
    assert last.consumed == 30
    stored = coordinates(warehouse)
    assert len(stored) == len(set(stored)) == 130
    identity = work.cluster.identity(work.topic)
    assert warehouse.stored_offsets(identity) == {0: 110, 1: 50}


def test_retention_overtakes_a_running_consumer(work: Work, warehouse: DuckDbWarehouse) -> None:
    """Fault 24, running: paused while the records it needs are removed."""
    work.make_topic(1)
    work.publish_orders(10)
    worker = work.consume(warehouse)
    wait_until(lambda: worker.snapshot().consumed == 10)
    worker.stop()
    assert worker.join(10)
    work.publish_orders(20, start=100)
    for future in work.admin.delete_records([TopicPartition(work.topic, 0, 30)]).values():
        future.result(20)
    again = work.consume(warehouse)
    wait_until(lambda: again.snapshot().gaps)
    work.publish_orders(5, start=200)
    wait_until(lambda: again.snapshot().consumed == 5)
    (gap,) = again.snapshot().gaps
    assert (gap.from_offset, gap.to_offset) == (10, 30)
    work.ended(again)


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_added_partitions_are_picked_up(
    work: Work, warehouse: DuckDbWarehouse, protocol: str
) -> None:
    """Fault 25. What was written before the consumer knew of a partition is read too."""
    work.make_topic(2)
    work.publish_orders(20)
    worker = work.consume(warehouse, settings={"group.protocol": protocol})
    wait_until(lambda: worker.snapshot().consumed == 20)
    work.admin.create_partitions([NewPartitions(work.topic, 5)])[work.topic].result(20)
    wait_until(lambda: len(work.cluster.partitions(work.topic)) == 5)
    for partition in range(5):
        work.publish_orders(10, start=100 * partition, partition=partition)
    wait_until(lambda: worker.snapshot().consumed == 70, seconds=30)
    assert sorted(worker.snapshot().offsets) == [0, 1, 2, 3, 4]
    work.ended(worker)
    check_exactly_once(work.cluster, warehouse, work.topic, work.group)


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_marks_of_transactions_are_skipped_and_aborted_records_are_not_read(
    work: Work, warehouse: DuckDbWarehouse, protocol: str
) -> None:
    work.make_topic(1)
    client = Producer({"bootstrap.servers": work.servers, "transactional.id": work.topic})
    client.init_transactions(20)
    outcomes = [client.commit_transaction, client.abort_transaction] * 2
    for number, outcome in enumerate(outcomes):
        client.begin_transaction()
        for place in range(5):
            client.produce(work.topic, event(number * 10 + place))
        assert client.flush(20) == 0
        outcome(20)
    client.close()
    settings = {"group.protocol": protocol}
    last = work.consume_all(warehouse, settings=settings).snapshot()
    assert (last.consumed, last.total_lag) == (10, 0)
    assert last.offsets == {0: 24}  # four times five records and a mark
    assert last.gaps == ()
    check_every_record_once(work, warehouse)
    ((_source, _topic, _part, start, following, skipped, *_rest),) = warehouse.rows(
        "validate_reconciliation"
    )
    assert (start, following, skipped) == (0, 24, 14)
    # Marks alone, after everything is read, are stepped over as well.
    assert work.consume_all(warehouse, settings=settings).snapshot().consumed == 0
