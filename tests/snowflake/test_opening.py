"""A service that is away when a job begins: waited for visibly, and a signal cuts the wait."""

import signal

from core.errors import ExitCode
from tests.support.fakesnow.start import FakeSnowflake
from tests.support.processes import Dropship

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
