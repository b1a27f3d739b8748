"""Writes what a consumer read: the offsets behind their fence, then events, dead letters and gaps.

Every function works inside the transaction of its caller.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import duckdb
import pyarrow as pa

from core.broker.identity import TopicIdentity
from core.clock import naive_utc
from core.errors import FencedError
from core.text import _, clean
from core.warehouse.duckdb import staging
from core.warehouse.model import RawBatch

Sql = Callable[[str], str]


def register(
    cursor: duckdb.DuckDBPyConnection,
    sql: Sql,
    identity: TopicIdentity,
    starts: Mapping[int, int],
    now: datetime,
) -> dict[int, int]:
    """Return the next offset of each partition, entering those met for the first time.

    now: naive UTC.
    """
    for partition, start in sorted(starts.items()):
        cursor.execute(
            sql("claim_partition"),
            [
                identity.source_id,
                identity.cluster_id,
                identity.topic,
                identity.topic_id,
                partition,
                start,
                start,
                now,
                identity.source_id,
                partition,
            ],
        )
    found = cursor.execute(sql("stored_offsets"), [identity.source_id]).fetchall()
    return {partition: offset for partition, offset in found if partition in starts}


def advance(cursor: duckdb.DuckDBPyConnection, sql: Sql, batch: RawBatch) -> None:
    """Move the offsets, each only from where this consumer found it.

    Errors: FencedError where another one has moved an offset since.
    """
    moves = staging.advances_table(batch.advances)
    parameters = [naive_utc(batch.received_at), batch.identity.source_id]
    if _append(cursor, sql("advance_offsets"), moves, parameters) != len(batch.advances):
        raise FencedError(
            _("topic {topic}: another consumer has stored one of the partitions {list}").format(
                topic=clean(batch.identity.topic, 80),
                list=", ".join(str(move.partition) for move in batch.advances),
            ),
            hint=_("nothing was written; the consumer reads again from the stored offsets"),
            transient=True,
        )


def insert(
    cursor: duckdb.DuckDBPyConnection, sql: Sql, batch: RawBatch, first_seq: int
) -> pa.Table | None:
    """Store the records of a batch; return its events as they were stored, None without any."""
    source, topic = batch.identity.source_id, batch.identity.topic
    received = naive_utc(batch.received_at)
    events = None
    if batch.payloads:
        events = staging.events_table(batch, first_seq)
        _append(cursor, sql("insert_events"), events, [source, received, source])
    if batch.dead_letters:
        letters = staging.dead_letters_table(batch.dead_letters)
        _append(cursor, sql("insert_dead_letters"), letters, [source, topic, source, received])
    if batch.gaps:
        gaps = staging.gaps_table(batch.gaps)
        _append(cursor, sql("insert_gaps"), gaps, [source, topic, received])
    return events


def _append(
    cursor: duckdb.DuckDBPyConnection,
    statement: str,
    table: pa.Table,
    parameters: Sequence[object],
) -> int:
    """Run a statement that reads the Arrow table as `staged`; return rows changed."""
    cursor.register("staged", table)
    changed = cursor.execute(statement, list(parameters)).fetchone()
    # Only after success: a transaction that failed allows nothing but its rollback, and the next
    # batch registers over this one.
    cursor.unregister("staged")
    return int(changed[0]) if changed else 0
