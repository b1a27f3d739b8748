"""Files of a stage for the fake Snowflake: listed and removed by quoted names too."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fakesnow.cursor as cursors
from fakesnow.transforms import stage
from streams import full_name

_REMARKS = r"\A(?:\s*--[^\n]*\n)*\s*"
_NAME = r'((?:"[^"]+"|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+)){0,2})'
_LIST = re.compile(rf"{_REMARKS}LIST\s+@{_NAME}\s*\Z", re.IGNORECASE)
_REMOVE = re.compile(rf"{_REMARKS}REMOVE\s+@{_NAME}/([\w.-]+)\s*\Z", re.IGNORECASE)


def install() -> None:
    """Look at each statement before fakesnow does."""
    original: Callable[..., Any] = cursors.FakeSnowflakeCursor.execute

    def execute(cursor: Any, command: str, *args: Any, **options: Any) -> Any:
        if (listed := _LIST.match(command)) is not None:
            command, options = _listed(_folder(cursor, listed[1])), {"server": True}
        elif (gone := _REMOVE.match(command)) is not None:
            file = _folder(cursor, gone[1]) / gone[2]
            was = file.exists()
            file.unlink(missing_ok=True)
            result = f"SELECT '{file.name}' AS name, 'removed' AS result WHERE {was}"
            command, options = result, {"server": True}
        return original(cursor, command, *args, **options)

    cursors.FakeSnowflakeCursor.execute = execute


def _folder(cursor: Any, name: str) -> Path:
    return Path(stage.internal_dir(full_name(cursor._conn, name).replace('"', "")))


def _listed(folder: Path) -> str:
    rows = []
    for file in sorted(folder.glob("*")) if folder.exists() else ():
        about = file.stat()
        at = datetime.fromtimestamp(about.st_mtime, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
        rows.append(
            f"SELECT '{folder.name.lower()}/{file.name}' AS name, {about.st_size} AS size,"
            f" '' AS md5, '{at}' AS last_modified"
        )
    none = "SELECT '' AS name, 0 AS size, '' AS md5, '' AS last_modified WHERE FALSE"
    return " UNION ALL ".join(rows or [none])
