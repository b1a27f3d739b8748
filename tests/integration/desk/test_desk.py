"""The desk drives the whole pipeline on the embedded back ends, and leaves nothing behind."""

import threading
from collections.abc import Iterator

import pytest

from core.clock import SystemClock
from core.config import Settings
from core.errors import UsageError
from core.jobs import produce, seed
from core.lifecycle import RunState
from core.operations.desk import Desk
from core.validation.model import Status
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
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


def test_a_closed_desk_starts_nothing_any_more(settings: Settings) -> None:
    desk = Desk(settings)
    desk.open()
    wait_until(lambda: desk.ready)
    desk.close()
    before = set(threading.enumerate())
    assert not desk.open()
    assert not desk.generate(seed.Options())
    assert not desk.validate()
    assert not desk.demonstrate()
    assert not desk.explorer.examine()
    assert set(threading.enumerate()) <= before
