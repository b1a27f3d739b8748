"""The desk drives the whole pipeline on the embedded back ends, and leaves nothing behind."""

import threading
from collections.abc import Callable, Iterator
from time import monotonic

import pytest
from confluent_kafka import Producer

from core.clock import SystemClock
from core.config import Settings
from core.dlq.replay import redeliveries
from core.errors import UsageError
from core.jobs import load, produce, seed
from core.lifecycle import RunState
from core.operations.desk import Desk
from core.operations.replayed import Replayed
from core.validation.model import Status
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import MergeResult
from tests.integration.producer.running import held_elsewhere
from tests.support.oracle import oracle_rows
from tests.support.waiting import wait_until


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    opened = Desk(settings)
    opened.open()
    wait_until(lambda: opened.ready or opened.snapshot().opening.error)
    yield opened
    opened.close()


def generated(desk: Desk, orders: int = 300) -> None:
    """Generate seed files and wait for them."""
    assert desk.generate(seed.Options(customers=50, products=20, orders=orders))
    wait_until(lambda: not desk.snapshot().seed.running)
    assert desk.snapshot().seed.error == ""


def test_the_demonstration_runs_from_seed_to_a_passed_validation(desk: Desk) -> None:
    assert desk.demonstrate(orders=300, rate=1_000)
    wait_until(lambda: not desk.snapshot().demo.running, seconds=60)
    now = desk.snapshot()
    assert (now.demo.error, now.demo.result) == ("", "PASS")
    assert (now.producer.acked, now.consumer.inserted, now.merge.total.inserted) == (300, 300, 300)
    assert now.validation.result is not None
    assert now.validation.result.status is Status.PASS
    wait_until(lambda: (figures := desk.snapshot().figures.value) and figures.kpis.total_orders)


def test_a_cancelled_demonstration_says_so_and_stops_the_producer(desk: Desk) -> None:
    desk.demonstrate(orders=300, rate=5)
    wait_until(lambda: desk.snapshot().producer.state is RunState.RUNNING, seconds=60)
    desk.cancel_demo()
    wait_until(lambda: not desk.snapshot().demo.running)
    assert "cancelled" in desk.snapshot().demo.error
    wait_until(lambda: desk.snapshot().producer.state is RunState.STOPPED)


def test_controls_act_and_a_second_start_does_nothing(desk: Desk) -> None:
    generated(desk)
    assert desk.start_consumer()
    assert not desk.start_consumer()
    assert desk.start_producer(produce.Options(rate=20))
    assert not desk.start_producer(produce.Options(rate=20))
    producer = desk.producer
    assert producer is not None
    producer.pause()
    wait_until(lambda: desk.snapshot().producer.state is RunState.PAUSED)
    producer.set_rate(5_000)
    producer.resume()
    wait_until(lambda: desk.snapshot().producer.acked == 300)
    wait_until(lambda: desk.snapshot().consumer.inserted == 300)
    with pytest.raises(UsageError, match="rate"):
        desk.start_producer(produce.Options(rate=-1))


def test_closing_stores_all_that_was_acknowledged_and_ends_every_thread(
    settings: Settings,
) -> None:
    before = set(threading.enumerate())
    desk = Desk(settings)
    desk.open()
    wait_until(lambda: desk.ready)
    generated(desk, orders=20_000)
    desk.start_producer(produce.Options(rate=0))
    wait_until(lambda: desk.snapshot().producer.acked > 0)
    desk.start_consumer()
    desk.close()
    acked = desk.snapshot().producer.acked
    assert [thread for thread in threading.enumerate() if thread not in before] == []
    warehouse = DuckDbWarehouse(settings, clock=SystemClock())
    try:
        assert len(oracle_rows(warehouse, "coordinates")) == acked
        assert warehouse.rows("count_orders") == [(acked,)]
    finally:
        warehouse.close()


def test_a_held_warehouse_is_said_and_opening_again_works_once_it_is_free(
    settings: Settings, warehouse: DuckDbWarehouse
) -> None:
    desk = Desk(settings)
    desk.open()
    wait_until(lambda: desk.snapshot().opening.error)
    assert "in use by process" in desk.snapshot().opening.error
    assert not desk.ready
    assert not desk.start_consumer()
    warehouse.close()
    desk.open()
    wait_until(lambda: desk.ready)
    desk.close()


def test_a_cancelled_seed_leaves_no_files(desk: Desk, settings: Settings) -> None:
    desk.generate(seed.Options(orders=3_000_000))
    wait_until(lambda: desk.snapshot().seed.done > 0)
    desk.cancel_seed()
    wait_until(lambda: not desk.snapshot().seed.running)
    assert list(settings.paths.seed.glob("*.csv")) == []


def letters_of(desk: Desk, count: int) -> list[str]:
    """Have dead letters in the warehouse; return their ids."""
    broker, warehouse = desk._broker, desk._warehouse
    assert broker is not None
    assert warehouse is not None
    client = Producer(broker.producer_config())
    for number in range(count):
        client.produce(desk.settings.kafka.topic, value=b"{%d" % number, key=b"%d" % number)
    assert client.flush(20) == 0
    assert desk.start_consumer()
    wait_until(lambda: desk.snapshot().consumer.dead_lettered == count)
    consumer = desk.consumer
    assert consumer is not None
    consumer.stop()
    wait_until(lambda: desk.consumer is None)
    return [letter.event_id for letter in warehouse.dead_letters()]


def replays_of(desk: Desk) -> list[bytes]:
    """Store what the topic holds; return the keys of letters that were published again."""
    assert desk.start_consumer()
    wait_until(lambda: (consumer := desk.consumer) and not sum(consumer.snapshot().lag.values()))
    consumer, warehouse = desk.consumer, desk._warehouse
    assert consumer is not None
    assert warehouse is not None
    consumer.finish()
    wait_until(lambda: desk.consumer is None)
    waiting = warehouse.dead_letters()
    return [letter.key or b"" for letter in waiting if redeliveries(letter)]


def test_a_replay_of_many_letters_counts_each_once(desk: Desk) -> None:
    ids = letters_of(desk, 120)  # more than two chunks
    assert desk.replay(ids)
    wait_until(lambda: not desk.snapshot().explored.replay.running)
    assert desk.snapshot().explored.replay.result == Replayed(120, 120)


def test_a_cancelled_replay_is_marked_as_far_as_it_came_and_goes_on_without_repeating(
    desk: Desk,
) -> None:
    count = 3_000
    ids = letters_of(desk, count)
    assert desk.replay(ids)
    wait_until(lambda: desk.snapshot().explored.replay.done > 0)
    desk.cancel_replay()
    asked = monotonic()
    wait_until(lambda: not desk.snapshot().explored.replay.running)
    assert monotonic() - asked < 1.0
    first = desk.snapshot().explored.replay.result
    assert first is not None
    assert first.cancelled
    assert 0 < first.published < count
    assert first.left == count - first.published
    assert desk.replay(ids)  # all of them: those that went out wait no more
    wait_until(lambda: not desk.snapshot().explored.replay.running)
    again = desk.snapshot().explored.replay.result
    assert again == Replayed(count - first.published, count, gone=first.published)
    keys = replays_of(desk)
    assert len(keys) == len(set(keys)) == count


def test_a_replay_says_which_process_it_waits_for_and_a_cancel_ends_it_at_once(
    desk: Desk,
) -> None:
    ids = letters_of(desk, 1)
    with held_elsewhere(desk.settings) as other:
        assert desk.replay(ids)
        wait_until(lambda: str(other.pid) in desk.snapshot().explored.replay.note, seconds=2)
        desk.cancel_replay()
        asked = monotonic()
        wait_until(lambda: not desk.snapshot().explored.replay.running)
        assert monotonic() - asked < 0.2
    assert desk.snapshot().explored.replay.result == Replayed(0, 1, cancelled=True)


def test_merge_now_counts_with_the_loop_that_runs(desk: Desk) -> None:
    generated(desk, orders=2_000)
    desk.start_consumer()
    desk.start_producer(produce.Options(rate=0))
    while desk.snapshot().merge.total.taken < 2_000:
        desk.upkeep.merge()
        wait_until(lambda: not desk.snapshot().upkeep.merge.running)
        assert desk.snapshot().upkeep.merge.error == ""
    assert desk.snapshot().merge.total.taken == 2_000
    assert desk.snapshot().merge.total.inserted == 2_000


def test_merge_now_starts_a_loop_again_that_has_failed(desk: Desk) -> None:
    generated(desk)
    warehouse = desk._warehouse
    assert isinstance(warehouse, DuckDbWarehouse)

    def rename(old: str, new: str) -> None:
        with warehouse._db.transaction() as cursor:
            cursor.execute(f"ALTER TABLE mon_schema.{old} RENAME TO {new}")

    rename("orders", "gone")
    desk.start_consumer()
    desk.start_producer(produce.Options(rate=0))
    wait_until(lambda: desk._workers.failures.get("merge"))
    rename("gone", "orders")
    wait_until(lambda: desk.snapshot().consumer.inserted == 300)
    assert desk.upkeep.merge()
    wait_until(lambda: not desk.snapshot().upkeep.merge.running)
    result = desk.snapshot().upkeep.merge.result
    assert result is not None
    assert result.taken == 300
    assert "merge" not in desk._workers.failures
    desk.start_producer(produce.Options(rate=0))
    wait_until(lambda: desk.snapshot().merge.total.taken == 600)


def test_upkeep_is_one_thing_at_a_time_can_be_cancelled_and_ends_with_the_desk(
    desk: Desk,
) -> None:
    generated(desk)
    begun, go_on = threading.Event(), threading.Event()
    whole = desk.upkeep._workers.merge_now

    def slow(stop: threading.Event, told: Callable[[MergeResult], None]) -> MergeResult:
        begun.set()
        assert go_on.wait(20)
        return whole(stop, told)

    desk.upkeep._workers.merge_now = slow  # type: ignore[method-assign]  # holds the task open
    assert desk.upkeep.merge()
    assert begun.wait(20)
    assert not desk.upkeep.load(load.Options())
    assert "is under way" in desk.upkeep.refusal
    assert desk.upkeep.cancel()
    go_on.set()
    wait_until(lambda: not desk.snapshot().upkeep.merge.running)
    assert "cancelled after 0 raw events" in desk.snapshot().upkeep.merge.error
    assert not desk.upkeep.cancel()
    assert desk.upkeep.load(load.Options())
    wait_until(lambda: desk.snapshot().upkeep.load.result == load.LoadResult(50, 20))
