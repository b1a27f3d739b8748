"""Work that a console leaves goes on in a service, and a service that cannot begin says why."""

import pytest

from core.clock import SystemClock
from core.jobs.options import PublishOptions
from core.operations.handover import Handover, handover_of
from core.producer.snapshot import ProducerSnapshot
from core.service.attached import AttachedController
from core.service.background import go_on
from core.service.client import NoServiceError
from core.workers import RunState
from tests.support.processes import commands
from tests.support.waiting import wait_until

RUNNING = ProducerSnapshot(
    state=RunState.RUNNING, mode="stream", rate_target=50.0, profile="wave", sent=40, elapsed_s=8.0
)


def test_a_stream_goes_on_as_it_is_now():
    asked = PublishOptions(mode="stream", rate=5.0, limit=100, duration=20.0, late=0.1)
    handover = handover_of(asked, RUNNING, consume=True)
    assert handover.consume
    assert handover.produce == PublishOptions(
        mode="stream", rate=50.0, profile="wave", limit=60, duration=12.0, late=0.1
    )


@pytest.mark.parametrize(
    "last",
    [
        None,
        ProducerSnapshot(state=RunState.RUNNING, mode="replay"),
        ProducerSnapshot(state=RunState.PAUSED, mode="stream"),
        ProducerSnapshot(state=RunState.FAILED, mode="stream"),
        ProducerSnapshot(state=RunState.RUNNING, mode="stream", sent=100),
    ],
)
def test_nothing_else_is_published(last):
    asked = PublishOptions(mode="stream", limit=100)
    assert handover_of(asked, last, consume=False) == Handover(consume=False)


@pytest.mark.slow
def test_a_service_takes_over_and_outlives_who_started_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with commands(tmp_path) as dropship:
        dropship("seed", "--orders", "100").done()
        handover = Handover(True, PublishOptions(mode="stream", rate=100.0))
        data = f"--data-dir={dropship.paths.data}"
        pid = go_on(dropship.settings, [data], handover, SystemClock())
        console = AttachedController(dropship.settings)
        try:
            wait_until(lambda: console.snapshot().consumer.inserted > 50)
        finally:
            console.close()
            assert dropship("stop").done()["pid"] == pid


@pytest.mark.slow
def test_a_service_that_does_not_come_up_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with commands(tmp_path) as dropship:
        options = [f"--data-dir={dropship.paths.data}", "--metrics-port=no"]
        with pytest.raises(NoServiceError, match="the service did not come up") as told:
            go_on(dropship.settings, options, Handover(consume=True), SystemClock())
        assert "dropship.log" in told.value.hint
