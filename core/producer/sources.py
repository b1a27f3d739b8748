"""Where events come from: a file that is replayed, or a stream made up as it goes.

A source gives rows of Arrow; what kind of rows, and how they become records, is the source's own
`format`. The order pipeline has one of its own (`core.producer.orders`), every other one is served
from its definition (`core.producer.events`); the rest of the producer does not tell them apart.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.textfiles.csv_records import RejectedRow

Indices = NDArray[np.int64]
Details = Sequence[Mapping[str, object]]
"""What the answer key tells of each injected record beside its kind and its id."""


class EventFormat(Protocol):
    """What rows are, how they become records, and what faults can be made of them.

    schema: of the rows. id_key: how the answer key calls the id of a row.
    """

    schema: pa.Schema
    id_key: str

    def encode(
        self, rows: pa.RecordBatch, timestamp: str
    ) -> tuple[list[bytes], Sequence[bytes | None]]:
        """Return keys and values. timestamp: time of publishing, ISO 8601 UTC."""
        ...

    def ids(self, rows: pa.RecordBatch) -> list[str]:
        """Return the id of each row."""
        ...

    def older(
        self, rows: pa.RecordBatch, random: np.random.Generator
    ) -> tuple[pa.RecordBatch, Indices, Details]:
        """Return older versions, the places of the rows they were made of, and how they differ."""
        ...

    def deletes(
        self, rows: pa.RecordBatch, random: np.random.Generator
    ) -> tuple[pa.RecordBatch, Indices, Details]:
        """Return deletes, the places of the rows that they delete, and how each does."""
        ...

    def poisoned(
        self, rows: pa.RecordBatch, ids: Sequence[str], random: np.random.Generator
    ) -> tuple[pa.RecordBatch, Sequence[str]]:
        """Return rows under other ids, to be refused, and the reason that each should get."""
        ...

    def broken(self, value: bytes | None, reason: str) -> bytes | None:
        """Return an encoded row of `poisoned` as it goes out."""
        ...


class Source(Protocol):
    """Gives events in turn. One thread uses it."""

    @property
    def format(self) -> EventFormat:
        """What its rows are."""
        ...

    def take(self, most: int) -> pa.RecordBatch | None:
        """Return one to `most` rows of the format's schema; None when there are no more."""
        ...

    @property
    def over(self) -> bool:
        """Whether nothing is left; may read on to find out. Errors: as `take`."""
        ...

    @property
    def fraction(self) -> float | None:
        """Share that was taken, 0 to 1; None when it is unknown."""
        ...

    def close(self) -> None:
        """Give up what is open."""
        ...


@dataclass(frozen=True)
class Block:
    """Usable rows of a piece of a file, in its order, and the lines left out."""

    rows: pa.RecordBatch
    rejected: tuple[RejectedRow, ...]


class EventFile(Protocol):
    """A file of events being read. Errors: InputError."""

    def blocks(self) -> Iterator[Block]:
        """Yield the rows block by block; memory stays at a few blocks."""
        ...

    @property
    def fraction(self) -> float | None:
        """Share of the file that was given out in blocks, 0 to 1; None when it is unknown."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...


class Replay:
    """The events of a file, from its first row. Errors: InputError.

    rejected: told of each row that is left out.
    """

    def __init__(
        self, file: EventFile, form: EventFormat, rejected: Callable[[RejectedRow], None]
    ) -> None:
        self.format = form
        self._file = file
        self._blocks: Iterator[Block] = file.blocks()
        self._block: pa.RecordBatch | None = None
        self._block_rows = 0
        self._before = self._after = file.fraction
        self._rejected = rejected

    def take(self, most: int) -> pa.RecordBatch | None:
        """Return the next rows."""
        block = self._filled()
        if block is None:
            return None
        taken = block.slice(0, most)
        self._block = block.slice(taken.num_rows)
        return taken

    @property
    def over(self) -> bool:
        """Whether the file has no more rows."""
        return self._filled() is None

    def _filled(self) -> pa.RecordBatch | None:
        """Return the block at hand, or the next one that holds rows; None at the end."""
        while self._block is None or self._block.num_rows == 0:
            block = next(self._blocks, None)
            if block is None:
                return None
            for row in block.rejected:
                self._rejected(row)
            self._block, self._block_rows = block.rows, block.rows.num_rows
            self._before, self._after = self._after, self._file.fraction
        return self._block

    @property
    def fraction(self) -> float | None:
        """Share of the file that was taken; within a block by rows, as one may last for hours."""
        if self._before is None or self._after is None:
            return None
        left = self._block.num_rows if self._block is not None else 0
        if not left:
            return self._after
        taken = 1 - left / self._block_rows
        return self._before + (self._after - self._before) * taken

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Limited:
    """At most so many rows of another source."""

    def __init__(self, source: Source, limit: int) -> None:
        self.format = source.format
        self._source = source
        self._limit = limit
        self._left = limit

    def take(self, most: int) -> pa.RecordBatch | None:
        """Return the next rows while the limit lasts."""
        if self._left == 0:
            return None
        rows = self._source.take(min(most, self._left))
        if rows is not None:
            self._left -= rows.num_rows
        return rows

    @property
    def over(self) -> bool:
        """Whether limit or source is used up."""
        return self._left == 0 or self._source.over

    @property
    def fraction(self) -> float | None:
        """Share of the limit or of the source, whichever is further."""
        return max(1 - self._left / self._limit, self._source.fraction or 0.0)

    def close(self) -> None:
        """Close the source."""
        self._source.close()


def run_name(now: datetime) -> str:
    """Return a name that no other run has: UTC time and 32 random bits, as `<time>_<random>`."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%S}_{secrets.token_hex(4)}"
