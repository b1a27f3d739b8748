"""What a desk says is true of this moment: failures, what waits, verdicts of earlier runs."""

import logging
from collections.abc import Iterator

import pytest

from core.alerts.burrow import PartitionState
from core.config import Settings
from core.errors import WarehouseError
from core.jobs import produce, seed
from core.lifecycle import RunState
from core.operations.desk import Desk
from tests.support.refusing import refusing
from tests.support.waiting import wait_until


def opened(settings: Settings) -> Desk:
    desk = Desk(settings)
    desk.open()
    wait_until(lambda: desk.ready)
    return desk


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    here = opened(settings)
    assert here.generate(seed.Options(customers=20, products=10, orders=4_000))
    wait_until(lambda: not here.snapshot().seed.running)
    yield here
    here.close()


@pytest.mark.threads_fail
@pytest.mark.parametrize(
    ("error", "said", "hint"),
    [
        (
            WarehouseError("the warehouse file w.duckdb is full", hint="make room on the disk"),
            "the warehouse file w.duckdb is full",
            "make room on the disk",
        ),
        (KeyError("seq"), "internal error: KeyError: 'seq' (core/", "the log has the details"),
    ],
)
def test_a_failed_consumer_says_why_and_what_waits_is_followed(
    desk: Desk, caplog: pytest.LogCaptureFixture, error: Exception, said: str, hint: str
) -> None:
    warehouse = refusing(desk)
    desk.start_consumer()
    wait_until(lambda: desk.snapshot().consumer.state is RunState.RUNNING)
    warehouse.error = error
    with caplog.at_level(logging.ERROR, logger="core.operations.journal"):
        desk.start_producer(produce.Options(rate=400))
        wait_until(lambda: desk.snapshot().consumer.state is RunState.FAILED)
        last = desk.snapshot().consumer
        assert said in last.error
        assert last.hint == hint
        wait_until(lambda: [one for one in caplog.records if "journal" in one.name])
    told = [one for one in caplog.records if one.name == "core.operations.journal"]
    assert said in told[0].getMessage()
    wait_until(lambda: PartitionState.STOP in desk.snapshot().states.values())
    assert PartitionState.OK not in desk.snapshot().states.values()
    (alert,) = [one for one in desk.snapshot().alerts if one.active and one.rule == "consumer"]
    assert said in alert.message
    before = desk.snapshot().total_lag
    wait_until(lambda: desk.snapshot().total_lag > before, what="the lag stands still")
    warehouse.error = None
    assert desk.start_consumer()
    wait_until(lambda: desk.snapshot().total_lag == 0 and desk.snapshot().consumer.inserted)
    wait_until(lambda: set(desk.snapshot().states.values()) == {PartitionState.OK})


def test_the_lag_of_a_paused_consumer_grows(desk: Desk) -> None:
    desk.start_consumer()
    wait_until(lambda: desk.snapshot().consumer.state is RunState.RUNNING)
    assert desk.consumer is not None
    desk.consumer.pause()
    wait_until(lambda: desk.snapshot().consumer.state is RunState.PAUSED)
    desk.start_producer(produce.Options(rate=0, limit=1_000))
    wait_until(lambda: desk.snapshot().producer.state is RunState.STOPPED)
    wait_until(lambda: desk.snapshot().total_lag == 1_000)
    wait_until(lambda: PartitionState.UNREAD in desk.snapshot().states.values())


def test_a_verdict_is_out_of_date_once_dead_letters_came(desk: Desk) -> None:
    desk.validate()
    wait_until(lambda: desk.snapshot().validation.result)
    assert not desk.snapshot().since_check.outdated
    desk.start_consumer()
    desk.start_producer(produce.Options(rate=0, limit=500, poison=0.5))
    wait_until(lambda: desk.snapshot().consumer.dead_lettered > 0)
    wait_until(lambda: desk.snapshot().since_check.dead_letters > 0)
    wait_until(lambda: desk.snapshot().since_check.events > 0)
    wait_until(lambda: desk.snapshot().total_lag == 0)
    desk.validate()
    wait_until(lambda: not desk.snapshot().validation.running)
    wait_until(lambda: not desk.snapshot().since_check.outdated)


def test_a_desk_that_is_opened_again_has_the_last_verdict(desk: Desk, settings: Settings) -> None:
    desk.validate()
    wait_until(lambda: desk.snapshot().validation.result)
    wait_until(lambda: not desk.snapshot().validation.running)
    first = desk.snapshot()
    assert first.validation.result is not None
    desk.close()
    again = opened(settings)
    try:
        wait_until(lambda: again.snapshot().validation.result)
        now = again.snapshot()
        assert now.validation.result is not None
        assert now.validation.result.status is first.validation.result.status
        age = now.at - now.validation.result.run_at
        assert age >= first.at - first.validation.result.run_at
        names = [check.name for check in first.validation.result.checks]
        assert [check.name for check in now.validation.result.checks] == names
        assert now.reports == first.reports
        assert not now.validation.running
    finally:
        again.close()


def test_the_rates_of_a_moment_are_those_of_its_last_sample(desk: Desk) -> None:
    desk.start_consumer()
    desk.start_producer(produce.Options(rate=300))
    wait_until(lambda: (desk.snapshot().consumed or 0) > 0 < (desk.snapshot().produced or 0))
    for _look in range(200):
        now = desk.snapshot()
        assert (now.produced, now.consumed) == (now.history[-1].produced, now.history[-1].consumed)
