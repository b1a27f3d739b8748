"""Each thread of a controller is killed in turn: the log names it, and the controller shows it."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest

from core.alerts.model import Level
from core.broker.base import Broker
from core.cli import exit_status
from core.config import Settings
from core.errors import ExitCode
from core.jobs import load, pipeline, produce, seed
from core.jobs.base import JobContext
from core.operations.backends import Backends
from core.operations.controller import Controller
from core.operations.snapshot import ControllerSnapshot
from core.operations.workers import Workers
from core.text import use_language
from core.threads import failures
from core.warehouse.base import Warehouse
from core.workers import RunState
from tests.support.breaking import Bomb, BoomError, Breaking, BreakingBackends, BreakingClock
from tests.support.waiting import wait_until
from tui.run import told_failures

pytestmark = pytest.mark.threads_fail

Shown = Callable[[ControllerSnapshot], str]
Trigger = Callable[[Controller], object]


def _seeded(controller: Controller) -> None:
    controller.generate(seed.Options(customers=5, products=5, orders=200))
    wait_until(lambda: not controller.snapshot().seed.running)


def _produce(controller: Controller) -> None:
    _seeded(controller)
    controller.start_producer(produce.Options(rate=100))


def _load(controller: Controller) -> None:
    _seeded(controller)
    controller.upkeep.load(load.Options(input=controller.settings.paths.seed))


def _explore(what: str) -> Trigger:
    return lambda controller: controller.explorer.look_at(what)


def _nothing(_controller: Controller) -> None:
    """It begins by itself."""


THREADS: dict[str, tuple[Trigger, Shown]] = {
    "open-warehouse": (_nothing, lambda now: now.opening.error),
    "open-broker": (_nothing, lambda now: now.opening_broker.error),
    "seed": (_seeded, lambda now: now.seed.error),
    "validate": (lambda controller: controller.validate(), lambda now: now.validation.error),
    "demo": (lambda controller: controller.demonstrate(20, 0), lambda now: now.demo.error),
    "replay": (lambda controller: controller.replay(["a"]), lambda now: now.explored.replay.error),
    "repair": (lambda controller: controller.upkeep.repair(), lambda now: now.upkeep.repair.error),
    "merge-now": (lambda controller: controller.upkeep.merge(), lambda now: now.upkeep.merge.error),
    "load": (_load, lambda now: now.upkeep.load.error),
    "setup": (lambda controller: controller.upkeep.set_up(), lambda now: now.upkeep.setup.error),
    "doctor": (
        lambda controller: controller.explorer.examine(),
        lambda now: now.explored.doctor.error,
    ),
    "figures": (_nothing, lambda now: now.figures.error),
    "topic": (_nothing, lambda now: now.watch.error),
    "peek": (_explore("topic"), lambda now: now.explored.peek.error),
    "letters": (_explore("letters"), lambda now: now.explored.letters.error),
    "inspection": (_explore("warehouse"), lambda now: now.explored.inspection.error),
    "producer": (_produce, lambda now: now.producer.error),
    "broker-room": (_produce, lambda now: now.producer.error),
    "consumer": (lambda controller: controller.start_consumer(), lambda now: now.consumer.error),
    "merge": (lambda controller: controller.start_consumer(), lambda now: now.merge.error),
    "sampler": (_nothing, lambda now: _alert(now, "threads")),
}


def _alert(now: ControllerSnapshot, rule: str) -> str:
    found = [one.message for one in now.alerts if one.rule == rule and one.level is Level.BAD]
    return found[0] if found else ""


def _logged(caplog: pytest.LogCaptureFixture, thread: str) -> bool:
    told = f"thread {thread} failed: boom"
    return any(
        record.levelno == logging.ERROR and record.getMessage() == told for record in caplog.records
    )


@pytest.mark.parametrize("thread", THREADS)
@pytest.mark.slow
def test_a_thread_that_dies_is_said_aloud(
    thread: str, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    use_language("en")
    bomb = Bomb(thread)
    trigger, shown = THREADS[thread]
    controller = Controller(settings, clock=BreakingClock(bomb), backends=BreakingBackends(bomb))
    try:
        controller.open()
        wait_until(
            lambda: (
                controller.ready
                or controller.snapshot().opening.error
                or controller.snapshot().opening_broker.error
            )
        )
        trigger(controller)
        wait_until(lambda: bomb.gone, what=f"{thread} was never looked at")
        wait_until(lambda: "boom" in shown(controller.snapshot()), what="it is not shown")
        wait_until(lambda: _alert(controller.snapshot(), "threads"), what="there is no alert")
        assert f"thread {thread} failed: boom" in _alert(controller.snapshot(), "threads")
        assert _logged(caplog, thread)
    finally:
        controller.close()


def test_a_look_that_fails_is_told_and_the_next_one_works(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """The alerts hang on the sampler, so it has to go on."""
    use_language("en")
    bomb = Bomb("sampler", after=2)
    controller = Controller(settings, clock=BreakingClock(bomb), backends=BreakingBackends(bomb))
    try:
        controller.open()
        wait_until(lambda: bomb.gone)
        wait_until(
            lambda: "thread sampler failed: boom" in _alert(controller.snapshot(), "threads")
        )
        assert _logged(caplog, "sampler")
        wait_until(lambda: failures() == ())
        assert controller.snapshot().history
    finally:
        controller.close()


@pytest.mark.parametrize("worker", ["producer", "consumer", "merge"])
def test_a_worker_that_failed_is_an_alert_of_its_own_and_no_good_end(
    worker: str, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    use_language("en")
    bomb = Bomb(worker)
    controller = Controller(settings, clock=BreakingClock(bomb), backends=BreakingBackends(bomb))
    try:
        controller.open()
        wait_until(lambda: controller.ready)
        THREADS[worker][0](controller)
        wait_until(lambda: _alert(controller.snapshot(), worker))
        assert "failed: internal error: BoomError: boom (core/" in _alert(
            controller.snapshot(), worker
        )
    finally:
        controller.close()
    assert told_failures(controller, ExitCode.OK) == ExitCode.INTERNAL
    assert "dropship: " in (said := capsys.readouterr().err)
    assert "boom" in said


@pytest.mark.slow
def test_a_failed_merge_starts_again_beside_its_consumer(settings: Settings) -> None:
    bomb = Bomb("merge")
    controller = Controller(settings, clock=BreakingClock(bomb), backends=BreakingBackends(bomb))
    try:
        controller.open()
        wait_until(lambda: controller.ready)
        _produce(controller)
        controller.start_consumer()
        wait_until(lambda: controller.snapshot().merge.state is RunState.FAILED)
        wait_until(lambda: controller.snapshot().consumer.inserted == 200)
        assert controller.restart_merge()
        assert not controller.restart_merge()
        wait_until(lambda: controller.snapshot().merge.total.taken == 200)
        assert (controller.failures, failures()) == ({}, ())
        assert told_failures(controller, ExitCode.OK) == ExitCode.OK
    finally:
        controller.close()


@pytest.mark.parametrize("worker", ["producer", "consumer", "merge"])
def test_a_pipeline_whose_worker_dies_ends_with_an_internal_error(
    worker: str, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    use_language("en")
    context = JobContext(settings, clock=BreakingClock(Bomb(worker)))
    with pytest.raises(BoomError) as caught:
        pipeline.run(context, pipeline.Options(customers=5, products=5, orders=200))
    code, fault = exit_status.of_error(caught.value, None, context.known)
    assert code == ExitCode.INTERNAL
    assert fault is not None
    assert fault.message.startswith("internal error: BoomError: boom (core/")
    assert _logged(caplog, worker)
    merged = context.known["transform"]
    assert isinstance(merged, dict)
    state = merged["merge"]["state"]
    assert state == ("failed" if worker == "merge" else "stopped")


def test_asking_a_cluster_for_its_topic_may_fail_and_is_shown(
    settings: Settings, broker: Broker, warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    use_language("en")
    bomb = Bomb("producer-start")
    backends = Backends()
    backends.broker, backends.warehouse = cast(Broker, Breaking(broker, bomb)), warehouse
    kafka = of_cluster(settings, broker.bootstrap_servers)
    workers = Workers(kafka, backends, BreakingClock(bomb))
    assert workers.start_producer(produce.Options())
    wait_until(lambda: workers.snapshots()[0].state is RunState.FAILED)
    assert workers.snapshots()[0].error.startswith("internal error: BoomError: boom (core/")
    assert _logged(caplog, "producer-start")
    workers.end()


def of_cluster(settings: Settings, servers: str) -> Settings:
    """Return settings of a cluster in place of an embedded broker."""
    return replace(settings, kafka=replace(settings.kafka, bootstrap_servers=servers))
