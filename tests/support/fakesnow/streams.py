"""Append-only streams for the fake Snowflake, which has none.

A stream is a view of the rows that were appended to its table after a position. A statement that
writes and reads the stream moves the position with its transaction, as on Snowflake: within one
transaction every statement sees the same rows, and a rollback gives them back. Rows are numbered
by DuckDB in the order in which they are committed, and these tables never lose a row.
https://docs.snowflake.com/en/user-guide/streams-intro
"""

import re
from collections.abc import Callable
from typing import Any

import duckdb
import fakesnow.cursor as cursors
from sessions import touched

_NAME = r'((?:"[^"]+"|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+)){0,2})'
_CREATE = re.compile(
    rf"\s*CREATE\s+(?P<replace>OR\s+REPLACE\s+)?STREAM\s+(?P<missing>IF\s+NOT\s+EXISTS\s+)?{_NAME}"
    rf"\s+ON\s+TABLE\s+{_NAME}(?P<options>.*)",
    re.IGNORECASE | re.DOTALL,
)
_OTHER = re.compile(
    rf"\s*(DROP|ALTER|DESCRIBE)\s+STREAM\s+(?:IF\s+EXISTS\s+)?{_NAME}", re.IGNORECASE
)
_HAS_DATA = re.compile(r"SYSTEM\$STREAM_HAS_DATA\s*\(\s*'([^']+)'\s*\)", re.IGNORECASE)
_WRITES = re.compile(r"\s*(INSERT|MERGE|UPDATE|DELETE|CREATE)\b", re.IGNORECASE)
_BEGIN = re.compile(r"\s*(BEGIN|START\s+TRANSACTION)\b", re.IGNORECASE)
_COMMIT = re.compile(r"\s*COMMIT\b", re.IGNORECASE)
_ROLLBACK = re.compile(r"\s*ROLLBACK\b", re.IGNORECASE)
_REMARKS = re.compile(r"\A(?:\s*--[^\n]*\n)+")
_DONE = "SELECT 'Statement executed successfully.' AS status"


class Streams:
    """Every stream by its full name, and the table behind it."""

    def __init__(self) -> None:
        self._tables: dict[str, str] = {}

    def install(self) -> None:
        """Look at each statement before fakesnow does."""
        original: Callable[..., Any] = cursors.FakeSnowflakeCursor.execute

        def execute(cursor: Any, command: str, *args: Any, **options: Any) -> Any:
            return self.execute(cursor, command, original, *args, **options)

        cursors.FakeSnowflakeCursor.execute = execute

    def execute(
        self, cursor: Any, command: str, original: Callable[..., Any], *args: Any, **options: Any
    ) -> Any:
        """Run one statement, with what it means for streams."""
        session = cursor._conn
        touched(session)
        command = _REMARKS.sub("", command, count=1)
        if (create := _CREATE.match(command)) is not None:
            self._create(session, create)
            return original(cursor, _DONE, server=True)
        if (other := _OTHER.match(command)) is not None:
            if other[1].upper() == "DROP":
                self._drop(session, full_name(session, other[2]))
            return original(cursor, _DONE, server=True)
        if _ROLLBACK.match(command):
            session.read_streams = set()
        elif _COMMIT.match(command):
            self._advance(session)
            session.in_work = False
        elif _BEGIN.match(command):
            session.in_work = True
            session.read_streams = set()
        command = _HAS_DATA.sub(lambda found: self._has_data(session, found[1]), command)
        result = original(cursor, command, *args, **options)
        if _ROLLBACK.match(command):
            session.in_work = False
        if _WRITES.match(command):
            session.read_streams = getattr(session, "read_streams", set()) | self._read(
                session, command
            )
            if not getattr(session, "in_work", False):
                self._advance(session)
        return result

    def _create(self, session: Any, create: re.Match[str]) -> None:
        stream, table = full_name(session, create[3]), full_name(session, create[4])
        if stream in self._tables and create["missing"]:
            return
        self._drop(session, stream)
        own = session._duck_conn.cursor()
        from_start = "SHOW_INITIAL_ROWS = TRUE" in " ".join(create["options"].upper().split())
        begin = "-1" if from_start else f"(SELECT COALESCE(MAX(rowid), -1) FROM {table})"
        own.execute(f"CREATE TABLE {position(stream)} AS SELECT CAST({begin} AS BIGINT) AS place")
        own.execute(
            f"CREATE VIEW {stream} AS SELECT *, 'INSERT' AS \"METADATA$ACTION\","
            f' FALSE AS "METADATA$ISUPDATE", CAST(rowid AS VARCHAR) AS "METADATA$ROW_ID"'
            f" FROM {table} WHERE rowid > (SELECT place FROM {position(stream)})"
        )
        self._tables[stream] = table

    def _drop(self, session: Any, stream: str) -> None:
        if self._tables.pop(stream, None) is not None:
            own = session._duck_conn.cursor()
            own.execute(f"DROP VIEW IF EXISTS {stream}")
            own.execute(f"DROP TABLE IF EXISTS {position(stream)}")

    def _read(self, session: Any, command: str) -> set[str]:
        """Return the streams that a statement names, of this schema or another."""
        plain = command.upper().replace('"', "")
        here = f"{session.database}.{session.schema}.".upper()
        found = set()
        for stream in self._tables:
            whole = stream.upper().replace('"', "")
            short = re.escape(whole.removeprefix(here))
            if re.search(rf"(?<![\w$.])(?:{re.escape(whole)}|{short})(?![\w$])", plain):
                found.add(stream)
        return found

    def _advance(self, session: Any) -> None:
        """Move the streams that were read, in the transaction that read them."""
        for stream in getattr(session, "read_streams", set()):
            table = self._tables.get(stream)
            if table is not None:
                session._duck_conn.execute(
                    f"UPDATE {position(stream)} SET place ="
                    f" (SELECT COALESCE(MAX(rowid), -1) FROM {table})"
                )
        session.read_streams = set()

    def _has_data(self, session: Any, name: str) -> str:
        stream = full_name(session, name)
        try:
            found = session._duck_conn.execute(f"SELECT COUNT(*) FROM {stream}").fetchone()
        except duckdb.Error:
            return "FALSE"
        return "TRUE" if found and found[0] else "FALSE"


def full_name(session: Any, name: str) -> str:
    """Return database, schema and name, quoted, as DuckDB finds them."""
    parts = [
        part[1:-1] if part.startswith('"') else part.upper()
        for part in re.findall(r'"[^"]+"|[\w$]+', name)
    ]
    given = [session.database, session.schema]
    whole = [*given[: 3 - len(parts)], *parts]
    return ".".join(f'"{part}"' for part in whole)


def position(stream: str) -> str:
    """Return the table that keeps the position of a stream."""
    return stream[:-1] + '__POSITION"'
