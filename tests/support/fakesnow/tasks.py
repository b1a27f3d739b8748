"""Tasks for the fake Snowflake: kept as they are defined, and run when EXECUTE TASK says so.

A task runs what stands behind AS, through the session that asks. Nothing here watches the clock or
a stream. SHOW PARAMETERS ... IN TASK tells what a task was SET to, SHOW TASKS whether it is
suspended, and TASK_HISTORY how its runs ended. As on the service a run that fails is no error of
EXECUTE TASK, a suspended task is run all the same, and so many failures in a row suspend it.
https://docs.snowflake.com/en/sql-reference/sql/execute-task
https://docs.snowflake.com/en/sql-reference/functions/task_history
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import fakesnow.cursor as cursors
from snowflake.connector import errors
from streams import full_name

_REMARKS = r"\A(?:\s*--[^\n]*\n)*\s*"
_NAME = r'((?:"[^"]+"|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+)){0,2})'
_CREATE = re.compile(
    rf"{_REMARKS}CREATE\s+(?:OR\s+REPLACE\s+)?TASK\s+(IF\s+NOT\s+EXISTS\s+)?{_NAME}\s(.*?)^AS\s+(.*)",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
_SET = re.compile(
    rf"{_REMARKS}ALTER\s+TASK\s+(?:IF\s+EXISTS\s+)?{_NAME}\s+SET\s+(.*)", re.IGNORECASE | re.DOTALL
)
_EXECUTE = re.compile(rf"{_REMARKS}EXECUTE\s+TASK\s+{_NAME}", re.IGNORECASE)
_SHOW = re.compile(rf"{_REMARKS}SHOW\s+PARAMETERS\s+IN\s+TASK\s+{_NAME}", re.IGNORECASE)
_STATE = re.compile(
    rf"{_REMARKS}ALTER\s+TASK\s+(?:IF\s+EXISTS\s+)?{_NAME}\s+(SUSPEND|RESUME)", re.IGNORECASE
)
_LIST = re.compile(rf"{_REMARKS}SHOW\s+TASKS\s+IN\s+SCHEMA\s+(\S+)", re.IGNORECASE)
_HISTORY = re.compile(
    r"TABLE\(\s*(?:[\w$.\"]+\.)?INFORMATION_SCHEMA\.TASK_HISTORY\((?P<given>[^()]*)\)\s*\)",
    re.IGNORECASE,
)
_OF_TASK = re.compile(r"TASK_NAME\s*=>\s*'([^']*)'", re.IGNORECASE)
_SETTING = re.compile(r"(\w+)\s*=\s*('(?:[^']|'')*'|\w+)")
_GAVE_UP = "'SUSPENDED_DUE_TO_ERRORS'"
_DONE = "SELECT 'Statement executed successfully.' AS status"


@dataclass(frozen=True)
class Run:
    """How a task's run ended: its full name, the state, when it began and ended, and the error."""

    task: str
    state: str
    began: datetime
    ended: datetime
    error: str = ""


class Tasks:
    """Every task by its full name: what it runs, what it was set to, and its runs."""

    def __init__(self) -> None:
        self._runs: dict[str, str] = {}
        self._settings: dict[str, dict[str, str]] = {}
        self._started: set[str] = set()
        self._gave_up: set[str] = set()
        self._history: list[Run] = []

    def install(self) -> None:
        """Look at each statement before fakesnow does."""
        original: Callable[..., Any] = cursors.FakeSnowflakeCursor.execute

        def execute(cursor: Any, command: str, *args: Any, **options: Any) -> Any:
            session = cursor._conn
            if (made := _CREATE.match(command)) is not None:
                name = full_name(session, made[2])
                if not (made[1] and name in self._runs):
                    self._runs[name] = made[4]
                    self._settings[name] = settings(made[3])
                    self._started.discard(name)
                command = _DONE
            elif (turned := _STATE.match(command)) is not None:
                name = full_name(session, turned[1])
                self._gave_up.discard(name)
                if turned[2].upper() == "RESUME":
                    self._started.add(name)
                else:
                    self._started.discard(name)
                command = _DONE
            elif (listed := _LIST.match(command)) is not None:
                command = self._list(full_name(session, f"{listed[1]}.x").rpartition(".")[0])
            elif (changed := _SET.match(command)) is not None:
                kept = self._settings.setdefault(full_name(session, changed[1]), {})
                kept.update(settings(changed[2]))
                command = _DONE
            elif (shown := _SHOW.match(command)) is not None:
                command = self._shown(full_name(session, shown[1]))
            elif (wanted := _EXECUTE.match(command)) is not None:
                self._execute(session, full_name(session, wanted[1]))
                command = _DONE
            else:
                command = _HISTORY.sub(lambda asked: self._past(asked["given"]), command)
            return original(cursor, command, *args, **options)

        cursors.FakeSnowflakeCursor.execute = execute

    def _execute(self, session: Any, name: str) -> None:
        if name not in self._runs:
            told = f"SQL compilation error: Task {name} does not exist or not authorized."
            raise errors.ProgrammingError(msg=told, errno=2003, sqlstate="02000")
        began, error = datetime.now(UTC), ""
        try:
            session.cursor().execute(self._runs[name], server=True)
        except errors.ProgrammingError as failed:
            error = str(failed.msg)
        state = "FAILED" if error else "SUCCEEDED"
        if error and self._failures(name) + 1 == self._patience(name):
            state = "FAILED_AND_AUTO_SUSPENDED"
            self._started.discard(name)
            self._gave_up.add(name)
        self._history.append(Run(name, state, began, datetime.now(UTC), error))

    def _patience(self, name: str) -> int:
        """Return how many failures in a row suspend a task; 0: any number."""
        return int(self._settings[name].get("SUSPEND_TASK_AFTER_NUM_FAILURES", "10"))

    def _failures(self, name: str) -> int:
        past = [run for run in reversed(self._history) if run.task == name]
        return next((at for at, run in enumerate(past) if run.state == "SUCCEEDED"), len(past))

    def _past(self, given: str) -> str:
        """Return a query for the runs of a task, or of all, the newest first."""
        wanted = _OF_TASK.search(given)
        rows = [
            _row(run)
            for run in reversed(self._history)
            if wanted is None or parts(run.task)[2] == wanted[1].upper()
        ]
        none = (
            "SELECT '' AS query_id, '' AS state, '' AS database_name, '' AS schema_name,"
            " SYSDATE() AS scheduled_time, SYSDATE() AS query_start_time,"
            " SYSDATE() AS completed_time, '' AS error_message WHERE FALSE"
        )
        return f"({' UNION ALL '.join([none, *rows])})"

    def _list(self, schema: str) -> str:
        rows = [
            f"SELECT '{task.strip(chr(34)).upper()}' AS name,"
            f" '{'started' if name in self._started else 'suspended'}' AS state,"
            " '' AS warehouse,"
            f" {_GAVE_UP if name in self._gave_up else 'NULL'}"
            " AS last_suspended_reason"
            for name in sorted(self._runs)
            for place, _dot, task in [name.rpartition(".")]
            if place == schema
        ]
        none = "SELECT '' AS name, '' AS state, '' AS warehouse, '' AS last_suspended_reason"
        return " UNION ALL ".join(rows or [f"{none} WHERE FALSE"])

    def _shown(self, name: str) -> str:
        rows = [
            f"SELECT '{key}' AS key, '{value}' AS value"
            for key, value in self._settings.get(name, {}).items()
        ]
        return " UNION ALL ".join(rows or ["SELECT '' AS key, '' AS value WHERE FALSE"])


def settings(text: str) -> dict[str, str]:
    """Return `NAME = value` pairs of a definition, values without quotes."""
    return {name.upper(): value.strip("'") for name, value in _SETTING.findall(text)}


def parts(full: str) -> list[str]:
    """Return database, schema and name of a full name, without their quotes."""
    return full[1:-1].split('"."')


def _row(run: Run) -> str:
    """Return a query for one row of TASK_HISTORY."""
    database, schema, _task = parts(run.task)
    began, ended = (f"'{at:%Y-%m-%d %H:%M:%S.%f}'::TIMESTAMP_NTZ" for at in (run.began, run.ended))
    told = "'{}'".format(run.error.replace("'", "''")) if run.error else "NULL"
    return f"SELECT 'q', '{run.state}', '{database}', '{schema}', {began}, {began}, {ended}, {told}"
