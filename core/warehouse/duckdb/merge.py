"""The merge: new raw events into rows, as the Snowflake task does it.

The newest version of a row wins; what is newer, the SQL of the pipeline says. Versions inside one
run are reduced to the newest first, so a MERGE never meets two sources for one target. Rows whose
fields do not cast go to the dead letters (stage `merge`) and never block the rest.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import duckdb

from core.clock import Clock, naive_utc
from core.warehouse.model import MergeResult, Row

MAX_EVENTS = 200_000
"""Raw events one run takes: bounds its memory and how long a reader sees the old state."""


def merge_new_events(
    cursor: duckdb.DuckDBPyConnection,
    sql: Callable[[str], str],
    clock: Clock,
    columns: Callable[[int, int, int], object] = lambda *_range: None,
    *,
    deletes: bool = False,
    keeps: bool = False,
    inserts: bool = False,
) -> MergeResult:
    """Merge up to MAX_EVENTS new raw events, in the caller's transaction.

    columns: gives typed columns of so many events after a number up to another, or None. deletes:
    rows of the pipeline can be deleted. keeps: figures are kept with them. inserts: it has
    `merge_new`.
    """
    began, started_at = clock.monotonic(), naive_utc(clock.now())
    from_seq, to_seq, oldest, count = _range(cursor, sql)
    if to_seq is None or oldest is None:
        return MergeResult()
    typed = columns(from_seq, to_seq, count)
    if typed is None:
        cursor.execute(sql("merge_cast"), [from_seq, to_seq])
    else:
        cursor.register("staged", typed)
        cursor.execute(sql("merge_columns")).fetchall()  # to its end: it reads `staged`
        cursor.unregister("staged")
    taken, quarantined, keys, *bounds = _row(cursor, sql("merge_count"), [])
    if quarantined:
        cursor.execute(sql("merge_quarantine"), [started_at, from_seq, to_seq])
    if deletes:
        inserted, updated, deleted = _merge_deletes(cursor, sql, bounds, keeps=keeps)
    else:
        if keys < taken - quarantined:  # seldom, and the reduction costs a tenth of the whole
            cursor.execute(sql("merge_reduce"))
        (before,) = _row(cursor, sql("count_rows"), [])
        (written,) = write_rows(cursor, sql, bounds, keeps=keeps, inserts=inserts)
        (after,) = _row(cursor, sql("count_rows"), [])
        inserted, updated, deleted = after - before, written - (after - before), 0
    result = MergeResult(
        inserted=inserted,
        updated=updated,
        deleted=deleted,
        stale=taken - quarantined - inserted - updated - deleted,
        quarantined=quarantined,
        duration_s=clock.monotonic() - began,
        delay_s=max((started_at - oldest).total_seconds(), 0.0),
    )
    cursor.execute(sql("merge_log"), result.logged(started_at, from_seq, to_seq))
    return result


def write_rows(
    cursor: duckdb.DuckDBPyConnection,
    sql: Callable[[str], str],
    bounds: Sequence[object],
    *,
    keeps: bool,
    inserts: bool = False,
) -> Row:
    """Write the usable rows of `merge_cast`, one a key; return what `merge_rows` tells.

    bounds: the smallest and the largest of their keys. keeps: figures are kept with them. inserts:
    where none of the keys is there, as figures that are kept tell, `merge_new` may write them.
    """
    are_new = False
    if keeps:
        (met,) = _within(cursor, sql("kept_before"), bounds)
        are_new = inserts and not met
    written = _within(cursor, sql("merge_new" if are_new else "merge_rows"), bounds)
    if keeps:
        cursor.execute(sql("kept_after"))
    return written


def count_kept(cursor: duckdb.DuckDBPyConnection, sql: Callable[[str], str]) -> None:
    """Count kept figures anew from all rows."""
    cursor.execute(sql("kept_empty"))
    cursor.execute(sql("kept_fill"))


def _within(cursor: duckdb.DuckDBPyConnection, text: str, bounds: Sequence[object]) -> Row:
    """Run SQL that may say by `$first` and `$last` between which keys the rows of a run lie.

    A join alone reads all of a table of rows; bounds skip its row groups that hold other keys.
    """
    named = dict(zip(("first", "last"), bounds, strict=True)) if "$first" in text else None
    (found,) = cursor.execute(text, named).fetchall()
    return tuple(found)


def _merge_deletes(
    cursor: duckdb.DuckDBPyConnection,
    sql: Callable[[str], str],
    bounds: Sequence[object],
    *,
    keeps: bool,
) -> Row:
    """Merge where rows can be deleted; return how many were inserted, updated and deleted."""
    _within(cursor, sql("merge_before"), bounds)
    write_rows(cursor, sql, bounds, keeps=keeps)
    return _within(cursor, sql("merge_outcome"), bounds)


def _range(
    cursor: duckdb.DuckDBPyConnection, sql: Callable[[str], str]
) -> tuple[int, int | None, datetime | None, int]:
    """Return the numbers to take, (after, up to], when the oldest event came, and how many."""
    (from_seq,) = _row(cursor, sql("merge_position"), [])
    to_seq, oldest, count = _row(cursor, sql("merge_range"), [from_seq, MAX_EVENTS])
    return from_seq, to_seq, oldest, count


def _row(cursor: duckdb.DuckDBPyConnection, sql: str, parameters: list[object]) -> Row:
    """Return the one row of an aggregate. All is read: else nothing can be registered after it."""
    (found,) = cursor.execute(sql, parameters).fetchall()
    return tuple(found)
