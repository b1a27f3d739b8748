"""The whole way of an order on a real Snowflake account, beside the same on DuckDB.

`python -m tests.smoke.snowflake` takes the SNOW_* settings of the environment or of `.env`, makes a
schema of its own in SNOW_DATABASE, sends the same events from one embedded broker into both
warehouses, compares what comes out, and drops the schema. It prints a line for each step and ends
with 0 only when all of them are right. The role needs CREATE SCHEMA on the database and USAGE on
the warehouse; docs/snowflake.md says more.
"""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from core.clock import SystemClock
from core.config import Settings
from core.config.load import load_settings
from core.errors import DropshipError
from core.text import clean
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.smoke.only_here import answers
from tests.support.processes import Dropship, commands

PREFIX = "DROPSHIP_SMOKE_"
_FORBIDDEN = frozenset({"ACCOUNTADMIN", "SECURITYADMIN", "USERADMIN"})
_JOB_S = 600.0
_KPIS = ("total_orders", "total_revenue", "orders_24h", "revenue_24h", "as_of", "top_products")


class SmokeError(Exception):
    """Why a step is not right."""


class Smoke:
    """One run: two warehouses, one broker, a line for each step."""

    def __init__(
        self, dropship: Dropship, environ: Mapping[str, str], say: Callable[[str], None]
    ) -> None:
        self._dropship = dropship
        self._snow = dict(environ)
        self._say = say
        self._found: dict[str, dict[str, dict[str, Any]]] = {"snowflake": {}, "duckdb": {}}
        self.failed = 0

    def run(self, orders: int) -> None:
        """Take every step; one that fails ends what depends on it."""
        self._dropship("seed", "--customers", "200", "--orders", str(orders)).done()
        self._dropship.start_broker()
        faults = ("--duplicates", "0.02", "--late", "0.02", "--poison", "0.01")
        self._dropship("produce", "--rate", "0", *faults).done()
        for job in ("setup", "load", "consume", "transform", "validate", "kpis"):
            until = ("--until-caught-up",) if job == "consume" else ()
            self._job("duckdb", job, *until)
            self._job("snowflake", job, *until)
        self._job("snowflake", "setup")
        self._compare()

    def _job(self, where: str, job: str, *arguments: str) -> None:
        began = time.monotonic()
        env = {"KAFKA_GROUP_ID": f"smoke-{where}", **(self._snow if where == "snowflake" else {})}
        ended = self._dropship.start(job, *arguments, env=env).end(_JOB_S)
        took = time.monotonic() - began
        if ended.code not in {0, 1}:
            raise SmokeError(f"{job} on {where} ended with {ended.code}: {ended.err.strip()}")
        self._found[where][job] = ended.record
        if where == "snowflake":
            self._say(f"ok    {job:<10} {took:6.1f} s{self._told(job, ended.record)}")

    def _told(self, job: str, record: dict[str, Any]) -> str:
        """Return what only the real service can show of a step."""
        if job == "setup":
            denied = [step["script"] for step in record["steps"] if step["denied"]]
            return f"  not for this role: {', '.join(denied)}" if denied else ""
        task = record.get("task")
        return f"  task: {task['state']}, {task['failures']} failures" if task else ""

    def _compare(self) -> None:
        events = ("consumed", "inserted", "dead_lettered", "gaps", "dead_letter_reasons")
        self._compare_fields("events", "consume", events)
        self._compare_fields("merge", "transform", ("inserted", "quarantined"))
        self._compare_fields("reference tables", "load", ("customers", "inventory"))
        self._compare_fields("KPIs", "kpis", _KPIS)
        statuses = [
            {name: check["status"] for name, check in found["validate"]["checks"].items()}
            for found in self._found.values()
        ]
        self._same("checks", *statuses)

    def _compare_fields(self, what: str, job: str, names: tuple[str, ...]) -> None:
        parts = [{name: found[job][name] for name in names} for found in self._found.values()]
        self._same(what, *parts)

    def _same(self, what: str, snow: object, duck: object) -> None:
        if snow == duck:
            self._say(f"same  {what}")
            return
        self.failed += 1
        self._say(f"DIFFER {what}\n      Snowflake: {snow}\n      DuckDB:    {duck}")


def smoke_environ(environ: Mapping[str, str], env_file: Path) -> dict[str, str]:
    """Return the SNOW_* settings in force, with the schema of this run. Errors: SmokeError."""
    given = dotenv_values(env_file) if env_file.exists() else {}
    found = {**given, **environ}
    snow = {name: value for name, value in found.items() if name.startswith("SNOW_") and value}
    if not {"SNOW_ACCOUNT", "SNOW_CONNECTION_NAME"} & snow.keys():
        raise SmokeError("set SNOW_ACCOUNT and a login first: see docs/snowflake.md")
    if snow.get("SNOW_ROLE", "").upper() in _FORBIDDEN:
        raise SmokeError(f"{snow['SNOW_ROLE']} would make roles and users: use a role of its own")
    return {**snow, "SNOW_SCHEMA": PREFIX + secrets.token_hex(4).upper()}


@contextmanager
def thrown_away(settings: Settings, say: Callable[[str], None], *, keep: bool) -> Iterator[None]:
    """Drop the schema of this run at the end, whatever happened. Never drops another."""
    try:
        yield
    finally:
        if keep:
            say(f"kept  schema {settings.schema}")
        elif settings.schema.startswith(PREFIX):
            warehouse = SnowflakeWarehouse(settings, clock=SystemClock())
            try:
                session = warehouse._sessions.mine()
                session.run(f"DROP SCHEMA IF EXISTS {warehouse._names.schema}")
                say(f"gone  schema {settings.schema}")
            finally:
                warehouse.close()


def ask(settings: Settings, say: Callable[[str], None]) -> int:
    """Ask what only a real account can show; return how many answers were not as hoped."""
    first = SnowflakeWarehouse(settings, clock=SystemClock())
    second = SnowflakeWarehouse(settings, clock=SystemClock())
    try:
        one, two = first._sessions.mine(), second._sessions.mine()
        ((version,),) = one.run("SELECT CURRENT_VERSION()")
        say(f"      Snowflake {version}")
        other = 0
        for name, as_hoped, seen in answers(first, one, two):
            say(f"{'as hoped' if as_hoped else 'OTHER   '} {name}: {clean(seen, 200)}")
            other += not as_hoped
        return other
    finally:
        first.close()
        second.close()


def main(arguments: list[str], say: Callable[[str], None]) -> int:
    """Run the smoke test; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.smoke.snowflake", description=__doc__)
    parser.add_argument("--orders", type=int, default=2000, help="how many (2000)")
    parser.add_argument("--keep", action="store_true", help="leave the schema for a look at it")
    parser.add_argument("--compare-only", action="store_true", help="ask no further questions")
    options = parser.parse_args(arguments)
    try:
        environ = smoke_environ(os.environ, Path(".env"))
        settings = replace(load_settings(environ=environ), timeout_s=60.0)
        say(f"      schema {settings.schema}")
        with (
            tempfile.TemporaryDirectory(prefix="dropship-smoke-") as folder,
            thrown_away(settings, say, keep=options.keep),
            commands(Path(folder)) as dropship,
        ):
            smoke = Smoke(dropship, environ, say)
            smoke.run(options.orders)
            if not options.compare_only:
                smoke.failed += ask(settings, say)
    except (SmokeError, DropshipError, AssertionError, subprocess.TimeoutExpired) as error:
        say(f"FAILED {error}")
        return 1
    say("all the same" if not smoke.failed else f"{smoke.failed} things differ")
    return 1 if smoke.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], print))
