"""Leaving a controller: what its own broker holds is known, asked about, stored or lost."""

import logging
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from core.clock import SystemClock
from core.config import Settings
from core.jobs import produce, seed
from core.operations.controller import Controller
from core.operations.leaving import Stage
from core.process_lock import ProcessLock
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.workers import RunState
from tests.support.events import event
from tests.support.oracle import engine
from tests.support.topic import publish
from tests.support.waiting import wait_until

ORDERS = 500


@pytest.fixture
def controller(settings: Settings) -> Iterator[Controller]:
    """A controller whose broker holds orders that no consumer has stored."""
    opened = Controller(settings)
    opened.open()
    wait_until(lambda: opened.ready or opened.snapshot().opening.error)
    opened.generate(seed.Options(customers=50, products=20, orders=ORDERS))
    wait_until(lambda: not opened.snapshot().seed.running)
    opened.start_producer(produce.Options(rate=0))
    wait_until(lambda: opened.snapshot().producer.state is RunState.STOPPED)
    yield opened
    opened.close()


def count_of(settings: Settings) -> int:
    """Return how many raw events a warehouse that is free holds."""
    with closing(DuckDbWarehouse(settings, clock=SystemClock())) as warehouse:
        (orders,) = warehouse.rows("count_rows")
        return int(orders[0])


def ask(controller: Controller) -> None:
    """Begin to leave, as far as the question."""
    left: list[int] = []
    assert controller.leaving.begin(lambda: left.append(1))
    wait_until(lambda: controller.snapshot().leaving.stage is Stage.ASKING)


def fail_every_batch(controller: Controller) -> None:
    """Take away a column that every batch writes."""
    warehouse = engine(controller._backends.warehouse)
    with warehouse._db.transaction() as cursor:
        cursor.execute("ALTER TABLE mon_schema.consumer_offsets DROP COLUMN updated_at")


def hold_writes(controller: Controller):
    """Keep the warehouse busy, as another long write would; return what ends that."""
    warehouse = engine(controller._backends.warehouse)
    warehouse._writing.acquire()
    return warehouse._writing.release


def test_a_holder_that_does_not_answer_keeps_nobody_from_leaving(
    settings: Settings, tmp_path: Path
) -> None:
    lock = ProcessLock(settings.paths.warehouse_lock, socket=str(tmp_path / "gone.socket"))
    controller = Controller(replace(settings, timeout_s=60))
    controller.open()
    wait_until(lambda: controller.snapshot().opening.running)
    began = time.monotonic()
    controller.close()
    assert time.monotonic() - began < 20
    assert not controller.snapshot().opening.running
    lock.release()


@pytest.mark.slow
def test_the_desk_knows_what_is_not_stored_whoever_published_it(controller: Controller) -> None:
    wait_until(lambda: controller.snapshot().unstored == ORDERS)
    broker = controller._backends.broker
    assert broker is not None
    publish(broker.bootstrap_servers, "orders_topic", [event(number) for number in range(7)])
    wait_until(lambda: controller.snapshot().unstored == ORDERS + 7)
    controller.start_consumer()
    wait_until(lambda: controller.snapshot().unstored == 0)


def test_a_foreign_broker_is_not_ours_to_store(settings: Settings, broker) -> None:
    publish(broker.bootstrap_servers, "orders_topic", [event(number) for number in range(7)])
    controller = Controller(settings)
    controller.open()
    wait_until(lambda: controller.ready)
    wait_until(lambda: controller.snapshot().watch.value)
    assert controller.snapshot().unstored is None
    controller.close()
    assert controller.farewell is not None
    assert controller.farewell.unstored is None


@pytest.mark.parametrize("state", ["idle", "paused", "failed"])
def test_whatever_keeps_the_consumer_from_storing_leads_to_a_question(
    controller: Controller, state: str
) -> None:
    if state == "failed":
        fail_every_batch(controller)
    if state != "idle":
        controller.start_consumer()
    if state == "paused":
        consumer = controller.consumer
        assert consumer is not None
        consumer.pause()
        wait_until(lambda: controller.snapshot().consumer.state is RunState.PAUSED)
        broker = controller._backends.broker
        assert broker is not None
        publish(broker.bootstrap_servers, "orders_topic", [event(number) for number in range(7)])
    if state == "failed":
        wait_until(lambda: controller.snapshot().consumer.state is RunState.FAILED)
    ask(controller)
    assert controller.snapshot().unstored
    assert controller.leaving.stay()
    assert controller.snapshot().leaving.stage is Stage.HERE


def test_a_running_consumer_is_waited_for_without_a_question(
    controller: Controller, settings: Settings
) -> None:
    controller.start_consumer()
    wait_until(lambda: controller.snapshot().consumer.state is RunState.RUNNING)
    left: list[int] = []
    controller.leaving.begin(lambda: left.append(1))
    wait_until(lambda: left)
    assert controller.farewell is not None
    assert (controller.farewell.unstored, controller.farewell.done.merged) == (0, ORDERS)
    assert count_of(settings) == ORDERS


def test_a_failure_is_told_with_its_reason_and_asked_again(controller: Controller) -> None:
    fail_every_batch(controller)
    ask(controller)
    assert controller.leaving.store()
    wait_until(lambda: controller.snapshot().leaving.why)
    now = controller.snapshot()
    assert now.leaving.stage is Stage.ASKING
    assert "updated_at" in now.leaving.why
    assert now.unstored == ORDERS


def test_storing_that_is_given_up_leaves_the_desk_as_it_was(controller: Controller) -> None:
    release = hold_writes(controller)
    ask(controller)
    assert controller.leaving.store()
    wait_until(lambda: controller.consumer)
    assert controller.snapshot().leaving.stage is Stage.STORING
    assert controller.leaving.stay()
    wait_until(lambda: controller.snapshot().leaving.stage is Stage.HERE)
    release()
    wait_until(lambda: controller.snapshot().consumer.state is RunState.STOPPED)
    assert controller.farewell is None


def test_an_end_that_nobody_can_be_asked_about_is_bounded_and_says_the_number(
    controller: Controller, caplog
) -> None:
    release = hold_writes(controller)

    def let_go() -> None:
        """The consumer must be able to end, once nobody waits for it any more."""
        wait_until(lambda: controller.snapshot().leaving.stage is Stage.CLOSING)
        release()

    releasing = Thread(target=let_go)
    releasing.start()
    with caplog.at_level(logging.ERROR):
        controller.close(within_s=0.2)
    releasing.join()
    assert controller.farewell is not None
    lost = controller.farewell.unstored
    assert lost is not None
    assert not lost or f"{lost} records were not stored" in caplog.text
