"""Stores a batch on Snowflake in one request: no lock is held while the service waits for a client.

Rows and offsets change inside the procedure `store_batch` (03_tables.sql), which
begins and ends its transaction itself. A worker that dies before the request has locked nothing;
one that dies in it or after it leaves a statement that comes to its commit or its rollback by
itself, or that the service aborts. There is no moment at which only a client could free a lock.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from core.clock import bound
from core.errors import FencedError, WarehouseError
from core.remedies import SET_UP
from core.text import _, clean
from core.warehouse.filled import Filled, not_stored_yet
from core.warehouse.model import RawBatch
from core.warehouse.snowflake import batches, stage
from core.warehouse.snowflake.fingerprint import Fingerprint
from core.warehouse.snowflake.session import Connection
from core.warehouse.snowflake.stage import FileSql

_NO_PROCEDURE = frozenset({2140, 2141})
"""Codes of a procedure that is not there, or not for this role."""
_NONE = "[]"


def store(connection: Connection, sql: FileSql, batch: RawBatch, fingerprint: Fingerprint) -> None:
    """Store a batch and its offsets in one transaction, behind the fence.

    Errors: FencedError when another consumer has stored one of its partitions; WarehouseError.
    """
    source, topic = batch.identity.source_id, batch.identity.topic
    received = bound(batch.received_at)
    events, letters = (
        batches.event_items(batch, fingerprint),
        batches.letter_items(batch.dead_letters),
    )
    with (
        _sent(connection, sql, "events", events, {"s": source, "t": received}) as (
            event_array,
            copy_events,
        ),
        _sent(
            connection, sql, "dead_letters", letters, {"s": source, "c": topic, "t": received}
        ) as (letter_array, copy_letters),
    ):
        told = _call(
            connection,
            sql,
            "store_batch",
            [
                *(source, topic, received, batches.moves_array(batch.advances)),
                *(event_array, letter_array, batches.whole_array(batches.gap_items(batch.gaps))),
                *(copy_events, len(events), copy_letters, len(letters)),
            ],
        )
        if told != "stored":
            raise _fenced(batch) if told == "fenced" else _not_loaded(told)


def fill(connection: Connection, sql: FileSql, batch: RawBatch, fingerprint: Fingerprint) -> Filled:
    """Store what is missing of records that were read again; each request is one transaction.

    Errors: WarehouseError, also where a range is not behind the stored offsets.
    """
    source, topic = batch.identity.source_id, batch.identity.topic
    total = Filled()
    events = batches.event_items(batch, fingerprint)
    letters = batches.letter_items(batch.dead_letters)
    for event_array, letter_array in [
        *((array, _NONE) for array in batches.arrays(events)),
        *((_NONE, array) for array in batches.arrays(letters)),
    ]:
        told = _call(
            connection,
            sql,
            "fill_batch",
            [
                *(source, topic, bound(batch.received_at), batches.moves_array(batch.advances)),
                *(event_array, letter_array),
            ],
        )
        if told == "not stored yet":
            raise not_stored_yet(batch)
        total = total.plus(Filled(*json.loads(told)))
    return total


@contextmanager
def _sent(
    connection: Connection,
    sql: FileSql,
    kind: str,
    items: Sequence[bytes],
    common: Mapping[str, str],
) -> Iterator[tuple[str, str]]:
    """Yield items as an array and no statement, or none and what copies their file."""
    if batches.is_large(items):
        with stage.staged(connection, sql, kind, items, common) as copy:
            yield _NONE, copy
    else:
        yield batches.whole_array(items), ""


def _call(connection: Connection, sql: FileSql, name: str, bound: Sequence[object]) -> str:
    try:
        ((told,),) = connection.run_whole(sql(name), bound)
    except WarehouseError as error:
        if getattr(error.__cause__, "errno", None) not in _NO_PROCEDURE:
            raise
        raise WarehouseError(
            _("the procedure {name} is not there, or not for this role").format(name=name),
            hint=_(
                "the owner of the tables runs `dropship --run setup`, which makes and grants it"
            ),
            remedies=(SET_UP,),
        ) from error.__cause__
    return str(told)


def _fenced(batch: RawBatch) -> FencedError:
    return FencedError(
        _("topic {topic}: another consumer has stored one of the partitions {list}").format(
            topic=clean(batch.identity.topic, 80),
            list=", ".join(str(move.partition) for move in batch.advances),
        ),
        hint=_("nothing was written; the consumer reads again from the stored offsets"),
        transient=True,
    )


def _not_loaded(told: str) -> WarehouseError:
    return WarehouseError(
        _("a staged file gave fewer records than were sent ({reason})").format(
            reason=clean(told, 80)
        ),
        hint=_("nothing was stored; retrying automatically"),
        transient=True,
    )
