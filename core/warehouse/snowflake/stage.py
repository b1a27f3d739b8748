"""The stage that large batches pass: a file goes up, one COPY takes it in, and it is gone.

COPY removes what it has loaded (PURGE). What it never loaded, because a worker died or the service
refused, would be kept and paid for: it is removed at once where that is possible, and otherwise by
the next worker that starts, a day later, when no transaction can still need it.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol
from uuid import uuid4

from core.errors import WarehouseError
from core.text import _
from core.warehouse.snowflake import batches
from core.warehouse.snowflake.session import Connection

OLD = timedelta(days=1)
_ROWS_LOADED = 3
"""The place of the count in what COPY tells of each file."""


class FileSql(Protocol):
    """Finds a named statement and fills in its placeholders."""

    def __call__(self, name: str, **more: str) -> str:
        """Return the statement. more: placeholders of this one, such as the file."""
        ...


def load(
    connection: Connection,
    sql: FileSql,
    kind: str,
    items: Sequence[bytes],
    common: Mapping[str, str],
) -> None:
    """Load items by one file. kind: `events` or `dead_letters`. Errors: WarehouseError."""
    file = f"{kind}-{uuid4().hex}.ndjson.gz"
    try:
        connection.put(sql("put_batch", file=file), batches.lines(items, common))
        rows = connection.run(sql(f"copy_{kind}", file=file))
        loaded = sum(int(row[_ROWS_LOADED]) for row in rows if len(row) > _ROWS_LOADED)
        _check(loaded, len(items))
    except WarehouseError:
        if not connection.broken:
            with suppress(WarehouseError):
                connection.run(sql("remove_batch", file=file))
        raise


def _check(loaded: int, count: int) -> None:
    if loaded != count:
        raise WarehouseError(
            _("{loaded} of {count} staged records were loaded").format(loaded=loaded, count=count),
            hint=_("nothing was stored; it is tried again"),
            transient=True,
        )


def clear_old(connection: Connection, sql: FileSql, now: datetime) -> int:
    """Remove files that were put there over a day ago; return how many. Raises nothing.

    now: with its zone. Who may not look at the stage leaves it as it is.
    """
    removed = 0
    with suppress(WarehouseError):
        for row in connection.shown(sql("batches_listed")):
            name = str(row.get("name", "")).rpartition("/")[2]
            if _is_ours(name) and _put_at(row, now) < now - OLD:
                connection.run(sql("remove_batch", file=name))
                removed += 1
    return removed


def _is_ours(name: str) -> bool:
    """Return whether a worker made a file of this name, which is then harmless in a statement."""
    plain = name.removesuffix(".ndjson.gz").replace("-", "").replace("_", "")
    return name.endswith(".ndjson.gz") and plain.isascii() and plain.isalnum()


def _put_at(row: Mapping[str, object], now: datetime) -> datetime:
    """Return when a file was put there; now where that cannot be read."""
    try:
        return parsedate_to_datetime(str(row.get("last_modified")))
    except ValueError:
        return now
