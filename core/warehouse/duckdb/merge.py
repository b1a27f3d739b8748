"""The merge: new raw events into rows, as the Snowflake task does it.

The newest version of a row wins; what is newer, the SQL of the pipeline says. Versions inside one
run are reduced to the newest first, so a MERGE never meets two sources for one target. Rows whose
fields do not cast go to the dead letters (stage `merge`) and never block the rest.
"""

from collections.abc import Callable
from datetime import datetime

import duckdb

from core.clock import Clock
from core.warehouse.duckdb.staging import naive_utc
from core.warehouse.model import MergeResult, Row

MAX_EVENTS = 200_000
"""Raw events one run takes: bounds its memory and how long a reader sees the old state."""


def merge_new_events(
    cursor: duckdb.DuckDBPyConnection, sql: Callable[[str], str], clock: Clock, *, deletes: bool
) -> MergeResult:
    """Merge up to MAX_EVENTS new raw events, in the caller's transaction.

    deletes: rows of the pipeline can be deleted.
    """
    began, started_at = clock.monotonic(), naive_utc(clock.now())
    from_seq, to_seq, oldest = _range(cursor, sql)
    if to_seq is None or oldest is None:
        return MergeResult()
    cursor.execute(sql("merge_cast"), [from_seq, to_seq])
    taken, quarantined, keys = _row(cursor, sql("merge_count"), [])
    if quarantined:
        cursor.execute(sql("merge_quarantine"), [started_at, from_seq, to_seq])
    if deletes:
        inserted, updated, deleted = _merge_deletes(cursor, sql)
    else:
        if keys < taken - quarantined:  # seldom, and the reduction costs a tenth of the whole
            cursor.execute(sql("merge_reduce"))
        (before,) = _row(cursor, sql("count_rows"), [])
        (written,) = _row(cursor, sql("merge_rows"), [])
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


def _merge_deletes(cursor: duckdb.DuckDBPyConnection, sql: Callable[[str], str]) -> Row:
    """Merge where rows can be deleted; return how many were inserted, updated and deleted."""
    cursor.execute(sql("merge_before"))
    cursor.execute(sql("merge_rows"))
    return _row(cursor, sql("merge_outcome"), [])


def _range(
    cursor: duckdb.DuckDBPyConnection, sql: Callable[[str], str]
) -> tuple[int, int | None, datetime | None]:
    """Return the sequence numbers to take, (after, up to], and when the oldest event came."""
    (from_seq,) = _row(cursor, sql("merge_position"), [])
    to_seq, oldest = _row(cursor, sql("merge_range"), [from_seq, MAX_EVENTS])
    return from_seq, to_seq, oldest


def _row(cursor: duckdb.DuckDBPyConnection, sql: str, parameters: list[object]) -> Row:
    """Return the one row of an aggregate."""
    found = cursor.execute(sql, parameters).fetchone()
    if found is None:
        raise AssertionError("an aggregate without GROUP BY returns one row")
    return tuple(found)
