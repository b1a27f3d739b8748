"""The whole way of an order on a real Snowflake account, beside the same on DuckDB.

`python -m tests.smoke.snowflake` takes the SNOW_* settings of the environment or of `.env`, makes a
schema of its own in SNOW_DATABASE, sends the same events from one embedded broker into both
warehouses, compares what comes out, asks what only a real account can show, and drops the schema.
It prints a line for each step, writes a report that can be sent to anybody, and ends with 0 only
when all is right. The role needs CREATE SCHEMA on the database and USAGE on the warehouse;
docs/snowflake.md says more.
"""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from core.clock import Clock, SystemClock
from core.config import Settings
from core.config.load import load_settings
from core.errors import DropshipError, WarehouseError
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.smoke.account import OTHER, Account
from tests.smoke.only_here import answers
from tests.smoke.report import Report, hourly_rate
from tests.support.processes import Dropship, commands

PREFIX = "DROPSHIP_SMOKE_"
_FORBIDDEN = frozenset({"ACCOUNTADMIN", "SECURITYADMIN", "USERADMIN"})
_JOB_S = 600.0
_KPIS = ("total_orders", "total_revenue", "orders_24h", "revenue_24h", "as_of", "top_products")


class SmokeError(Exception):
    """Why a step is not right."""


class Log:
    """Says each step as it is noted in the report. failed: steps that were not right."""

    def __init__(self, report: Report, say: Callable[[str], None]) -> None:
        self._report = report
        self.say = say
        self.failed = 0

    def add(
        self, name: str, outcome: str, seen: str, seconds: float = 0.0, *, billed: bool = True
    ) -> None:
        """Note and say a step."""
        step = self._report.add(name, outcome, seen, seconds, billed=billed)
        self.failed += outcome in {OTHER, "DIFFER", "FAILED"}
        self.say(f"{step.outcome:<9} {step.name:<24} {step.seconds:6.1f} s  {step.seen}".rstrip())


class Smoke:
    """The same events through two warehouses from one broker, a line for each step."""

    def __init__(
        self, dropship: Dropship, environ: Mapping[str, str], log: Log, clock: Clock
    ) -> None:
        self._dropship = dropship
        self._snow = dict(environ)
        self._log = log
        self._clock = clock
        self._found: dict[str, dict[str, dict[str, Any]]] = {"snowflake": {}, "duckdb": {}}

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
        began = self._clock.monotonic()
        env = {"KAFKA_GROUP_ID": f"smoke-{where}", **(self._snow if where == "snowflake" else {})}
        ended = self._dropship.start(job, *arguments, env=env).end(_JOB_S)
        took = self._clock.monotonic() - began
        if ended.code not in {0, 1}:
            raise SmokeError(f"{job} on {where} ended with {ended.code}: {ended.err.strip()}")
        self._found[where][job] = ended.record
        if where == "snowflake":
            self._log.add(job, "ok", self._told(job, ended.record), took)

    def _told(self, job: str, record: dict[str, Any]) -> str:
        """Return what only the real service can show of a step."""
        if job == "setup":
            denied = [step["script"] for step in record["steps"] if step["denied"]]
            return f"not for this role: {', '.join(denied)}" if denied else ""
        task = record.get("task")
        return f"task: {task['state']}, {task['failures']} failures" if task else ""

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
            self._log.add(what, "same", "", billed=False)
        else:
            seen = f"Snowflake: {snow}; DuckDB: {duck}"
            self._log.add(what, "DIFFER", seen, billed=False)


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


def defaults(settings: Settings) -> dict[str, str]:
    """Return the names that no setting gives, since they are masked too."""
    snow = settings.snowflake
    if snow is None:
        return {}
    return {"SNOW_WAREHOUSE": snow.warehouse, "SNOW_DATABASE": snow.database}


@contextmanager
def thrown_away(settings: Settings, say: Callable[[str], None], *, keep: bool) -> Iterator[None]:
    """Drop the schema of this run at the end, whatever happened. Never drops another."""
    try:
        yield
    finally:
        if keep:
            say(f"kept      schema {settings.schema}")
        elif settings.schema.startswith(PREFIX):
            warehouse = SnowflakeWarehouse(settings, clock=SystemClock())
            try:
                session = warehouse._sessions.mine()
                session.run(f"DROP SCHEMA IF EXISTS {warehouse._identifiers.schema}")
                say(f"gone      schema {settings.schema}")
            finally:
                warehouse.close()


def ask(settings: Settings, environ: Mapping[str, str], log: Log, *, task_s: float) -> None:
    """Ask what only a real account can show; see `Account` for task_s."""
    clock = SystemClock()
    first, second = (SnowflakeWarehouse(settings, clock=clock) for _ in range(2))
    try:
        account = Account(
            first, second, clock=clock, environ={**os.environ, **environ}, task_s=task_s
        )
        for name, given, seconds in answers(account):
            log.add(name, given.outcome, given.seen, seconds)
    finally:
        first.close()
        second.close()


def look(settings: Settings, report: Report) -> None:
    """Note the version of the service and the size of the warehouse in a report."""
    warehouse = SnowflakeWarehouse(settings, clock=SystemClock())
    try:
        session = warehouse._sessions.mine()
        ((report.version,),) = session.run("SELECT CURRENT_VERSION()")
        name = warehouse._identifiers.warehouse.upper().replace("_", "\\_")
        with suppress(WarehouseError):
            sizes = [
                str(row.get("size")) for row in session.shown(f"SHOW WAREHOUSES LIKE '{name}'")
            ]
            report.rate = hourly_rate(sizes[0]) if sizes else report.rate
    finally:
        warehouse.close()


def main(arguments: list[str], say: Callable[[str], None]) -> int:
    """Run the smoke test; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.smoke.snowflake", description=__doc__)
    parser.add_argument("--orders", type=int, default=2000, help="how many (2000)")
    parser.add_argument("--keep", action="store_true", help="leave the schema for a look at it")
    parser.add_argument("--compare-only", action="store_true", help="ask no further questions")
    parser.add_argument(
        "--task-wait",
        type=float,
        default=150.0,
        help="seconds for the task to start by itself (150)",
    )
    parser.add_argument("--reports", type=Path, default=Path("reports"), help="folder (reports)")
    options = parser.parse_args(arguments)
    clock = SystemClock()
    report = Report({}, began_at=clock.now())
    log = Log(report, say)
    try:
        environ = smoke_environ(os.environ, Path(".env"))
        settings = replace(load_settings(environ=environ), timeout_s=60.0)
        report.hide({**defaults(settings), **environ})
        say(f"          schema {settings.schema}")
        with (
            tempfile.TemporaryDirectory(prefix="dropship-smoke-") as folder,
            thrown_away(settings, say, keep=options.keep),
            commands(Path(folder)) as dropship,
        ):
            smoke = Smoke(dropship, environ, log, clock)
            smoke.run(options.orders)
            look(settings, report)
            if not options.compare_only:
                ask(settings, environ, log, task_s=options.task_wait)
    except (SmokeError, DropshipError, AssertionError, subprocess.TimeoutExpired) as error:
        log.add("the run", "FAILED", str(error))
    if report.steps:
        say(f"report    {report.write(options.reports)}")
    say("all as hoped" if not log.failed else f"{log.failed} things are not as hoped")
    return 1 if log.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], print))
