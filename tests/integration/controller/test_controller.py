"""The controller drives the whole pipeline on the embedded back ends, and leaves nothing behind."""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from time import monotonic

import pytest
from confluent_kafka import Producer

from core.clock import SystemClock
from core.config import Settings
from core.dlq.redeliveries import redeliveries
from core.errors import UsageError, WarehouseError
from core.jobs import load, produce, seed
from core.operations.controller import Controller
from core.operations.replay_result import ReplayResult
from core.operations.task import TaskSnapshot
from core.validation.content import find_damage
from core.validation.context import CheckContext
from core.validation.model import Status
from core.validation.repaired import Repair
from core.warehouse.base import Warehouse
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import ContentPart, MergeResult, RawBatch, Row
from core.workers import RunState
from tests.integration.producer.running import held_elsewhere
from tests.support.oracle import check_content, engine, oracle_rows
from tests.support.topic import read_messages
from tests.support.waiting import wait_until


def generated(controller: Controller, orders: int = 300) -> None:
    """Generate seed files and wait for them."""
    assert controller.generate(seed.Options(customers=50, products=20, orders=orders))
    wait_until(lambda: not controller.snapshot().seed.running)
    assert controller.snapshot().seed.error == ""


def test_the_demonstration_runs_from_seed_to_a_passed_validation(controller: Controller) -> None:
    assert controller.demonstrate(orders=300, rate=1_000)
    wait_until(lambda: not controller.snapshot().demo.running, seconds=60)
    now = controller.snapshot()
    assert (now.demo.error, now.demo.result) == ("", "PASS")
    assert (now.producer.acked, now.consumer.inserted, now.merge.total.inserted) == (300, 300, 300)
    assert now.validation.result is not None
    assert now.validation.result.status is Status.PASS
    wait_until(
        lambda: (
            (figures := controller.snapshot().figures.value) and figures.kpis.value("total_orders")
        )
    )


def test_a_cancelled_demonstration_says_so_and_stops_the_producer(controller: Controller) -> None:
    controller.demonstrate(orders=300, rate=5)
    wait_until(lambda: controller.snapshot().producer.state is RunState.RUNNING, seconds=60)
    controller.cancel_demo()
    wait_until(lambda: not controller.snapshot().demo.running)
    assert "cancelled" in controller.snapshot().demo.error
    wait_until(lambda: controller.snapshot().producer.state is RunState.STOPPED)


class Gated:
    """A warehouse whose merge waits for a gate, and whose writes and merges fail on demand."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self.gate = threading.Event()
        self.gate.set()
        self.compare_gate, self.comparing = threading.Event(), threading.Event()
        self.compare_gate.set()
        self.asked = 0
        self.write_error: WarehouseError | None = None
        self.merge_error: WarehouseError | None = None

    def __getattr__(self, name: str) -> object:
        return getattr(self._warehouse, name)

    def merge(self) -> MergeResult:
        assert self.gate.wait(60)
        if self.merge_error is not None:
            raise self.merge_error
        return self._warehouse.merge()

    def compare_content(self, table: str, after: int, last: int) -> ContentPart:
        self.comparing.set()
        assert self.compare_gate.wait(60)
        return self._warehouse.compare_content(table, after, last)

    def write_batch(self, batch: RawBatch) -> None:
        if self.write_error is not None:
            raise self.write_error
        self._warehouse.write_batch(batch)

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[Row]:
        self.asked += query == "merge_waiting"
        return self._warehouse.rows(query, parameters)


@pytest.fixture
def gated(controller: Controller) -> Iterator[Gated]:
    warehouse = Gated(controller._warehouse)
    controller._backends.warehouse = warehouse
    yield warehouse
    warehouse.gate.set()
    warehouse.compare_gate.set()
    warehouse.write_error = warehouse.merge_error = None


def demonstrated(controller: Controller, orders: int) -> None:
    """Run a demonstration to its end; fail unless it passes."""
    assert controller.demonstrate(orders=orders, rate=1_000)
    wait_until(lambda: not controller.snapshot().demo.running, seconds=60)
    assert (controller.snapshot().demo.error, controller.snapshot().demo.result) == ("", "PASS")


def stopped_consumer(controller: Controller) -> None:
    assert controller.consumer is not None
    controller.consumer.stop()
    wait_until(lambda: controller.consumer is None)


@pytest.mark.slow
def test_a_larger_demonstration_after_a_stopped_consumer_comes_to_its_end(
    controller: Controller,
) -> None:
    demonstrated(controller, 200)
    stopped_consumer(controller)
    demonstrated(controller, 300)
    assert oracle_rows(controller._warehouse, "coordinates")[499:500]


@pytest.mark.slow
def test_a_demonstration_waits_for_the_merge_of_its_own_orders(
    controller: Controller, gated: Gated
) -> None:
    demonstrated(controller, 200)
    stopped_consumer(controller)
    gated.gate.clear()
    validated = controller.snapshot().validation.ended_at
    asked = gated.asked
    assert controller.demonstrate(orders=200, rate=1_000)
    wait_until(
        lambda: gated.asked > asked + 3 or not controller.snapshot().demo.running, seconds=60
    )
    assert controller.snapshot().demo.running, "its orders wait for the merge"
    assert controller.snapshot().validation.ended_at == validated
    gated.gate.set()
    wait_until(lambda: not controller.snapshot().demo.running, seconds=60)
    assert (controller.snapshot().demo.error, controller.snapshot().demo.result) == ("", "PASS")


def test_a_demonstration_whose_consumer_dies_says_so(controller: Controller, gated: Gated) -> None:
    gated.write_error = WarehouseError("the table is gone")
    assert controller.demonstrate(orders=200, rate=1_000)
    wait_until(lambda: not controller.snapshot().demo.running, seconds=60)
    assert controller.snapshot().demo.error == (
        "the consumer ended before the demonstration did: the table is gone"
    )
    wait_until(lambda: controller.producer is None)


def test_a_demonstration_whose_consumer_is_stopped_says_so(controller: Controller) -> None:
    assert controller.demonstrate(orders=300, rate=50)
    wait_until(lambda: controller.snapshot().consumer.inserted, seconds=60)
    stopped_consumer(controller)
    wait_until(lambda: not controller.snapshot().demo.running, seconds=60)
    assert "it was stopped" in controller.snapshot().demo.error


def test_a_demonstration_whose_merge_dies_says_so(controller: Controller, gated: Gated) -> None:
    gated.merge_error = WarehouseError("no right to merge")
    assert controller.demonstrate(orders=200, rate=1_000)
    wait_until(lambda: not controller.snapshot().demo.running, seconds=60)
    assert controller.snapshot().demo.error == (
        "the merge ended before the demonstration did: no right to merge"
    )


def test_a_demonstration_does_not_take_the_work_of_others_for_its_own(
    controller: Controller,
) -> None:
    generated(controller)
    controller.start_consumer()
    assert controller.start_producer(produce.Options(mode="stream", rate=20))
    assert controller.demonstrate(orders=200, rate=1_000)
    wait_until(lambda: not controller.snapshot().demo.running, seconds=60)
    assert "a producer is at work already" in controller.snapshot().demo.error
    assert controller.producer is not None


def test_controls_act_and_a_second_start_does_nothing(controller: Controller) -> None:
    generated(controller)
    assert controller.start_consumer()
    assert not controller.start_consumer()
    assert controller.start_producer(produce.Options(rate=20))
    assert not controller.start_producer(produce.Options(rate=20))
    producer = controller.producer
    assert producer is not None
    producer.pause()
    wait_until(lambda: controller.snapshot().producer.state is RunState.PAUSED)
    producer.set_rate(5_000)
    producer.resume()
    wait_until(lambda: controller.snapshot().producer.acked == 300)
    wait_until(lambda: controller.snapshot().consumer.inserted == 300)
    with pytest.raises(UsageError, match="rate"):
        controller.start_producer(produce.Options(rate=-1))


def test_closing_stores_all_that_was_acknowledged_and_ends_every_thread(
    settings: Settings,
) -> None:
    before = set(threading.enumerate())
    controller = Controller(settings)
    controller.open()
    wait_until(lambda: controller.ready)
    generated(controller, orders=20_000)
    controller.start_producer(produce.Options(rate=0))
    wait_until(lambda: controller.snapshot().producer.acked > 0)
    controller.start_consumer()
    controller.close()
    acked = controller.snapshot().producer.acked
    assert [thread for thread in threading.enumerate() if thread not in before] == []
    warehouse = DuckDbWarehouse(settings, clock=SystemClock())
    try:
        assert len(oracle_rows(warehouse, "coordinates")) == acked
        assert warehouse.rows("count_rows") == [(acked,)]
    finally:
        warehouse.close()


def test_a_held_warehouse_is_said_and_opening_again_works_once_it_is_free(
    settings: Settings, warehouse: DuckDbWarehouse
) -> None:
    controller = Controller(settings)
    controller.open()
    wait_until(lambda: controller.snapshot().opening.error)
    assert "in use by process" in controller.snapshot().opening.error
    assert not controller.ready
    assert not controller.start_consumer()
    warehouse.close()
    controller.open()
    wait_until(lambda: controller.ready)
    controller.close()


def test_a_cancelled_seed_leaves_no_files(controller: Controller, settings: Settings) -> None:
    controller.generate(seed.Options(orders=3_000_000))
    wait_until(lambda: controller.snapshot().seed.done > 0)
    controller.cancel_seed()
    wait_until(lambda: not controller.snapshot().seed.running)
    assert list(settings.paths.seed.glob("*.csv")) == []


def test_a_closed_desk_starts_nothing_any_more(settings: Settings) -> None:
    controller = Controller(settings)
    controller.open()
    wait_until(lambda: controller.ready)
    controller.close()
    before = set(threading.enumerate())
    assert not controller.open()
    assert not controller.generate(seed.Options())
    assert not controller.validate()
    assert not controller.demonstrate()
    assert not controller.explorer.examine()
    assert set(threading.enumerate()) <= before


def letters_of(controller: Controller, count: int) -> list[str]:
    """Have dead letters in the warehouse; return their ids."""
    broker, warehouse = controller._broker, controller._warehouse
    assert broker is not None
    assert warehouse is not None
    client = Producer(broker.producer_config())
    for number in range(count):
        client.produce(controller.settings.kafka.topic, value=b"{%d" % number, key=b"%d" % number)
    assert client.flush(20) == 0
    assert controller.start_consumer()
    wait_until(lambda: controller.snapshot().consumer.dead_lettered == count)
    consumer = controller.consumer
    assert consumer is not None
    consumer.stop()
    wait_until(lambda: controller.consumer is None)
    return [letter.event_id for letter in warehouse.dead_letters()]


def replays_of(controller: Controller) -> list[bytes]:
    """Store what the topic holds; return the keys of letters that were published again."""
    assert controller.start_consumer()
    wait_until(
        lambda: (consumer := controller.consumer) and not sum(consumer.snapshot().lag.values())
    )
    consumer, warehouse = controller.consumer, controller._warehouse
    assert consumer is not None
    assert warehouse is not None
    consumer.finish()
    wait_until(lambda: controller.consumer is None)
    waiting = warehouse.dead_letters()
    return [letter.key or b"" for letter in waiting if redeliveries(letter)]


def test_a_replay_of_many_letters_counts_each_once(controller: Controller) -> None:
    ids = letters_of(controller, 120)  # more than two chunks
    assert controller.replay(ids)
    wait_until(lambda: not controller.snapshot().explored.replay.running)
    assert controller.snapshot().explored.replay.result == ReplayResult(120, 120)


@pytest.mark.slow
def test_a_cancelled_replay_is_marked_as_far_as_it_came_and_goes_on_without_repeating(
    controller: Controller,
) -> None:
    count = 3_000
    ids = letters_of(controller, count)
    assert controller.replay(ids)
    wait_until(lambda: controller.snapshot().explored.replay.done > 0)
    controller.cancel_replay()
    asked = monotonic()
    wait_until(lambda: not controller.snapshot().explored.replay.running)
    assert monotonic() - asked < 1.0
    first = controller.snapshot().explored.replay.result
    assert first is not None
    assert first.cancelled
    assert 0 < first.published < count
    assert first.left == count - first.published
    assert controller.replay(ids)  # all of them: those that went out wait no more
    wait_until(lambda: not controller.snapshot().explored.replay.running)
    again = controller.snapshot().explored.replay.result
    assert again == ReplayResult(count - first.published, count, gone=first.published)
    keys = replays_of(controller)
    assert len(keys) == len(set(keys)) == count


def test_a_replay_says_which_process_it_waits_for_and_a_cancel_ends_it_at_once(
    controller: Controller,
) -> None:
    ids = letters_of(controller, 1)
    with held_elsewhere(controller.settings) as other:
        assert controller.replay(ids)
        wait_until(lambda: str(other.pid) in controller.snapshot().explored.replay.note, seconds=2)
        controller.cancel_replay()
        asked = monotonic()
        wait_until(lambda: not controller.snapshot().explored.replay.running)
        assert monotonic() - asked < 0.2
    assert controller.snapshot().explored.replay.result == ReplayResult(0, 1, cancelled=True)


def test_merge_now_counts_with_the_loop_that_runs(controller: Controller) -> None:
    generated(controller, orders=2_000)
    controller.start_consumer()
    controller.start_producer(produce.Options(rate=0))
    while controller.snapshot().merge.total.taken < 2_000:
        controller.upkeep.merge()
        wait_until(lambda: not controller.snapshot().upkeep.merge.running)
        assert controller.snapshot().upkeep.merge.error == ""
    assert controller.snapshot().merge.total.taken == 2_000
    assert controller.snapshot().merge.total.inserted == 2_000


@pytest.mark.slow
def test_merge_now_starts_a_loop_again_that_has_failed(controller: Controller) -> None:
    generated(controller)
    warehouse = engine(controller._warehouse)

    def rename(old: str, new: str) -> None:
        with warehouse._db.transaction() as cursor:
            cursor.execute(f"ALTER TABLE mon_schema.{old} RENAME TO {new}")

    rename("orders", "gone")
    controller.start_consumer()
    controller.start_producer(produce.Options(rate=0))
    wait_until(lambda: controller._workers.failures.get("merge"))
    rename("gone", "orders")
    wait_until(lambda: controller.snapshot().consumer.inserted == 300)
    assert controller.upkeep.merge()
    wait_until(lambda: not controller.snapshot().upkeep.merge.running)
    result = controller.snapshot().upkeep.merge.result
    assert result is not None
    assert result.taken == 300
    assert "merge" not in controller._workers.failures
    controller.start_producer(produce.Options(rate=0))
    wait_until(lambda: controller.snapshot().merge.total.taken == 600)


def test_upkeep_is_one_thing_at_a_time_can_be_cancelled_and_ends_with_the_desk(
    controller: Controller,
) -> None:
    generated(controller)
    begun, go_on = threading.Event(), threading.Event()
    whole = controller.upkeep._workers.merge_now

    def slow(stop: threading.Event, told: Callable[[MergeResult], None]) -> MergeResult:
        begun.set()
        assert go_on.wait(20)
        return whole(stop, told)

    controller.upkeep._workers.merge_now = slow  # type: ignore[method-assign]  # holds the task open
    assert controller.upkeep.merge()
    assert begun.wait(20)
    assert not controller.upkeep.load(load.Options())
    assert "is under way" in controller.upkeep.refusal
    assert controller.upkeep.cancel()
    go_on.set()
    wait_until(lambda: not controller.snapshot().upkeep.merge.running)
    assert "cancelled after 0 raw events" in controller.snapshot().upkeep.merge.error
    assert not controller.upkeep.cancel()
    assert controller.upkeep.load(load.Options())
    wait_until(
        lambda: (
            controller.snapshot().upkeep.load.result
            == load.LoadResult({"customers": 50, "inventory": 20}, "orders")
        )
    )


def stored_and_damaged(controller: Controller) -> tuple[str, bytes, Row]:
    """Store 300 orders, then change one: its payload in the raw table, and what came of it.

    Return its event id, its payload and its row as they were.
    """
    generated(controller)
    controller.start_consumer()
    controller.start_producer(produce.Options(rate=0))
    wait_until(lambda: controller.snapshot().merge.total.taken == 300)
    warehouse = engine(controller._warehouse)
    with warehouse._db.transaction() as cursor:
        cursor.execute("SET schema = 'mon_schema'")
        ((event_id, payload, order_id),) = cursor.execute(
            "SELECT event_id, encode(payload::VARCHAR), payload ->> '$.order.id'"
            " FROM orders_events ORDER BY seq LIMIT 1 OFFSET 100"
        ).fetchall()
        (row,) = cursor.execute("SELECT * FROM orders WHERE id = ?", [order_id]).fetchall()
        cursor.execute(
            "UPDATE orders_events SET payload = replace(payload::VARCHAR, ?, 'ORDER_999999')"
            " WHERE event_id = ?",
            [order_id, event_id],
        )
        cursor.execute("UPDATE orders SET quantity = 1011351553 WHERE id = ?", [order_id])
    return event_id, payload, row


def damage_found(controller: Controller) -> list[str]:
    """Compare everything; return the event ids of what is damaged."""
    assert controller._warehouse is not None
    context = CheckContext(controller._warehouse, controller.settings.thresholds, datetime.now(UTC))
    return [damage.event_id for damage in find_damage(context)]


def repaired(controller: Controller) -> TaskSnapshot[Repair]:
    """Repair; return how it ended."""
    assert controller.upkeep.repair()
    wait_until(lambda: not controller.snapshot().upkeep.repair.running)
    return controller.snapshot().upkeep.repair


def test_a_damaged_record_is_put_back_from_the_topic_byte_for_byte_and_merged_again(
    controller: Controller, caplog: pytest.LogCaptureFixture
) -> None:
    event_id, payload, order = stored_and_damaged(controller)
    assert damage_found(controller) == [event_id]
    told = repaired(controller)
    assert (told.error, told.result) == ("", Repair([event_id], []))
    assert (told.done, told.total, told.unit) == (1, 1, "damaged records")
    shared, broker = controller._backends.both()
    warehouse = engine(shared)
    with warehouse._db.transaction() as cursor:
        cursor.execute("SET schema = 'mon_schema'")
        (found,) = cursor.execute(
            "SELECT encode(payload::VARCHAR) FROM orders_events WHERE event_id = ?", [event_id]
        ).fetchall()
        orders = cursor.execute("SELECT * FROM orders WHERE id = ?", [order[0]]).fetchall()
    assert found == (payload,)
    assert [row[:6] for row in orders] == [order[:6]]
    topic = controller.settings.kafka.topic
    messages = read_messages(broker.bootstrap_servers, topic)
    check_content(warehouse, broker.identity(topic), messages)
    assert controller.consumer is not None  # at work all the while
    assert repaired(controller).result == Repair([], [])  # nothing is left to do
    assert "not repaired" not in caplog.text


def test_what_the_topic_cannot_give_back_is_named_with_the_reason(
    controller: Controller, caplog: pytest.LogCaptureFixture
) -> None:
    event_id, _payload, _order = stored_and_damaged(controller)
    warehouse = engine(controller._warehouse)
    with warehouse._db.transaction() as cursor:
        cursor.execute(
            "UPDATE mon_schema.orders_events SET checksum = 7 WHERE event_id = ?", [event_id]
        )
    told = repaired(controller)
    assert told.result is not None
    ((name, reason),) = told.result.left
    assert (told.result.repaired, name) == ([], event_id)
    assert "holds something else at offset" in reason
    assert f"not repaired: {event_id}" in caplog.text


def test_a_repair_that_is_cancelled_leaves_things_as_they_are(
    controller: Controller, gated: Gated
) -> None:
    controller._backends.warehouse = gated._warehouse
    event_id, _payload, _order = stored_and_damaged(controller)
    controller._backends.warehouse = gated
    gated.compare_gate.clear()
    assert controller.upkeep.repair()
    assert gated.comparing.wait(20)
    assert not controller.upkeep.merge()
    assert "repair is under way" in controller.upkeep.refusal
    assert controller.upkeep.cancel()
    gated.compare_gate.set()
    wait_until(lambda: not controller.snapshot().upkeep.repair.running)
    assert "cancelled after 0 repaired records" in controller.snapshot().upkeep.repair.error
    assert damage_found(controller) == [event_id]
