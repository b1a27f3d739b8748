"""Leaving a desk: what its own broker holds is known, asked about, stored, or said to be lost."""

import logging
from collections.abc import Iterator
from contextlib import closing
from threading import Thread

import pytest

from core.clock import SystemClock
from core.config import Settings
from core.jobs import produce, seed
from core.lifecycle import RunState
from core.operations.desk import Desk
from core.operations.leaving import Stage
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.support.events import event
from tests.support.oracle import engine
from tests.support.topic import publish
from tests.support.waiting import wait_until

ORDERS = 500


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    """A desk whose broker holds orders that no consumer has stored."""
    opened = Desk(settings)
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


def ask(desk: Desk) -> None:
    """Begin to leave, as far as the question."""
    left: list[int] = []
    assert desk.leaving.begin(lambda: left.append(1))
    wait_until(lambda: desk.snapshot().leaving.stage is Stage.ASKING)


def fail_every_batch(desk: Desk) -> None:
    """Take away a column that every batch writes."""
    warehouse = engine(desk._backends.warehouse)
    with warehouse._db.transaction() as cursor:
        cursor.execute("ALTER TABLE mon_schema.consumer_offsets DROP COLUMN updated_at")


def hold_writes(desk: Desk):
    """Keep the warehouse busy, as another long write would; return what ends that."""
    warehouse = engine(desk._backends.warehouse)
    warehouse._writing.acquire()
    return warehouse._writing.release


def test_the_desk_knows_what_is_not_stored_whoever_published_it(desk: Desk) -> None:
    wait_until(lambda: desk.snapshot().unstored == ORDERS)
    broker = desk._backends.broker
    assert broker is not None
    publish(broker.bootstrap_servers, "orders_topic", [event(number) for number in range(7)])
    wait_until(lambda: desk.snapshot().unstored == ORDERS + 7)
    desk.start_consumer()
    wait_until(lambda: desk.snapshot().unstored == 0)


def test_a_foreign_broker_is_not_ours_to_store(settings: Settings, broker) -> None:
    publish(broker.bootstrap_servers, "orders_topic", [event(number) for number in range(7)])
    desk = Desk(settings)
    desk.open()
    wait_until(lambda: desk.ready)
    wait_until(lambda: desk.snapshot().watch.value)
    assert desk.snapshot().unstored is None
    desk.close()
    assert desk.farewell is not None
    assert desk.farewell.unstored is None


@pytest.mark.parametrize("state", ["idle", "paused", "failed"])
def test_whatever_keeps_the_consumer_from_storing_leads_to_a_question(
    desk: Desk, state: str
) -> None:
    if state == "failed":
        fail_every_batch(desk)
    if state != "idle":
        desk.start_consumer()
    if state == "paused":
        consumer = desk.consumer
        assert consumer is not None
        consumer.pause()
        wait_until(lambda: desk.snapshot().consumer.state is RunState.PAUSED)
        broker = desk._backends.broker
        assert broker is not None
        publish(broker.bootstrap_servers, "orders_topic", [event(number) for number in range(7)])
    if state == "failed":
        wait_until(lambda: desk.snapshot().consumer.state is RunState.FAILED)
    ask(desk)
    assert desk.snapshot().unstored
    assert desk.leaving.stay()
    assert desk.snapshot().leaving.stage is Stage.HERE


def test_a_running_consumer_is_waited_for_without_a_question(
    desk: Desk, settings: Settings
) -> None:
    desk.start_consumer()
    wait_until(lambda: desk.snapshot().consumer.state is RunState.RUNNING)
    left: list[int] = []
    desk.leaving.begin(lambda: left.append(1))
    wait_until(lambda: left)
    assert desk.farewell is not None
    assert (desk.farewell.unstored, desk.farewell.done.merged) == (0, ORDERS)
    assert count_of(settings) == ORDERS


def test_a_failure_is_told_with_its_reason_and_asked_again(desk: Desk) -> None:
    fail_every_batch(desk)
    ask(desk)
    assert desk.leaving.store()
    wait_until(lambda: desk.snapshot().leaving.why)
    now = desk.snapshot()
    assert now.leaving.stage is Stage.ASKING
    assert "updated_at" in now.leaving.why
    assert now.unstored == ORDERS


def test_storing_that_is_given_up_leaves_the_desk_as_it_was(desk: Desk) -> None:
    release = hold_writes(desk)
    ask(desk)
    assert desk.leaving.store()
    wait_until(lambda: desk.consumer)
    assert desk.snapshot().leaving.stage is Stage.STORING
    assert desk.leaving.stay()
    wait_until(lambda: desk.snapshot().leaving.stage is Stage.HERE)
    release()
    wait_until(lambda: desk.snapshot().consumer.state is RunState.STOPPED)
    assert desk.farewell is None


def test_an_end_that_nobody_can_be_asked_about_is_bounded_and_says_the_number(
    desk: Desk, caplog
) -> None:
    release = hold_writes(desk)

    def let_go() -> None:
        """The consumer must be able to end, once nobody waits for it any more."""
        wait_until(lambda: desk.snapshot().leaving.stage is Stage.CLOSING)
        release()

    releasing = Thread(target=let_go)
    releasing.start()
    with caplog.at_level(logging.ERROR):
        desk.close(within_s=0.2)
    releasing.join()
    assert desk.farewell is not None
    lost = desk.farewell.unstored
    assert lost is not None
    assert not lost or f"{lost} records were not stored" in caplog.text
