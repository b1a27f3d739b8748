"""Writes what a consumer read: the offsets behind their fence, then events, dead letters and gaps.

Every function works inside the transaction of its caller.
"""

from collections.abc import Mapping
from datetime import datetime

import pyarrow as pa

from core.broker.identity import TopicIdentity
from core.clock import naive_utc
from core.errors import FencedError
from core.text import _, clean
from core.warehouse.duckdb import staging
from core.warehouse.duckdb.parsed import Runner
from core.warehouse.model import RawBatch

_FEW = 500
"""So many events at most are handed over as lists. From a thousand on a table costs less."""


def register(
    sql: Runner, identity: TopicIdentity, starts: Mapping[int, int], now: datetime
) -> dict[int, int]:
    """Return the next offset of each partition, entering those met for the first time.

    now: naive UTC.
    """
    for partition, start in sorted(starts.items()):
        sql.run(
            "claim_partition",
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
    found = sql.run("stored_offsets", [identity.source_id])
    return {partition: offset for partition, offset in found if partition in starts}


def advance(sql: Runner, batch: RawBatch) -> None:
    """Move the offsets, each only from where this consumer found it.

    Errors: FencedError where another one has moved an offset since.
    """
    moves = batch.advances
    values = {
        "received_at": naive_utc(batch.received_at),
        "source_id": batch.identity.source_id,
        "partitions": [move.partition for move in moves],
        "expected": [move.from_offset for move in moves],
        "next_offsets": [move.next_offset for move in moves],
        "skipped": [move.skipped for move in moves],
    }
    ((moved,),) = sql.run("advance_offsets", values)
    if moved != len(moves):
        raise FencedError(
            _("topic {topic}: another consumer has stored one of the partitions {list}").format(
                topic=clean(batch.identity.topic, 80),
                list=", ".join(str(move.partition) for move in batch.advances),
            ),
            hint=_("nothing was written; the consumer reads again from the stored offsets"),
            transient=True,
        )


def insert(sql: Runner, batch: RawBatch, first_seq: int) -> pa.Table | None:
    """Store the records of a batch; return its events as they were stored, None without any."""
    source, topic = batch.identity.source_id, batch.identity.topic
    received = naive_utc(batch.received_at)
    events = None
    if batch.payloads:
        of_all: dict[str, object] = {"source_id": source, "received_at": received}
        events = staging.events_table(batch, first_seq)
        if len(batch.payloads) <= _FEW:
            sql.run("insert_few_events", of_all | staging.events_lists(batch, first_seq))
        else:
            sql.over(events, "insert_events", of_all)
    if batch.dead_letters:
        letters = staging.dead_letters_table(batch.dead_letters)
        sql.over(letters, "insert_dead_letters", [source, topic, source, received])
    if batch.gaps:
        gaps = staging.gaps_table(batch.gaps)
        sql.over(gaps, "insert_gaps", [source, topic, received])
    return events
