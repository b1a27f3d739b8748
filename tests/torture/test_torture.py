"""Everything at once on the embedded warehouse; then each byte against what was published.

The console's own parts do it: consumer and merge at full rate, all checks in a loop with reports,
KPIs several times a second, the looking panes one after another, dead letters and history read as
for an export. TORTURE_S: seconds in all (120), one half with the memory that the product gives to
DuckDB, the other with half of it. A second source writes large batches beside the
broker's. TORTURE_EVENTS: of these, how many are there before it begins (400,000).
"""

import logging
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import psutil
import pytest

from core.config import Settings
from core.operations.controller import Controller
from core.validation.model import CheckResult, Status
from core.workers import RunState
from tests.support.waiting import wait_until
from tests.torture.audit import audit
from tests.torture.backfill import Backfill
from tests.torture.flow import Flow

SECONDS = float(os.environ.get("TORTURE_S", "120"))
MEMORY = 1_000_000_000
"""Bytes that the whole process, this test in it, may have resident."""
_LIMIT_MB = Settings().duckdb_memory_limit_mb

pytestmark = [pytest.mark.torture, pytest.mark.timeout(SECONDS * 3 + 600)]


@dataclass
class Seen:
    """What was noticed while it ran. looks: how often each kind of reading was taken."""

    problems: list[str] = field(default_factory=list)
    looks: dict[str, int] = field(default_factory=dict)
    resident: int = 0

    def look(self, kind: str) -> None:
        """Count one."""
        self.looks[kind] = self.looks.get(kind, 0) + 1


@pytest.mark.parametrize("memory_mb", [_LIMIT_MB, _LIMIT_MB // 2])
def test_no_stored_byte_changes_whatever_runs_at_once(
    settings: Settings, caplog: pytest.LogCaptureFixture, memory_mb: int
) -> None:
    caplog.set_level(logging.WARNING)
    controller = Controller(replace(settings, duckdb_memory_limit_mb=memory_mb))
    seen, stop = Seen(), Event()
    controller.open()
    wait_until(lambda: controller.ready, seconds=60, what="the back ends are not open")
    broker = controller._backends.broker
    assert broker is not None
    assert controller._backends.warehouse is not None
    backfill = Backfill(controller._backends.warehouse)
    backfill.fill()
    controller.refresh_every(0.3)
    controller.start_consumer()
    topic = settings.kafka.topic
    flow = Flow(broker.bootstrap_servers, topic, lambda: controller.snapshot().consumer.offsets)
    works = [checks, panes, exports]
    threads = [Thread(target=work, args=(controller, seen, stop), daemon=True) for work in works]
    threads.append(Thread(target=fill, args=(backfill, seen, stop), daemon=True))
    for thread in threads:
        thread.start()
    began, process = monotonic(), psutil.Process()
    while monotonic() - began < SECONDS / 2 and not seen.problems:
        seen.resident = max(seen.resident, process.memory_info().rss)
        now = controller.snapshot()
        if RunState.FAILED in {now.consumer.state, now.merge.state}:
            seen.problems.append(f"consumer {now.consumer}, merge {now.merge}")
        stop.wait(0.2)
    ends = flow.end()
    stop.set()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    if not seen.problems:
        wait_until(
            lambda: all(
                controller.snapshot().consumer.offsets.get(p) == end for p, end in ends.items()
            ),
            seconds=120,
            what=f"not all of {ends} was stored",
        )
    controller.close()
    ends |= backfill.ends
    found = audit(settings.paths.warehouse_file, ends)
    report(memory_mb, found, seen, caplog)
    assert (flow.refused, seen.problems) == ([], [])
    assert found.wrong == 0, found.examples
    assert found.letters > 0
    assert sum(ends.values()) == found.events + found.letters
    assert min(ends.values()) > 1_000
    assert seen.looks["checks"] >= 2
    assert seen.resident < MEMORY


def checks(controller: Controller, seen: Seen, stop: Event) -> None:
    """Run all checks, again and again."""
    while not stop.is_set():
        controller.validate()
        while controller.snapshot().validation.running and not stop.wait(0.05):
            pass
        result = controller.snapshot().validation.result
        if result is not None:
            seen.look("checks")
            seen.problems += [
                f"{one.name}: {one.message}" for one in result.checks if is_problem(one)
            ]
        if error := controller.snapshot().validation.error:
            seen.problems.append(f"validation: {error}")


def fill(backfill: Backfill, seen: Seen, stop: Event) -> None:
    """Write from the second source."""
    try:
        backfill.go_on(stop)
    except Exception as error:  # noqa: BLE001 - told by the test
        seen.problems.append(f"backfill: {error!r}")


def is_problem(check: CheckResult) -> bool:
    """Return whether a check broke, or found bytes that are not as they came."""
    damage = check.name == "content" and check.status is Status.FAIL
    return damage or check.status is Status.ERROR


def panes(controller: Controller, seen: Seen, stop: Event) -> None:
    """Keep each looking pane on the screen for a second, in turn."""
    while not stop.is_set():
        for pane in ("warehouse", "letters", "topic"):
            controller.explorer.look_at(pane)
            if stop.wait(1.0):
                break
            now = controller.explorer.snapshot()
            for reading in (now.inspection, now.letters, controller.snapshot().figures):
                if reading.error:
                    seen.problems.append(f"{pane}: {reading.error}")
            seen.look(pane)


def exports(controller: Controller, seen: Seen, stop: Event) -> None:
    """Read what exports read: dead letters whole, past runs, the newest orders."""
    warehouse = controller._backends.warehouse
    assert warehouse is not None
    while not stop.wait(0.5):
        try:
            warehouse.dead_letters(limit=2_000)
            controller.past_validations(200)
            warehouse.rows("kpi_top_products")
            seen.look("exports")
        except Exception as error:  # noqa: BLE001 - told by the test
            seen.problems.append(f"export: {error!r}")


def report(memory_mb: int, found: object, seen: Seen, caplog: pytest.LogCaptureFixture) -> None:
    """Write what was done where TORTURE_REPORT says."""
    notes = [record.getMessage() for record in caplog.records]
    told = {note: notes.count(note) for note in sorted(set(notes))}
    line = f"{memory_mb} MB: {found}, {seen}, log {told}\n"
    if name := os.environ.get("TORTURE_REPORT"):
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(line)
