"""Temporary tables of a schema for the fake Snowflake: DuckDB keeps them in a place apart."""

import re
from collections.abc import Callable
from typing import Any

import fakesnow.cursor as cursors

_CREATE = re.compile(
    r"\s*CREATE\s+(?:OR\s+REPLACE\s+)?TEMP(?:ORARY)?\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?"
    r'((?:(?:"[^"]+"|[\w$]+)\.){1,2})("[^"]+"|[\w$]+)',
    re.IGNORECASE,
)


def install() -> None:
    """Let a session reach its temporary tables by the names they were made with."""
    original: Callable[..., Any] = cursors.FakeSnowflakeCursor.execute

    def execute(cursor: Any, command: str, *args: Any, **options: Any) -> Any:
        session = cursor._conn
        known: dict[str, str] = session.__dict__.setdefault("temporary_names", {})
        if (create := _CREATE.match(command)) is not None:
            known[create[1] + create[2]] = create[2]
        for name, plain in known.items():
            command = command.replace(name, plain)
        return original(cursor, command, *args, **options)

    cursors.FakeSnowflakeCursor.execute = execute
