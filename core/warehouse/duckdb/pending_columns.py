"""Typed columns of raw events that wait for their merge, as the decoder gave them, in memory only.

The merge takes them where they are all there, and need not read the payloads again. Of events that
another process or an earlier run stored, or that came faster than they are merged, it does.
"""

from collections import deque
from threading import Lock
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from core.clock import naive_utc
from core.pipeline.deletes import DELETE, TOMBSTONE
from core.warehouse.duckdb.merge import MAX_EVENTS as RUN_EVENTS
from core.warehouse.model import RawBatch

MAX_EVENTS = 3 * RUN_EVENTS
"""A merge that is behind for a while must not have to read payloads: that would keep it behind."""
MAX_BYTES = 128 << 20
"""Of columns at most: texts and JSON may be as large as an event."""
_SMALL = 1_000
"""Events of a batch that is small."""


class _Part(NamedTuple):
    """Columns of one batch. first: the number of its first event. bytes: counting takes a while."""

    first: int
    table: pa.Table
    bytes: int

    @property
    def end(self) -> int:
        """The number behind its last event."""
        return self.first + int(self.table.num_rows)

    def within(self, after: int, last: int) -> pa.Table:
        """Return what lies after a number up to another; all of it as it is."""
        if after < self.first and self.end <= last + 1:
            return self.table
        return self.table.slice(
            max(after + 1 - self.first, 0), last + 1 - max(self.first, after + 1)
        )


class PendingColumns:
    """The newest MAX_EVENTS at most, of MAX_BYTES. Batches come in the order of their numbers.

    deletes: rows of the pipeline can be deleted, so that it is told which events do that.
    """

    def __init__(self, *, deletes: bool = False) -> None:
        self._lock = Lock()
        self._parts: deque[_Part] = deque()
        self._rows = 0
        self._bytes = 0
        self._deletes = deletes

    def add(self, first_seq: int, batch: RawBatch, events: pa.Table) -> None:
        """Keep the columns of a batch, if it has any. events: its rows, from `first_seq` on."""
        if batch.columns is None:
            return
        count = len(batch.payloads)
        table = pa.table(
            {
                "seq": events["seq"],
                "source_id": pa.repeat(pa.scalar(batch.identity.source_id), count),
                "created_at": pa.repeat(
                    pa.scalar(naive_utc(batch.received_at), pa.timestamp("us")), count
                ),
                "kafka_partition": events["kafka_partition"],
                "kafka_offset": events["kafka_offset"],
                **(_what_deletes(events["event_type"]) if self._deletes else {}),
                **dict(zip(batch.columns.column_names, batch.columns.columns, strict=True)),
            }
        )
        with self._lock:
            self._parts.append(_Part(first_seq, table, table.nbytes))
            self._rows += count
            self._bytes += self._parts[-1].bytes
            while self._rows > MAX_EVENTS or self._bytes > MAX_BYTES:
                self._drop_first()

    def between(self, after: int, last: int, count: int) -> pa.Table | None:
        """Return the columns of the events after a number up to another; None unless all `count`.

        What came before is forgotten: it is merged.
        """
        with self._lock:
            while self._parts and self._parts[0].end <= after + 1:
                self._drop_first()
            found = [part.within(after, last) for part in self._parts if part.first <= last]
        rows = sum(table.num_rows for table in found)
        if not rows == count == last - after:
            return None
        table = pa.concat_tables(found)
        # Many small pieces take longer to read than to copy.
        return table.combine_chunks() if rows < _SMALL * len(found) else table

    def clear(self) -> None:
        """Forget everything, as where it is not known what was stored."""
        with self._lock:
            self._parts.clear()
            self._rows = self._bytes = 0

    def _drop_first(self) -> None:
        part = self._parts.popleft()
        self._rows -= part.table.num_rows
        self._bytes -= part.bytes


def _what_deletes(types: pa.ChunkedArray) -> dict[str, pa.ChunkedArray]:
    """Return which events are deletes, and which are tombstones, by their types."""
    texts = types.cast(pa.string())
    return {"deleted": pc.equal(texts, DELETE), "tombstone": pc.equal(texts, TOMBSTONE)}
