"""Records of our own group are read again from a real cluster, transactions and all."""

from datetime import UTC, datetime
from threading import Event

import pytest
from confluent_kafka import Producer

from core.clock import SystemClock
from core.config import KafkaSettings
from core.errors import CancelledError, UsageError
from core.operations import offset_reread, offset_reset
from core.operations.offset_plan import OffsetPlan
from core.operations.offset_reread import reread
from core.operations.offset_target import OffsetTarget
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.filled import Filled
from tests.support.decoding import ORDERS
from tests.support.events import event
from tests.support.kafka_work import Work
from tests.support.oracle import coordinates, oracle_rows

_LOST = (0, 7, 8, 950, 1_203)


@pytest.fixture
def stored(work: Work, warehouse: DuckDbWarehouse) -> list[tuple[str, int, int]]:
    """Records of two partitions, of transactions too, all stored; return where they are."""
    work.make_topic(2)
    work.publish(b"{" if number % 50 == 0 else event(number) for number in range(2_000))
    for part, commits in ((0, True), (1, False), (0, False), (1, True)):
        writer = Producer({"bootstrap.servers": work.servers, "transactional.id": f"t{part}"})
        writer.init_transactions(20)
        writer.begin_transaction()
        for number in range(40):
            writer.produce(work.topic, event(9_000 + number), partition=part)
        writer.flush(20)
        if commits:
            writer.commit_transaction(20)
        else:
            writer.abort_transaction(20)
    work.publish_orders(100, start=20_000)
    work.consume_all(warehouse)
    return coordinates(warehouse)


def planned(work: Work, warehouse: DuckDbWarehouse, place: str) -> OffsetPlan:
    kafka = KafkaSettings(work.servers, topic=work.topic, group_id=work.group)
    target = OffsetTarget.of(place, datetime.now(UTC))
    return offset_reset.plan_own(work.cluster, warehouse, kafka, target)


def read(
    work: Work, warehouse: DuckDbWarehouse, plan: OffsetPlan, *, cancelled: bool = False
) -> OffsetPlan:
    """Read again. cancelled: as soon as something was brought."""

    def show(now: OffsetPlan) -> None:
        shown.append(now)
        if cancelled and now.reread is not None and now.reread.filled.events:
            stop.set()

    shown: list[OffsetPlan] = []
    stop = Event()
    kafka = KafkaSettings(work.servers, topic=work.topic, group_id=work.group)
    done = reread(
        work.cluster,
        warehouse,
        kafka,
        plan,
        decoder=ORDERS,
        stop=stop,
        clock=SystemClock(),
        show=show,
    )
    passed = [now.reread.passed for now in shown if now.reread is not None]
    assert passed == sorted(passed)
    return done


def lose(warehouse: DuckDbWarehouse, offsets: tuple[int, ...]) -> int:
    """Delete events by hand; return how many there were."""
    before = len(oracle_rows(warehouse, "all_events"))
    with warehouse._db.transaction() as cursor:
        cursor.execute(
            f"DELETE FROM {warehouse._schema}.orders_events WHERE list_contains(?, kafka_offset)",
            [list(offsets)],
        )
    return before - len(oracle_rows(warehouse, "all_events"))


def test_what_is_missing_comes_back_and_offsets_stay(
    work: Work, warehouse: DuckDbWarehouse, stored: list[tuple[str, int, int]]
) -> None:
    identity = work.cluster.identity(work.topic)
    at = warehouse.stored_offsets(identity)
    before = [row[:3] for row in oracle_rows(warehouse, "all_events")]
    lost = lose(warehouse, _LOST)
    assert lost > len(_LOST)
    work.publish_orders(10, start=50_000)  # not stored yet: not for us
    plan = planned(work, warehouse, "begin")
    assert plan.again == sum(at.values())
    done = read(work, warehouse, plan)
    assert done.done
    assert done.reread is not None
    assert done.reread.filled == Filled(events=lost)
    assert (done.reread.records, done.reread.passed) == (len(stored), plan.again)
    assert [row[:3] for row in oracle_rows(warehouse, "all_events")] == before
    assert coordinates(warehouse) == stored
    assert warehouse.stored_offsets(identity) == at
    again = read(work, warehouse, planned(work, warehouse, "begin"))
    assert again.reread is not None
    assert again.reread.filled == Filled()


def test_one_that_is_cancelled_keeps_what_it_brought_and_can_be_done_again(
    work: Work,
    warehouse: DuckDbWarehouse,
    stored: list[tuple[str, int, int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(offset_reread, "_AT_ONCE", 200)
    lost = lose(warehouse, tuple(range(0, 2_000, 3)))
    with pytest.raises(CancelledError, match="what it has brought stays"):
        read(work, warehouse, planned(work, warehouse, "begin"), cancelled=True)
    brought = len(coordinates(warehouse)) - (len(stored) - lost)
    assert 0 < brought < lost
    done = read(work, warehouse, planned(work, warehouse, "begin"))
    assert done.reread is not None
    assert done.reread.filled == Filled(events=lost - brought)
    assert coordinates(warehouse) == stored


def test_letters_that_can_be_read_now_become_events(work: Work, warehouse: DuckDbWarehouse) -> None:
    work.make_topic(1)
    work.publish_orders(20)
    work.publish([b"{"])
    identity = work.cluster.identity(work.topic)
    work.consume_all(warehouse)
    assert len(oracle_rows(warehouse, "all_dead_letters")) == 1
    with warehouse._db.transaction() as cursor:
        # As they stand where they were refused: letters with the bytes of the record.
        cursor.execute(
            f"""INSERT INTO {warehouse._schema}.dead_letters (
                event_id, stage, reason, detail, topic, source_id, kafka_partition, kafka_offset,
                message_key, payload, received_at
            ) SELECT event_id, 'decode', 'no_schema', 'why', ?, source_id, kafka_partition,
                kafka_offset, NULL, encode(CAST(payload AS VARCHAR)), created_at
            FROM {warehouse._schema}.orders_events WHERE kafka_offset < 5""",
            [work.topic],
        )
        cursor.execute(f"DELETE FROM {warehouse._schema}.orders_events WHERE kafka_offset < 5")
    done = read(work, warehouse, planned(work, warehouse, "begin"))
    assert done.reread is not None
    assert done.reread.filled == Filled(resolved=5)
    assert len(oracle_rows(warehouse, "all_events")) == 20
    assert len(warehouse.dead_letters()) == 1
    assert {one[0] for one in coordinates(warehouse)} == {identity.source_id}
    assert len(coordinates(warehouse)) == 21


def test_a_plan_that_is_refused_is_not_done(work: Work, warehouse: DuckDbWarehouse) -> None:
    work.make_topic(1)
    work.publish_orders(5)
    plan = planned(work, warehouse, "begin")
    assert "nothing is stored of it yet" in plan.refusal
    with pytest.raises(UsageError, match="nothing is stored"):
        read(work, warehouse, plan)
