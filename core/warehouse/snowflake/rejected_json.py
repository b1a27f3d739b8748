"""Events that are valid for us and that Snowflake cannot hold: found one by one, never in the way.

A statement takes a thousand events at once, so one that Snowflake's parser refuses would fail every
attempt to store its batch, for ever. After such a failure each event is tried alone, and those that
are refused are stored as dead letters, with every byte.
"""

import json
from collections.abc import Callable, Iterable
from typing import TypeVar

from core.errors import WarehouseError
from core.text import _
from core.warehouse.model import DeadLetter, RawBatch
from core.warehouse.snowflake.batches import arrays
from core.warehouse.snowflake.session import Connection, Sessions

T = TypeVar("T")

_DATA = "22"
"""SQLSTATE class of errors in the data."""


def is_json_rejection(error: BaseException) -> bool:
    """Return whether an error of ours comes from the data of a statement."""
    state = getattr(error.__cause__, "sqlstate", None)
    return isinstance(state, str) and state.startswith(_DATA)


def with_what_fits(
    work: Callable[[RawBatch], T],
    batch: RawBatch,
    sessions: Sessions,
    sql: Callable[[str], str],
) -> tuple[T, RawBatch]:
    """Do it with a batch, or with one whose events Snowflake can hold; return which it was too."""
    try:
        return work(batch), batch
    except WarehouseError as error:
        if not batch.payloads or not is_json_rejection(error):
            raise
        fixed = without_rejected(sessions.mine(), sql, batch)
        if fixed is None:
            raise
    return work(fixed), fixed


def without_rejected(
    connection: Connection, sql: Callable[[str], str], batch: RawBatch
) -> RawBatch | None:
    """Return the batch with its refused events as dead letters; None where none is refused."""
    items = (
        json.dumps([partition, offset, payload.decode()]).encode()
        for partition, offset, payload in zip(
            batch.partitions, batch.offsets, batch.payloads, strict=True
        )
    )
    refused = {
        (int(partition), int(offset))
        for array in arrays(items)
        for partition, offset in connection.run(sql("refused_events"), [array])
    }
    return _moved(batch, refused) if refused else None


def _moved(batch: RawBatch, refused: set[tuple[int, int]]) -> RawBatch:
    events = list(zip(batch.partitions, batch.offsets, batch.payloads, strict=True))
    kept = [place for place, entry in enumerate(events) if entry[:2] not in refused]
    letters = _letters(entry for entry in events if entry[:2] in refused)
    return batch.taking(kept, [*batch.dead_letters, *letters])


def _letters(entries: Iterable[tuple[int, int, bytes]]) -> Iterable[DeadLetter]:
    detail = _("Snowflake cannot hold this JSON")
    for partition, offset, payload in entries:
        yield DeadLetter(partition, offset, "invalid_json", detail, None, payload)
