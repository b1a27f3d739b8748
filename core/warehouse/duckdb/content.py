"""Stored bytes against the checksums that were taken when they came, a bounded part at a time.

DuckDB is not asked whether its bytes are right: they are read back and summed up here.
"""

from collections.abc import Callable, Sequence

from core.checksums import letter_checksum, payload_checksum
from core.warehouse.model import ContentPart, ContentSpan, Damage, Row
from core.warehouse.record_headers import headers_from

MAX_ROWS = 5_000
"""Rows of one read: their conversion holds up other threads for some milliseconds."""
MAX_BYTES = 32 << 20
"""Bytes of one read, where it is more than one row."""
MAX_NAMED = 100
"""Damaged rows of one read that are described one by one; more are counted."""

Read = Callable[[str, Sequence[object]], list[Row]]
_LETTERS = "dead_letters"


def span(read: Read, table: str, *, checksums: bool) -> ContentSpan:
    """Return what a table holds. checksums: whether it has the column (not before an upgrade)."""
    if not checksums:
        ((rows,),) = read(f"{_query(table)}_count", ())
        return ContentSpan(rows, 0, -1, rows)
    ((rows, first, last, without),) = read(f"{_query(table)}_span", ())
    return ContentSpan(rows, first, last, without)


def compare(read: Read, table: str, after: int, last: int) -> ContentPart:
    """Compare one part; see `Warehouse.compare_content`. read: runs a named read of `sql/`."""
    name = _query(table)
    end = _end(read, name, after, last)
    rows = read(name, [after, end])
    found = list(map(_found_letter if table == _LETTERS else _found_event, rows))
    bad = [
        (row, checksum)
        for row, checksum in zip(rows, found, strict=True)
        if not row[3] or (checksum != row[1] and row[1] is not None)
    ]
    without = sum(row[1] is None and row[3] for row in rows)
    return ContentPart(
        end,
        len(rows) - without - len(bad),
        without,
        [_damage(read, name, row, checksum) for row, checksum in bad[:MAX_NAMED]],
        max(len(bad) - MAX_NAMED, 0),
    )


def _query(table: str) -> str:
    """Return what the queries of a table begin with: there are dead letters, and raw events."""
    return "content_letters" if table == _LETTERS else "content_events"


def _end(read: Read, name: str, after: int, last: int) -> int:
    """Return where a part ends that begins behind a position and fits into memory."""
    ((first,),) = read(f"{name}_next", [after])
    if first is None or first > last:
        return last
    end = min(first - 1 + MAX_ROWS, last)
    while end > first:
        ((_rows, size),) = read(f"{name}_size", [after, end])
        if size <= MAX_BYTES:
            break
        end = first + (end - first) // 2
    return int(end)


def _found_event(row: Row) -> int:
    return payload_checksum(row[2])


def _found_letter(row: Row) -> int | None:
    """Return the checksum of a letter as it is stored; None where it cannot be read any more."""
    payload = None if row[2] is None else payload_checksum(row[2])
    if row[4] == "merge":
        return payload
    try:
        return letter_checksum(payload, row[5], headers_from(row[6].decode()))
    except (ValueError, TypeError):
        return None


def _damage(read: Read, name: str, row: Row, found: int | None) -> Damage:
    ((event_id, source_id, partition, offset, stage),) = read(f"{name}_row", [row[0]])
    faults = []
    if row[1] is not None and found != row[1]:
        faults.append("payload")
    if not row[3]:
        faults.append("coordinates")
    return Damage(
        position=row[0],
        fault="+".join(faults),
        stage=stage,
        event_id=event_id,
        source_id=source_id,
        partition=partition,
        offset=offset,
        stored="" if row[1] is None else f"{row[1]:016x}",
        found="" if found is None else f"{found:016x}",
    )
