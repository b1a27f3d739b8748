"""The merge on Snowflake: by the stored procedure, by the task, or statement by statement.

All three take the stream of raw events in one transaction and give the same rows, so they may be
mixed, and whoever comes second waits for the stream. The procedure is the shortest way: one call,
with the counts as its answer. The task runs the same procedure with the rights of its owner. Where
neither exists, or the role may not use them, the statements of `merge_*.sql` do it.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from core.clock import Clock, utc
from core.errors import WarehouseError
from core.text import _, clean
from core.warehouse.model import MergeResult, Row
from core.warehouse.snowflake.session import Connection

Sql = Callable[[str], str]
Script = Callable[[str], Sequence[str]]
"""Gives the statements of a named file."""
_NOT_FOR_US = frozenset({2003, 2043, 2140, 2141, 3001})
"""Not there or not authorized (of an object, of a function), insufficient privileges."""


def has_pending(connection: Connection, sql: Sql) -> bool:
    """Return whether raw events wait for a merge; asking wakes no warehouse."""
    ((pending,),) = connection.run(sql("merge_pending"))
    return str(pending).lower() == "true"


def has_procedure(connection: Connection, sql: Sql) -> bool:
    """Return whether the merge procedure is there and visible to the role."""
    return bool(connection.run(sql("merge_procedure_exists")))


def is_not_for_us(error: WarehouseError) -> bool:
    """Return whether the procedure is gone, or not for this role, by what its call said."""
    return getattr(error.__cause__, "errno", None) in _NOT_FOR_US


def merge_by_procedure(connection: Connection, sql: Sql) -> MergeResult:
    """Call the procedure; return the counts that it tells."""
    ((told,),) = connection.run(sql("merge_procedure"))
    figures = json.loads(told)
    return MergeResult(
        inserted=int(figures["inserted"]),
        updated=int(figures["updated"]),
        stale=int(figures["stale"]),
        quarantined=int(figures["quarantined"]),
        duration_s=float(figures["duration_s"]),
        delay_s=float(figures["delay_s"]),
        deleted=int(figures.get("deleted", 0)),  # a procedure of an earlier version tells none
    )


def merge_by_statements(
    connection: Connection,
    sql: Sql,
    clock: Clock,
    *,
    deletes: bool,
    kept: Script | None = None,
) -> MergeResult:
    """Merge everything in the stream, in one transaction of this session.

    deletes: rows of the pipeline can be deleted. kept: gives the SQL of figures that are kept.
    """
    began, started_at = clock.monotonic(), clock.now()
    connection.run(sql("merge_batch"))
    _run_all(connection, kept, "kept_batch")
    with connection.transaction():
        connection.run(sql("merge_cast"))
        (counted,) = connection.run(sql("merge_count"))
        taken, quarantined, oldest, from_seq, to_seq = counted
        if not taken:
            return MergeResult()
        if quarantined:
            quarantine = sql("merge_quarantine").replace("{now}", "CAST(? AS TIMESTAMP_NTZ(6))")
            connection.run(quarantine, [started_at])
        _run_all(connection, kept, "kept_before")
        if deletes:
            connection.run(sql("merge_before"))
            connection.run(sql("merge_rows"))
            (written,) = connection.run(sql("merge_outcome"))
        else:
            (written,) = connection.run(sql("merge_rows"))
        _run_all(connection, kept, "kept_after")
        inserted, updated = int(written[0]), int(written[1])
        deleted = int(written[2]) if deletes else 0
        result = MergeResult(
            inserted=inserted,
            updated=updated,
            deleted=deleted,
            stale=int(taken) - int(quarantined) - inserted - updated - deleted,
            quarantined=int(quarantined),
            duration_s=clock.monotonic() - began,
            delay_s=_age(started_at, oldest),
        )
        connection.run(sql("merge_log"), result.logged(started_at, from_seq, to_seq))
    return result


def rebuild_kept(connection: Connection, kept: Script) -> None:
    """Make kept figures anew. Emptying comes first: from then on no merge can end before this."""
    with connection.transaction():
        _run_all(connection, kept, "kept_empty")
        _run_all(connection, kept, "kept_fill")


def _run_all(connection: Connection, script: Script | None, name: str) -> None:
    """Run every statement of a named file, where there are any to run."""
    for statement in () if script is None else script(name):
        connection.run(statement)


def merge_by_task(
    connection: Connection,
    sql: Sql,
    clock: Clock,
    *,
    task: str,
    wait: Callable[[float], bool],
    limit_s: float,
) -> MergeResult:
    """Start the task of a name and wait for the run that follows; return what it logged.

    wait: pauses so many seconds, tells whether to stop. Errors: WarehouseError when the run failed,
    or when none has ended after `limit_s` seconds.
    """
    ((before,),) = connection.run(sql("task_clock"))
    connection.run(sql("task_execute"))
    began, pause = clock.monotonic(), 0.5
    while clock.monotonic() - began < limit_s and not wait(pause):
        runs = connection.run(sql("task_run_since"), [before])
        if runs and runs[0][0] in {"FAILED", "FAILED_AND_AUTO_SUSPENDED", "CANCELLED"}:
            raise WarehouseError(
                _("the task {task} failed: {reason}").format(
                    task=task, reason=clean(runs[0][1] or "-", 300)
                ),
                hint=_(
                    "the Warehouse pane shows its runs; SNOW_TRANSFORM=client merges without it"
                ),
            )
        if runs and runs[0][0] in {"SUCCEEDED", "SKIPPED"}:
            return _logged(connection.run(sql("task_merged_since"), [before]))
        pause = min(pause * 1.5, 5.0)
    raise WarehouseError(
        _("the task {task} has not ended after {seconds:.0f} s").format(task=task, seconds=limit_s),
        hint=_(
            "its run may still end, seen in the Warehouse pane; SNOW_TRANSFORM=client needs no task"
        ),
        transient=True,
    )


def _logged(rows: Sequence[Row]) -> MergeResult:
    """Return the sum of the runs that the log of merges shows."""
    total = MergeResult()
    for inserted, updated, stale, quarantined, duration_s, delay_s, deleted in rows:
        total = total.plus(
            MergeResult(
                int(inserted),
                int(updated),
                int(stale),
                int(quarantined),
                float(duration_s),
                float(delay_s),
                int(deleted),
            )
        )
    return total


def _age(now: datetime, stored: datetime) -> float:
    """Return seconds since a stored moment, which is UTC without a zone; never below 0."""
    return max((now - utc(stored)).total_seconds(), 0.0)
