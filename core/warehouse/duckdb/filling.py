"""Finds what is missing of records that were read again, and closes letters that are events now.

What is stored is known by its place in the topic: partition and offset of one source.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.warehouse.duckdb.parsed import Runner
from core.warehouse.filled import Filled, not_stored_yet
from core.warehouse.model import RawBatch, Row

Read = Callable[[str, Sequence[object]], list[Row]]

_WAITING = "waiting"


@dataclass(frozen=True)
class Lacking:
    """What is to be stored of a batch. resolved: event ids of letters that it closes."""

    batch: RawBatch
    resolved: Sequence[str]

    @property
    def filled(self) -> Filled:
        """What there will be more."""
        events = len(self.batch.payloads) - len(self.resolved)
        return Filled(events, len(self.batch.dead_letters), len(self.resolved))


def lacking(read: Read, batch: RawBatch) -> Lacking:
    """Return what is not stored of a batch. Errors: WarehouseError, as `not_stored_yet`."""
    source = batch.identity.source_id
    claimed = {
        partition: (start, following)
        for partition, start, following in read("claimed_ranges", [source])
    }
    stored: dict[tuple[int, int], str] = {}
    for move in batch.advances:
        start, following = claimed.get(move.partition, (0, 0))
        if not start <= move.from_offset <= move.next_offset <= following:
            raise not_stored_yet(batch)
        asked = [source, move.partition, move.from_offset, move.next_offset]
        for offset, kind in read("stored_places", [*asked, *asked]):
            stored[move.partition, offset] = kind
    events, resolved = [], []
    for index, place in enumerate(zip(batch.partitions, batch.offsets, strict=True)):
        kind = stored.get(place)
        if kind is None or kind == _WAITING:
            events.append(index)
        if kind == _WAITING:
            resolved.append(batch.identity.event_id(*place))
    letters = [one for one in batch.dead_letters if (one.partition, one.offset) not in stored]
    return Lacking(batch.taking(events, letters), resolved)


def resolve(sql: Runner, lacking: Lacking, now: datetime) -> None:
    """Close the letters whose records are events now, in the caller's transaction.

    now: naive UTC.
    """
    if lacking.resolved:
        sql.run("resolve_letters", [now, list(lacking.resolved)])
