"""What can be proven on Snowflake: values of events, bytes of dead letters.

A VARIANT keeps what JSON means and not how it was written: spaces, the order of keys and zeros at
the end of numbers are gone. So the client takes an MD5 of the fields that rows are made of, as it
reads them from the bytes that came (`fingerprint.py`), and Snowflake takes the same of what it
stores. Further fields of an event are not covered. A dead letter is stored as bytes, and all of it
is covered.
"""

from collections.abc import Callable, Sequence

from core.warehouse.model import ContentPart, ContentSpan, Damage, DeadLetter, Row
from core.warehouse.record_headers import headers_text
from core.warehouse.snowflake.fingerprint import md5

STEP = 200_000
"""Positions that one statement takes: no event leaves Snowflake, but each is computed there."""

Read = Callable[[str, Sequence[object]], list[Row]]


def _query(table: str) -> str:
    """Return what the queries of a table begin with: there are dead letters, and raw events."""
    return "content_letters" if table == "dead_letters" else "content_events"


def letter_md5(letter: DeadLetter) -> str:
    """Return the MD5 of a dead letter's bytes as `content_letters.sql` takes it."""
    parts = (_hex(letter.key), _hex(letter.payload), headers_text(letter.headers))
    return md5("|".join(parts))


def span(read: Read, table: str, *, checksums: bool) -> ContentSpan:
    """Return what a table holds. checksums: whether it has the column (not before an upgrade)."""
    if not checksums:
        ((rows,),) = read(f"{_query(table)}_count", ())
        return ContentSpan(int(rows), 0, -1, int(rows))
    ((rows, first, last, without),) = read(f"{_query(table)}_span", ())
    return ContentSpan(int(rows), int(first), int(last), int(without))


def compare(read: Read, damage: Read, table: str, after: int, last: int) -> ContentPart:
    """Compare one part; see `Warehouse.compare_content`.

    read: runs a named read of `sql/`; damage: `content_damage` over one.
    """
    end = _end(read, table, after, last)
    found = damage(_query(table), [after, end])
    rows, without, damaged = (int(value or 0) for value in found[0][:3])
    named = [_damage(row[3:]) for row in found if row[3] is not None]
    return ContentPart(end, rows - without - damaged, without, named, damaged - len(named))


def _end(read: Read, table: str, after: int, last: int) -> int:
    """Return where a part ends that begins behind a position."""
    if last - after > STEP and table != "dead_letters":
        ((first,),) = read("content_events_next", [after])
        after = last if first is None else int(first) - 1
    return min(after + STEP, last)


def _damage(row: Row) -> Damage:
    seq, event_id, source_id, partition, offset, stage, stored, found, placed, right = row
    faults = ["payload"] * (not right) + ["coordinates"] * (not placed)
    return Damage(
        position=int(seq),
        fault="+".join(faults),
        stage=stage,
        event_id=event_id,
        source_id=source_id,
        partition=int(partition),
        offset=int(offset),
        stored=stored or "",
        found=found or "",
    )


def _hex(data: bytes | None) -> str:
    return "-" if data is None else data.hex().upper()
