"""Starts the fake Snowflake as a process of its own and says how to reach it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.fakesnow.environment import fakesnow_python

SERVER = Path(__file__).with_name("server.py")
_END_S = 10


@dataclass(frozen=True)
class FakeSnowflake:
    """A running fake. errors: the file that its complaints go to."""

    port: int
    errors: Path

    def environ(
        self, schema: str = "mon_schema", *, port: int | None = None, user: str = "tester"
    ) -> dict[str, str]:
        """Return the settings that lead to it; port: that of a proxy in front of it.

        user: one that holds every role, or `dropship_worker`, which holds that one alone.
        """
        return {
            "SNOW_ACCOUNT": "fakesnow",
            "SNOW_USER": user,
            "SNOW_PASSWORD": "not-a-secret",
            "SNOW_AUTHENTICATOR": "snowflake",
            "SNOW_SCHEMA": schema,
            "SNOW_CONNECT_HOST": "127.0.0.1",
            "SNOW_CONNECT_PORT": str(port or self.port),
            "SNOW_CONNECT_PROTOCOL": "http",
        }


@contextmanager
def fake_snowflake(folder: Path) -> Iterator[FakeSnowflake]:
    """Yield a running fake, empty; it ends with this process however that ends.

    Errors: FakeSnowUnavailableError.
    """
    errors = folder / "fakesnow.err"
    with errors.open("wb") as complaints:
        process = subprocess.Popen(
            [str(fakesnow_python()), str(SERVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            start_new_session=True,
        )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        port = process.stdout.readline()
        assert port.strip().isdigit(), errors.read_text(errors="replace")
        yield FakeSnowflake(int(port), errors)
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(_END_S)
