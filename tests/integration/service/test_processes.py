"""The service as people start and end it: `--run serve`, `status` and `stop` in real processes."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import WarehouseError
from core.operations.controller import Controller
from core.service.attached import AttachedController
from tests.support.oracle import check_content, oracle_rows
from tests.support.processes import Dropship, Running, commands
from tests.support.refusing import refusing
from tests.support.topic import read_messages
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def dropship(tmp_path: Path) -> Iterator[Dropship]:
    with commands(tmp_path) as command:
        yield command


def serving(dropship: Dropship, *arguments: str) -> Running:
    """Start a service and wait until it answers."""
    running = dropship.start("serve", *arguments)
    wait_until(lambda: running.ended or dropship("status").code in {0, 1}, seconds=60)
    assert not running.ended, running.err
    return running


def status(dropship: Dropship) -> dict[str, Any]:
    ended = dropship("status")
    assert ended.code in {0, 1}, ended.err
    return ended.record


def test_it_stores_what_others_publish_tells_how_it_is_and_stops(dropship):
    nothing = dropship("status")
    assert nothing.code == 3
    assert nothing.record["error"]["kind"] == "no_service"
    assert dropship("stop").code == 3
    dropship("seed", "--orders", "500").done()
    service = serving(dropship, "--validate-every", "0")
    assert dropship("load").done()["customers"] == 1000
    assert dropship("produce", "--rate", "0").done()["acked"] == 500
    wait_until(lambda: status(dropship)["merge"]["backlog"] == 0, seconds=60)
    told = dropship("status").done()
    assert told["pid"] == service.pid
    assert (told["lag"], told["unstored"], told["alerts"]) == (0, 0, [])
    assert (told["consumer"]["state"], told["consumer"]["stored"]) == ("running", 500)
    assert told["validation"] is None
    assert dropship("kpis").done()["total_orders"] == 500
    checked = dropship("validate").done()
    assert checked["status"] == "PASS"
    twice = dropship("serve")
    assert twice.code == 2
    assert (
        f"process {service.pid} (dropship --run serve, since 20" in twice.record["error"]["message"]
    )
    assert dropship("status").done()["pid"] == service.pid
    stopped = dropship("stop").done()
    assert stopped["pid"] == service.pid
    result = service.end().done()
    assert (result["stored"], result["merged"], result["unstored"]) == (500, 500, 0)
    assert dropship("status").code == 3
    sockets = dropship.paths.data / "shared"  # elsewhere where its path is too long for a socket
    assert not sockets.is_dir() or not list(sockets.iterdir())


def test_a_signal_drains_it(dropship):
    dropship("seed", "--orders", "400").done()
    service = serving(dropship, "--no-consume", "--validate-every", "0")
    dropship("produce", "--rate", "0").done()
    wait_until(lambda: status(dropship)["unstored"] == 400)  # counted once a second
    assert status(dropship)["consumer"]["state"] == "idle"
    service.signal(signal.SIGTERM)
    ended = service.end()
    assert ended.code == 143
    assert (ended.record["stored"], ended.record["unstored"]) == (400, 0)
    with dropship.warehouse() as warehouse:
        assert len(warehouse.rows("content_events", [0, 10**9])) == 400


def test_killed_and_started_again_it_loses_and_doubles_nothing(dropship):
    dropship("seed", "--orders", "5000").done()
    broker = dropship.start_broker()
    service = serving(dropship)
    producing = dropship.start("produce", "--rate", "1500")
    wait_until(lambda: status(dropship)["consumer"]["stored"] > 500, seconds=60)
    service.kill()
    assert dropship("status").code == 3
    again = serving(dropship)
    assert producing.end().done()["acked"] == 5000
    wait_until(lambda: status(dropship)["lag"] == 0, seconds=60)
    again.signal(signal.SIGTERM)
    assert again.end().code == 143
    with dropship.broker() as reached, dropship.warehouse() as warehouse:
        topic = dropship.settings.kafka.topic
        messages = read_messages(reached.bootstrap_servers, topic)
        assert len(messages) == 5000
        check_content(warehouse, reached.identity(topic), messages)
        assert len(oracle_rows(warehouse, "orders")) == 5000
    broker.signal(signal.SIGTERM)
    assert broker.end().record["unstored"] == 0


def test_a_service_that_is_stopped_in_its_tracks_is_told_of(dropship):
    service = serving(dropship)
    os.kill(service.pid, signal.SIGSTOP)
    mute = dropship("status", "--timeout", "1")
    assert mute.code == 3
    assert "does not answer" in mute.record["error"]["message"]
    os.kill(service.pid, signal.SIGCONT)
    assert dropship("stop").done()["pid"] == service.pid


def test_a_console_of_another_process_steers_it(dropship):
    service = serving(dropship)
    console = AttachedController(dropship.settings)
    try:
        wait_until(lambda: console.snapshot().consumer.state == "running")
        console.consumer.stop()
        wait_until(lambda: status(dropship)["consumer"]["state"] == "stopped")
        os.kill(service.pid, signal.SIGKILL)
        wait_until(lambda: not console.ready)
        serving(dropship)
        wait_until(lambda: console.ready)
        wait_until(lambda: console.snapshot().consumer.state == "running")
    finally:
        console.close()


def test_a_failed_worker_is_started_again_and_that_is_told(settings, caplog):
    controller = Controller(settings, restarts=True)
    controller.open()
    wait_until(lambda: controller.ready)
    warehouse = refusing(controller)
    try:
        assert controller.start_consumer()
        warehouse.error = WarehouseError("no room")
        controller.demonstrate(100, 1_000)
        wait_until(lambda: controller.snapshot().consumer.state == "failed", seconds=30)
        warehouse.error = None
        wait_until(lambda: controller.snapshot().restarts, seconds=30)
        wait_until(lambda: controller.snapshot().consumer.state == "running")
        wait_until(
            lambda: any(
                alert.active and alert.rule == "restarts" and "no room" in alert.message
                for alert in controller.snapshot().alerts
            )
        )
        assert "consumer failed and is started again: no room" in caplog.text
        wait_until(lambda: controller.snapshot().consumer.inserted > 0, seconds=30)
    finally:
        controller.close()


def test_a_severe_alert_ends_status_with_1_in_the_language_of_who_looks(dropship):
    """The service speaks English, as its environment does."""
    limits = {"DROPSHIP_ALERT_LAG_WARN": "10", "DROPSHIP_ALERT_LAG_FAIL": "100"}
    dropship("seed", "--orders", "150").done()
    limits["DROPSHIP_ALERT_HOLD_S"] = "0"
    service = dropship.start("serve", "--no-consume", "--lang", "en", env=limits)
    wait_until(lambda: service.ended or dropship("status").code == 0, seconds=60)
    assert dropship("produce", "--rate", "0").done()["acked"] == 150
    wait_until(lambda: dropship("status").code == 1, seconds=60)
    for code, name, message in (
        ("en", "lag", "150 records waiting in the topic"),
        ("fr", "retard", "150 enregistrements en attente dans le topic"),
    ):
        ended = dropship("status", "--lang", code)
        assert ended.code == 1
        (alert,) = [one for one in ended.record["alerts"] if one["rule"] == "lag"]
        assert (alert["level"], alert["message"]) == ("BAD", message)
        assert ended.record["consumer"]["state"] == "idle"
        said = ended.record["error"]["message"]
        assert (name in said, message in said) == (True, True), said
    assert dropship("stop", "--timeout", "60").code == 0
