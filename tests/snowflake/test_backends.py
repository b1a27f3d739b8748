"""Opening and closing: a service that is away is waited for visibly; closing cancels what runs."""

import signal
from threading import Thread

from core.clock import SystemClock
from core.config.load import load_settings
from core.errors import ExitCode, WarehouseError
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.support.fakesnow.start import FakeSnowflake
from tests.support.processes import Dropship
from tests.support.waiting import wait_until

NOBODY = 9  # the discard service: nothing listens there


def test_a_service_that_never_answers_ends_with_three_at_the_deadline(
    fake: FakeSnowflake, schema: str, dropship: Dropship
) -> None:
    ended = dropship("kpis", "--timeout", "2", env=fake.environ(schema, port=NOBODY))
    assert ended.code == ExitCode.UNREACHABLE
    assert "Connection refused" in ended.record["error"]["message"]
    assert "waiting for Snowflake" in ended.err


def test_a_signal_ends_the_wait(fake: FakeSnowflake, schema: str, dropship: Dropship) -> None:
    running = dropship.start("kpis", "--timeout", "600", env=fake.environ(schema, port=NOBODY))
    running.says("waiting for Snowflake")
    running.signal(signal.SIGTERM)
    assert running.end(20).code == ExitCode.SIGTERM


def test_closing_cancels_the_statements_of_other_threads(fake: FakeSnowflake, schema: str) -> None:
    warehouse = SnowflakeWarehouse(load_settings(environ=fake.environ(schema)), clock=SystemClock())
    ended: list[WarehouseError] = []
    minutes = (
        "SELECT COUNT(*) FROM range(90000) AS a, range(90000) AS b WHERE a.range * b.range = 7"
    )

    def ask() -> None:
        try:
            warehouse._sessions.mine().run(minutes)
        except WarehouseError as error:
            ended.append(error)

    thread = Thread(target=ask)
    thread.start()
    mine = warehouse._sessions
    wait_until(lambda: thread in mine._open and mine._open[thread].busy)
    warehouse.close()
    thread.join(20)
    assert not thread.is_alive()
    assert len(ended) == 1
