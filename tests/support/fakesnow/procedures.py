"""Procedures for the fake Snowflake: kept by name, called, shown and dropped.

A CALL is one request that begins and ends its own transaction; one that a body leaves open
is rolled back, and is an error. Statements that find the rows of another session's transaction wait
for it, as for a lock.
"""

import re
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import fakesnow.cursor as cursors
from scripting import CHANGES, HEAD, Run
from sessions import IDLE_S, guard, releases, touched
from snowflake.connector import errors
from streams import full_name

NAME = r'((?:"[^"]+"|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+)){0,2})'
_REMARKS = r"\A(?:\s*--[^\n]*\n)*\s*"
_CREATE = re.compile(
    rf"{_REMARKS}CREATE\s+(?:OR\s+REPLACE\s+)?PROCEDURE\s+{NAME}\s*\((.*?)\)\s+(?:COPY\s+GRANTS\s+)?"
    r"RETURNS\b.*?\$\$(.*)\$\$\s*;?\s*\Z",
    re.IGNORECASE | re.DOTALL,
)
_DROP = re.compile(rf"{_REMARKS}DROP\s+PROCEDURE\s+IF\s+EXISTS\s+{NAME}", re.IGNORECASE)
_CALL = re.compile(rf"{_REMARKS}CALL\s+{NAME}\s*\((.*)\)\s*;?\s*\Z", re.IGNORECASE | re.DOTALL)
_SHOW = re.compile(
    rf"{_REMARKS}SHOW\s+PROCEDURES\s+LIKE\s+'(\w+)'\s+IN\s+SCHEMA\s+(\S+)", re.IGNORECASE
)
_DESCRIBE = re.compile(rf"{_REMARKS}DESCRIBE\s+PROCEDURE\s+{NAME}\s*\(.*\)", re.IGNORECASE)
LOCK_TIMEOUT = 625
_DESCRIBED = (
    "SELECT 'language' AS property, 'SQL' AS value UNION ALL SELECT 'body', CAST(? AS VARCHAR)"
)
WAIT_S = 4 * IDLE_S
"""How long a CALL waits for the lock of another session (Snowflake: LOCK_TIMEOUT)."""


@dataclass
class Procedure:
    """A procedure: its parameters with their types, and the text of its body."""

    parameters: list[tuple[str, str]]
    body: str


def waited(session: Any, work: Callable[[], Any]) -> Any:
    """Do what is a transaction of its own, again while another session holds the lock.

    On Snowflake the statement waits. Here nothing of it is left after its rollback, so to begin it
    again is the same. It begins when somebody lets a lock go, or when a silent holder is due to be
    rolled back.
    """
    until = time.monotonic() + WAIT_S
    try:
        while True:
            seen = releases.count
            try:
                value = work()
            except errors.ProgrammingError as error:
                if error.errno != LOCK_TIMEOUT or time.monotonic() > until:
                    raise
                session.waits = True
                releases.wait(seen, IDLE_S)
            else:
                releases.add()
                return value
    finally:
        session.waits = False


class Procedures:
    """Every procedure by its full name."""

    def __init__(self) -> None:
        self._known: dict[str, Procedure] = {}

    def install(self) -> None:
        """Look at each statement before fakesnow does."""
        original: Callable[..., Any] = cursors.FakeSnowflakeCursor.execute

        def execute(cursor: Any, command: str, *args: Any, **options: Any) -> Any:
            session = cursor._conn
            session.running = session.__dict__.get("running", 0) + 1
            worked = getattr(session, "in_work", False)
            # Who ends a session waits for its statement, but not for all of a procedure's.
            whole = nullcontext() if _CALL.match(command) else guard(session)
            try:
                with whole:
                    return look(cursor, session, command, *args, **options)
            finally:
                session.running -= 1
                touched(session)
                # One that waits holds nothing between its attempts: to wake others would only have
                # them take turns in vain.
                if worked and not session.in_work and not getattr(session, "waits", False):
                    releases.add()

        def look(cursor: Any, session: Any, command: str, *args: Any, **options: Any) -> Any:
            if (create := _CREATE.match(command)) is not None:
                parameters = [part.split() for part in create[2].split(",") if part.strip()]
                self._known[full_name(session, create[1])] = Procedure(
                    [(name.lower(), " ".join(kind)) for name, *kind in parameters], create[3]
                )
                command = "SELECT 'Function successfully created.' AS status"
            elif (dropped := _DROP.match(command)) is not None:
                self._known.pop(full_name(session, dropped[1]), None)
                command = "SELECT 'done' AS status"
            elif (shown := _SHOW.match(command)) is not None:
                command, options = self._shown(session, shown), {"server": True}
            elif (described := _DESCRIBE.match(command)) is not None:
                body = self._body(session, described)
                command, options = _DESCRIBED, {"server": True, "binding_params": [body]}
            elif (called := _CALL.match(command)) is not None:
                value = self._call(cursor, called, list(options.pop("binding_params", None) or ()))
                column = called[1].rpartition(".")[2].strip('"')
                told, bound = ("NULL", []) if value is None else ("CAST(? AS VARCHAR)", [value])
                command = f"SELECT {told} AS {column}"
                options = {"server": True, "binding_params": bound}
            if CHANGES.match(HEAD.sub("", command)) and not getattr(session, "in_work", False):
                return waited(session, lambda: original(cursor, command, *args, **options))
            return original(cursor, command, *args, **options)

        cursors.FakeSnowflakeCursor.execute = execute

    def _shown(self, session: Any, shown: re.Match[str]) -> str:
        wanted = full_name(session, f"{shown[2]}.{shown[1]}")
        return f"SELECT '{shown[1]}' AS name WHERE {'TRUE' if wanted in self._known else 'FALSE'}"

    def _body(self, session: Any, described: re.Match[str]) -> str:
        procedure = self._known.get(full_name(session, described[1]))
        if procedure is None:
            told = f"Procedure '{described[1]}' does not exist or not authorized."
            raise errors.ProgrammingError(msg=told, errno=2003, sqlstate="02000")
        return procedure.body

    def _call(self, cursor: Any, called: re.Match[str], bound: list[Any]) -> Any:
        procedure = self._known.get(full_name(cursor._conn, called[1]))
        given = [part for part in called[2].split(",") if part.strip()]
        if procedure is None or len(given) != len(procedure.parameters):
            told = f"SQL compilation error: Unknown user-defined function {called[1]}"
            raise errors.ProgrammingError(msg=told, errno=2141, sqlstate="42601")
        values = [
            (name, kind, value)
            for (name, kind), value in zip(procedure.parameters, bound, strict=True)
        ]
        return waited(cursor._conn, lambda: self._once(cursor, procedure, values))

    def _once(self, cursor: Any, procedure: Procedure, values: list[tuple[str, str, Any]]) -> Any:
        session = cursor._conn

        def run(sql: str, bound: list[Any]) -> Any:
            with guard(session):
                if getattr(session, "ended", False):
                    told = "Session no longer exists. New login required to access the service."
                    raise errors.OperationalError(msg=told, errno=390111, sqlstate="08001")
                inner = session.cursor()
                inner.execute(sql, binding_params=tuple(bound), server=True)
                return inner.fetchall()

        open_before = getattr(session, "in_work", False)
        try:
            value = Run(run, procedure.body).call(values)
        except errors.ProgrammingError:
            self._close(run, session, open_before)
            raise
        if self._close(run, session, open_before):
            raise errors.ProgrammingError(
                msg="Stored procedure execution error: a scoped transaction was left open",
                errno=90232,
                sqlstate="25000",
            )
        return value

    def _close(self, run: Callable[[str, list[Any]], Any], session: Any, before: bool) -> bool:
        """Roll back what a body has left open; return whether there was something."""
        left = not before and getattr(session, "in_work", False)
        if left:
            run("ROLLBACK", [])
        return bool(left)
