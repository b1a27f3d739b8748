"""The stage that large batches pass: a file goes up, one COPY takes it in, and it is gone.

It goes up before the transaction begins, so no lock waits for it. COPY removes what it has loaded
(PURGE). What it never loaded, because a worker died or the service refused, would be kept and paid
for: it is removed at once where that is possible, and otherwise by the next worker that starts, a
day later, when no transaction can still need it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol
from uuid import uuid4

from core.errors import WarehouseError
from core.warehouse.snowflake import batches
from core.warehouse.snowflake.session import Connection

OLD = timedelta(days=1)


class FileSql(Protocol):
    """Finds a named statement and fills in its placeholders."""

    def __call__(self, name: str, **more: str) -> str:
        """Return the statement. more: placeholders of this one, such as the file."""
        ...


@contextmanager
def staged(
    connection: Connection,
    sql: FileSql,
    kind: str,
    items: Sequence[bytes],
    common: Mapping[str, str],
) -> Iterator[str]:
    """Put items up as one file; yield the statement that copies it into its table.

    kind: `events` or `dead_letters`. common: see `batches.lines`. Where the block raises, the file
    is removed, unless nothing can be said to the service any more. Errors: WarehouseError.
    """
    file = f"{kind}-{uuid4().hex}.ndjson.gz"
    try:
        connection.put(sql("put_batch", file=file), batches.lines(items, common))
        yield sql(f"copy_{kind}", file=file)
    except WarehouseError:
        if not connection.broken:
            with suppress(WarehouseError):
                connection.run(sql("remove_batch", file=file))
        raise


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
