"""The decoder of JSON events: proven a block at a time, and strictly where that does not reach."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache

import numpy as np
import pyarrow as pa

from core.consumer.decoders.base import Decoded, Event, Rejection, Times
from core.consumer.decoders.bulk_match import others
from core.consumer.decoders.columns import Columns
from core.consumer.decoders.compact import CompactForm, CompactRows
from core.consumer.decoders.fast_path import FastPath, Proven
from core.consumer.decoders.reasons import EventError
from core.consumer.decoders.shape import UnprovableError
from core.consumer.decoders.strict import StrictReader
from core.consumer.decoders.tombstones import Tombstone, TombstoneReader
from core.pipeline.definition import Definition
from core.pipeline.folder import Pipeline

# Small enough that the objects of one block stay in the processor's cache, and that other threads
# get their turn between the calls into C.
_BLOCK = 1_000
_COMPACT_BLOCK = 4_000
"""Of events in compact form no objects are made; a larger block spreads the cost of its calls."""
_FEWEST_COMPACT = 300
"""Of fewer events the objects cost less than the calls into C that spare them: half a millisecond
instead of one to two for a batch of some tens."""


@lru_cache(maxsize=8)
def json_decoder(pipeline: Pipeline) -> "JsonDecoder":
    """Return the decoder of a pipeline, made once."""
    # Where no SQL takes columns, nobody would look at them.
    return JsonDecoder(pipeline.definition, columns=pipeline.has("duckdb", "merge_columns"))


class JsonDecoder:
    """Decodes JSON events of one pipeline.

    columns: typed ones are made beside the payloads. fewest_compact: so many events at least are
    tried as compact ones.
    """

    def __init__(
        self,
        definition: Definition,
        *,
        columns: bool = False,
        fewest_compact: int = _FEWEST_COMPACT,
    ) -> None:
        event = definition.event
        self._has_time = event.time is not None
        self._strict = StrictReader(definition)
        self._tombstones = TombstoneReader(definition)
        self._deletes = definition.deletes
        self._proof: FastPath | None = None
        with suppress(UnprovableError):
            self._proof = FastPath(definition.without_deletes())  # of deletes nothing is proven
        self._time = event.time
        self._columns = Columns(definition) if columns else None
        self._one_type: str | None = None if self._deletes else ""
        if event.type is not None and not self._deletes:
            always = definition.fields[event.type].required
            self._one_type = event.types[0] if always and len(event.types) == 1 else None
        self._fewest_compact = fewest_compact
        self._compact: CompactForm | None = None
        if self._one_type is not None:
            with suppress(UnprovableError):
                self._compact = CompactForm(definition)

    def read(self, payload: bytes | None) -> Event:
        """Return the event of one payload. Errors: EventError."""
        if isinstance(payload, Tombstone):
            return self._tombstones.event(payload)
        return self._strict.read(payload)

    def tombstone(self, key: bytes | None) -> bytes | None:
        """Return the payload that stands for a record without a value; None: a dead letter."""
        return self._tombstones.payload(key)

    def decode(self, payloads: Sequence[bytes | None]) -> Decoded:
        """Sort a batch into valid events and rejections; raises for no payload whatever."""
        good: list[int] = []
        times: list[Times] = [np.empty(0, dtype=np.int64)]
        types: list[str] = []
        rejected: list[Rejection] = []
        columns: list[pa.RecordBatch] = []
        start = 0
        for block in self._blocks(payloads):
            if len(block.rows) < len(block.payloads):
                self._take_strictly(block)
            good += [start + row for row in block.rows]
            times.append(block.times)
            types += block.types
            columns += block.columns
            rejected += [Rejection(start + row, *why) for row, *why in block.rejected]
            start += len(block.payloads)
        return Decoded(
            good,
            np.concatenate(times) if self._has_time else None,
            rejected,
            types if self._one_type is None else self._one_type,
            None if self._columns is None else pa.Table.from_batches(columns, self._columns.schema),
        )

    def warm_up(self) -> None:
        """Pay the first-use costs of the libraries now, off the hot path."""
        if self._proof is not None:
            self._proof.warm_up()
        self.decode([b"{}", None])

    def _blocks(self, payloads: Sequence[bytes | None]) -> Iterator["_Block"]:
        """Yield the payloads in blocks, with what is proven of them."""
        for start in range(0, len(payloads), _COMPACT_BLOCK):
            wide = payloads[start : start + _COMPACT_BLOCK]
            compact = None
            if self._compact is not None and len(wide) >= self._fewest_compact:
                compact = self._compact.prove(wide)
            if compact is not None and 2 * len(compact.rows) >= len(wide):
                block = _Block(wide)
                self._take_compact(block, compact)
                yield block
                continue
            for place in range(0, len(wide), _BLOCK):
                block = _Block(wide[place : place + _BLOCK])
                if self._proof is not None:
                    self._take_proven(block, self._proof.prove(self._provable(block)))
                yield block

    def _provable(self, block: "_Block") -> Sequence[bytes | None]:
        """Return the payloads of a block, without those that stand for tombstones."""
        if not self._deletes:
            return block.payloads
        return [None if isinstance(one, Tombstone) else one for one in block.payloads]

    def _take_compact(self, block: "_Block", proven: CompactRows) -> None:
        block.rows = proven.rows
        if self._has_time:
            block.times = proven.times_us(self._time)
        if self._columns is not None:
            block.columns = [self._columns.of_values(proven.values)]

    def _take_proven(self, block: "_Block", proven: Proven) -> None:
        block.rows = proven.rows
        if self._has_time:
            block.times = proven.times_us
        if self._one_type is None:
            block.types = proven.types or [""] * len(block.rows)
        if self._columns is not None:
            block.columns = [self._columns.of_proven(proven)]

    def _take_strictly(self, block: "_Block") -> None:
        """Read what is not proven, and put it between what is."""
        late: list[Event] = []
        late_rows: list[int] = []
        for row in others(len(block.payloads), block.rows):
            try:
                event = self.read(block.payloads[row])
            except EventError as error:
                block.rejected.append(Rejection(row, error.reason, error.message))
            else:
                late.append(event)
                late_rows.append(row)
        if not late:
            return
        every = np.array(block.rows + late_rows, dtype=np.int64)
        order = np.argsort(every)
        block.rows = every[order].tolist()
        if self._has_time:
            late_times = np.array([event.time_us for event in late], dtype=np.int64)
            block.times = np.concatenate([block.times, late_times])[order]
        if self._one_type is None:
            joined = block.types + [event.type for event in late]
            block.types = [joined[place] for place in order.tolist()]
        if self._columns is not None:
            payloads = [block.payloads[row] or b"" for row in late_rows]
            every_column = [*block.columns, self._columns.of_events(late, payloads)]
            block.columns = pa.Table.from_batches(every_column).take(order).to_batches()


class _Block:
    """Some payloads of a batch, and what came of them: rows taken, ascending, and in step."""

    def __init__(self, payloads: Sequence[bytes | None]) -> None:
        self.payloads = payloads
        self.rows: list[int] = []
        self.times: Times = np.empty(0, dtype=np.int64)
        self.types: list[str] = []
        self.columns: list[pa.RecordBatch] = []
        self.rejected: list[Rejection] = []
