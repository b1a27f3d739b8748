"""The controller on Snowflake: it shows the task, and never waits for a slow warehouse."""

import time
from threading import Event

import pytest

from core.clock import SystemClock
from core.config.load import load_settings
from core.operations.controller import Controller
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.support.proxy import QUERY, hold, path_like, proxy_to
from tests.support.snowflake_flow import make_tables
from tests.support.waiting import wait_until

PROMPT_S = 0.25


@pytest.fixture
def proxy(fake):
    with proxy_to(fake.port) as made:
        yield made


@pytest.fixture
def controller(fake, proxy, schema, tmp_path):
    """A controller that reaches the fake through the proxy; the tables are there."""
    direct = SnowflakeWarehouse(load_settings(environ=fake.environ(schema)), clock=SystemClock())
    make_tables(direct)
    direct.close()
    settings = load_settings(
        environ=fake.environ(schema, port=proxy.port),
        data_dir=tmp_path / "data",
        reports_dir=tmp_path / "reports",
        timeout_s=5.0,
    )
    opened = Controller(settings, read_only=True)
    try:
        opened.open()
        wait_until(lambda: opened.snapshot().figures.value is not None, seconds=60)
        yield opened
    finally:
        opened.close()


def test_the_warehouse_pane_has_tables_task_and_credits(controller):
    controller.explorer.look_at("warehouse")
    wait_until(lambda: controller.snapshot().explored.inspection.value is not None, seconds=60)
    found = controller.snapshot().explored.inspection.value
    assert [table.name for table in found.tables][:2] == ["orders_events", "orders"]
    # The fake has no metering: it is said to be out of sight, and nothing fails.
    assert [task.state for task in found.tasks] == ["started"]
    assert found.credits == "not visible to the role"
    figures = controller.snapshot().figures.value
    assert [task.state for task in figures.tasks] == ["started"]


def test_fault_11_a_snapshot_never_waits_for_a_slow_warehouse(controller, proxy):
    healed = Event()
    rule = proxy.rule(path_like(QUERY), hold(healed))
    try:
        controller.explorer.look_at("warehouse")
        wait_until(lambda: len(rule.hits) >= 1, seconds=30)
        slowest = 0.0
        for _ in range(100):
            began = time.monotonic()
            snapshot = controller.snapshot()
            slowest = max(slowest, time.monotonic() - began)
            Event().wait(0.01)
        assert slowest < PROMPT_S
        assert snapshot.explored.inspection.value is None
    finally:
        proxy.heal()
        healed.set()
    wait_until(lambda: controller.snapshot().explored.inspection.value is not None, seconds=60)
