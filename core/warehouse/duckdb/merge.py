"""The merge: new raw events into rows, as the Snowflake task does it.

The newest version of a row wins; what is newer, the SQL of the pipeline says. Versions inside one
run are reduced to the newest first, so a MERGE never meets two sources for one target. Rows whose
fields do not cast go to the dead letters (stage `merge`) and never block the rest.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import pyarrow as pa

from core.clock import Clock, naive_utc
from core.warehouse.duckdb.parsed import Runner
from core.warehouse.model import MergeResult, Row

MAX_EVENTS = 200_000
"""Raw events one run takes: bounds its memory and how long a reader sees the old state."""


def merge_new_events(
    sql: Runner,
    clock: Clock,
    columns: Callable[[int, int, int], pa.Table | None] = lambda *_range: None,
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
    from_seq, to_seq, oldest, count = _range(sql)
    if to_seq is None or oldest is None:
        return MergeResult()
    typed = columns(from_seq, to_seq, count)
    if typed is None:
        sql.run("merge_cast", [from_seq, to_seq])
    else:
        sql.over(typed, "merge_columns")
    ((taken, quarantined, keys, *bounds),) = sql.run("merge_count")
    if quarantined:
        sql.run("merge_quarantine", [started_at, from_seq, to_seq])
    if deletes:
        inserted, updated, deleted = _merge_deletes(sql, bounds, keeps=keeps)
    else:
        if keys < taken - quarantined:  # seldom, and the reduction costs a tenth of the whole
            sql.run("merge_reduce")
        ((before,),) = sql.run("count_rows")
        (written,) = write_rows(sql, bounds, keeps=keeps, inserts=inserts)
        ((after,),) = sql.run("count_rows")
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
    sql.run("merge_log", result.logged(started_at, from_seq, to_seq))
    return result


def write_rows(sql: Runner, bounds: Sequence[object], *, keeps: bool, inserts: bool = False) -> Row:
    """Write the usable rows of `merge_cast`, one a key; return what `merge_rows` tells.

    bounds: the smallest and the largest of their keys. keeps: figures are kept with them. inserts:
    where none of the keys is there, as figures that are kept tell, `merge_new` may write them.
    """
    are_new = False
    if keeps:
        (met,) = _within(sql, "kept_before", bounds)
        are_new = inserts and not met
    written = _within(sql, "merge_new" if are_new else "merge_rows", bounds)
    if keeps:
        sql.run("kept_after")
    return written


def count_kept(sql: Runner) -> None:
    """Count kept figures anew from all rows."""
    sql.run("kept_empty")
    sql.run("kept_fill")


def _within(sql: Runner, name: str, bounds: Sequence[object]) -> Row:
    """Run SQL that may say by `$first` and `$last` between which keys the rows of a run lie.

    A join alone reads all of a table of rows; bounds skip its row groups that hold other keys.
    """
    (found,) = sql.run(name, dict(zip(("first", "last"), bounds, strict=True)))
    return found


def _merge_deletes(sql: Runner, bounds: Sequence[object], *, keeps: bool) -> Row:
    """Merge where rows can be deleted; return how many were inserted, updated and deleted."""
    _within(sql, "merge_before", bounds)
    write_rows(sql, bounds, keeps=keeps)
    return _within(sql, "merge_outcome", bounds)


def _range(sql: Runner) -> tuple[int, int | None, datetime | None, int]:
    """Return the numbers to take, (after, up to], when the oldest event came, and how many."""
    ((from_seq,),) = sql.run("merge_position")
    ((to_seq, oldest, count),) = sql.run("merge_range", [from_seq, MAX_EVENTS])
    return from_seq, to_seq, oldest, count
