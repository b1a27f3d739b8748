"""Tasks for the fake Snowflake: kept as they are defined, and run when EXECUTE TASK says so.

A task runs what stands behind AS, through the session that asks. Nothing here watches the clock or
a stream. What a task was SET to can be read by SHOW PARAMETERS ... IN TASK, and by SHOW TASKS
whether it is suspended; nothing suspends one but ALTER TASK.
"""

import re
from collections.abc import Callable
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
_SETTING = re.compile(r"(\w+)\s*=\s*('(?:[^']|'')*'|\w+)")
_DONE = "SELECT 'Statement executed successfully.' AS status"


class Tasks:
    """Every task by its full name: what it runs, and what it was set to."""

    def __init__(self) -> None:
        self._runs: dict[str, str] = {}
        self._settings: dict[str, dict[str, str]] = {}
        self._started: set[str] = set()

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
            return original(cursor, command, *args, **options)

        cursors.FakeSnowflakeCursor.execute = execute

    def _execute(self, session: Any, name: str) -> None:
        if name not in self._runs:
            told = f"SQL compilation error: Task {name} does not exist or not authorized."
            raise errors.ProgrammingError(msg=told, errno=2003, sqlstate="02000")
        session.cursor().execute(self._runs[name], server=True)

    def _list(self, schema: str) -> str:
        rows = [
            f"SELECT '{task.strip(chr(34)).upper()}' AS name,"
            f" '{'started' if name in self._started else 'suspended'}' AS state,"
            " '' AS warehouse, NULL AS last_suspended_reason"
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
