"""What a controller says is true of this moment: failures, what waits, verdicts of earlier runs."""

import logging
from collections.abc import Iterator

import pytest

from core.alerts.lag_evaluator import PartitionState
from core.config import Settings
from core.errors import WarehouseError
from core.jobs import produce, seed
from core.operations.controller import Controller
from core.workers import RunState
from tests.support.refusing import refusing
from tests.support.waiting import wait_until


def opened(settings: Settings) -> Controller:
    controller = Controller(settings)
    controller.open()
    wait_until(lambda: controller.ready)
    return controller


@pytest.fixture
def controller(settings: Settings) -> Iterator[Controller]:
    here = opened(settings)
    assert here.generate(seed.Options(customers=20, products=10, orders=4_000))
    wait_until(lambda: not here.snapshot().seed.running)
    yield here
    here.close()


@pytest.mark.slow
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
    controller: Controller, caplog: pytest.LogCaptureFixture, error: Exception, said: str, hint: str
) -> None:
    warehouse = refusing(controller)
    controller.start_consumer()
    wait_until(lambda: controller.snapshot().consumer.state is RunState.RUNNING)
    warehouse.error = error
    with caplog.at_level(logging.ERROR, logger="core.operations.journal"):
        controller.start_producer(produce.Options(rate=400))
        wait_until(lambda: controller.snapshot().consumer.state is RunState.FAILED)
        last = controller.snapshot().consumer
        assert said in last.error
        assert last.hint == hint
        wait_until(lambda: [one for one in caplog.records if "journal" in one.name])
    told = [one for one in caplog.records if one.name == "core.operations.journal"]
    assert said in told[0].getMessage()
    wait_until(lambda: PartitionState.STOP in controller.snapshot().states.values())
    assert PartitionState.OK not in controller.snapshot().states.values()
    (alert,) = [
        one for one in controller.snapshot().alerts if one.active and one.rule == "consumer"
    ]
    assert said in alert.message
    before = controller.snapshot().total_lag
    wait_until(lambda: controller.snapshot().total_lag > before, what="the lag stands still")
    warehouse.error = None
    assert controller.start_consumer()
    wait_until(
        lambda: controller.snapshot().total_lag == 0 and controller.snapshot().consumer.inserted
    )
    wait_until(lambda: set(controller.snapshot().states.values()) == {PartitionState.OK})


def test_the_lag_of_a_paused_consumer_grows(controller: Controller) -> None:
    controller.start_consumer()
    wait_until(lambda: controller.snapshot().consumer.state is RunState.RUNNING)
    assert controller.consumer is not None
    controller.consumer.pause()
    wait_until(lambda: controller.snapshot().consumer.state is RunState.PAUSED)
    controller.start_producer(produce.Options(rate=0, limit=1_000))
    wait_until(lambda: controller.snapshot().producer.state is RunState.STOPPED)
    wait_until(lambda: controller.snapshot().total_lag == 1_000)
    wait_until(lambda: PartitionState.UNREAD in controller.snapshot().states.values())


@pytest.mark.slow
def test_a_verdict_is_out_of_date_once_dead_letters_came(controller: Controller) -> None:
    controller.start_consumer()
    controller.start_producer(produce.Options(rate=0, limit=20))
    wait_until(lambda: controller.snapshot().consumer.consumed == 20)
    controller.validate()
    wait_until(lambda: controller.snapshot().validation.result)
    assert not controller.snapshot().since_check.outdated
    controller.start_producer(produce.Options(rate=0, limit=500, poison=0.5))
    wait_until(lambda: controller.snapshot().consumer.dead_lettered > 0)
    wait_until(lambda: controller.snapshot().since_check.dead_letters > 0)
    wait_until(lambda: controller.snapshot().since_check.events > 0)
    wait_until(lambda: controller.snapshot().total_lag == 0)
    controller.validate()
    wait_until(lambda: not controller.snapshot().validation.running)
    wait_until(lambda: not controller.snapshot().since_check.outdated)


def test_a_desk_that_is_opened_again_has_the_last_verdict(
    controller: Controller, settings: Settings
) -> None:
    controller.start_consumer()
    controller.start_producer(produce.Options(rate=0, limit=20))
    wait_until(lambda: controller.snapshot().consumer.consumed == 20)
    controller.validate()
    wait_until(lambda: controller.snapshot().validation.result)
    wait_until(lambda: not controller.snapshot().validation.running)
    first = controller.snapshot()
    assert first.validation.result is not None
    controller.close()
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


def test_the_rates_of_a_moment_are_those_of_its_last_sample(controller: Controller) -> None:
    controller.start_consumer()
    controller.start_producer(produce.Options(rate=300))
    wait_until(
        lambda: (controller.snapshot().consumed or 0) > 0 < (controller.snapshot().produced or 0)
    )
    for _look in range(200):
        now = controller.snapshot()
        assert (now.produced, now.consumed) == (now.history[-1].produced, now.history[-1].consumed)
