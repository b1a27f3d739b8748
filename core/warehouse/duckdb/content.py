"""Stored bytes against the checksums that were taken when they came, a bounded part at a time.

DuckDB is not asked whether its bytes are right: they are read back and summed up here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from core.checksums import letter_checksum, payload_checksum
from core.warehouse.model import ContentPart, ContentSpan, Damage, Row
from core.warehouse.record_headers import headers_from

MAX_ROWS = 250_000
"""Rows of one read: planning it costs as much as some thousands of them, and two threads share a
read only where it is of several row groups."""
MAX_BYTES = 64 << 20
"""Bytes of one read, where it is more than one row."""
MAX_NAMED = 100
"""Damaged rows of one read that are described one by one; more are counted."""
_AT_ONCE = 5_000
"""Rows summed up in one go: meanwhile other threads wait for a millisecond."""

Read = Callable[[str, Sequence[object]], list[Row]]
ReadColumns = Callable[[str, Sequence[object]], pa.Table]
_LETTERS = "dead_letters"


@dataclass(frozen=True)
class _Doubt:
    """A row, and whether it is as it came. stored, found: its checksums, None where there is none.

    same: its event id is that of its coordinates.
    """

    position: int
    stored: int | None
    found: int | None
    same: bool


@dataclass(frozen=True)
class _Found:
    """What a part holds: rows, those that are as they can be without a checksum, bad ones."""

    rows: int
    without: int
    bad: int
    named: Sequence[_Doubt]


def span(read: Read, table: str, *, checksums: bool) -> ContentSpan:
    """Return what a table holds. checksums: whether it has the column (not before an upgrade)."""
    if not checksums:
        ((rows,),) = read(f"{_query(table)}_count", ())
        return ContentSpan(rows, 0, -1, rows)
    ((rows, first, last, without),) = read(f"{_query(table)}_span", ())
    return ContentSpan(rows, first, last, without)


def compare(
    read: Read, read_columns: ReadColumns, table: str, after: int, last: int
) -> ContentPart:
    """Compare one part; see `Warehouse.compare_content`.

    read, read_columns: run a named read of `sql/`, which gives rows, or columns.
    """
    name = _query(table)
    end = _end(read, name, after, last)
    if table == _LETTERS:
        found = _letters(read(name, [after, end]))
    else:
        found = _events(read_columns(name, [after, end]))
    return ContentPart(
        end,
        found.rows - found.without - found.bad,
        found.without,
        [_damage(read, name, one) for one in found.named],
        found.bad - len(found.named),
    )


def _query(table: str) -> str:
    """Return what the queries of a table begin with: there are dead letters, and raw events."""
    return "content_letters" if table == _LETTERS else "content_events"


def _end(read: Read, name: str, after: int, last: int) -> int:
    """Return where a part ends that begins behind a position and fits into memory."""
    end = min(after + MAX_ROWS, last)
    while end > after:
        ((rows, size),) = read(f"{name}_size", [after, end])
        if not rows and end < last:  # a gap: behind it
            ((first,),) = read(f"{name}_next", [after])
            if first is None or first > last:
                return last
            after, end = first - 1, min(first - 1 + MAX_ROWS, last)
        elif size <= MAX_BYTES or end == after + 1:
            break
        else:
            end = after + (end - after) // 2
    return int(end)


def _events(columns: pa.Table) -> _Found:
    lacks = columns["checksum"].is_null().to_numpy()
    stored = columns["checksum"].fill_null(0).to_numpy()
    same = columns["same"].fill_null(False).to_numpy()
    found = _checksums(columns["payload"])
    bad = np.flatnonzero(~same | (~lacks & (found != stored))).tolist()
    named = [
        _Doubt(
            columns["seq"][place].as_py(),
            columns["checksum"][place].as_py(),
            int(found[place]),
            bool(same[place]),
        )
        for place in bad[:MAX_NAMED]
    ]
    return _Found(columns.num_rows, int((lacks & same).sum()), len(bad), named)


def _checksums(payloads: pa.ChunkedArray) -> "np.ndarray[tuple[int], np.dtype[np.uint64]]":
    """Return the checksum of each payload."""
    found = np.empty(len(payloads), np.uint64)
    for start in range(0, len(payloads), _AT_ONCE):
        some = payloads.slice(start, _AT_ONCE).to_numpy().tolist()
        found[start : start + len(some)] = np.fromiter(map(payload_checksum, some), np.uint64)
    return found


def _letters(rows: Sequence[Row]) -> _Found:
    doubts = [_Doubt(row[0], row[1], _found_letter(row), row[3]) for row in rows]
    bad = [
        one
        for one in doubts
        if not one.same or (one.stored is not None and one.found != one.stored)
    ]
    without = sum(one.stored is None and one.same for one in doubts)
    return _Found(len(rows), without, len(bad), bad[:MAX_NAMED])


def _found_letter(row: Row) -> int | None:
    """Return the checksum of a letter as it is stored; None where it cannot be read any more."""
    payload = None if row[2] is None else payload_checksum(row[2])
    if row[4] == "merge":
        return payload
    try:
        return letter_checksum(payload, row[5], headers_from(row[6].decode()))
    except (ValueError, TypeError):
        return None


def _damage(read: Read, name: str, bad: _Doubt) -> Damage:
    ((event_id, source_id, partition, offset, stage),) = read(f"{name}_row", [bad.position])
    faults = []
    if bad.stored is not None and bad.found != bad.stored:
        faults.append("payload")
    if not bad.same:
        faults.append("coordinates")
    return Damage(
        position=bad.position,
        fault="+".join(faults),
        stage=stage,
        event_id=event_id,
        source_id=source_id,
        partition=partition,
        offset=offset,
        stored="" if bad.stored is None else f"{bad.stored:016x}",
        found="" if bad.found is None else f"{bad.found:016x}",
    )
