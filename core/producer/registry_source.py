"""A source whose events go out in a schema registry's wire format."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from core.producer.sources import Details, EventFormat, Indices, Source
from core.registry.writer import WireWriter


class RegistrySource:
    """Another source's events, written by a schema."""

    def __init__(self, source: Source, writer: WireWriter) -> None:
        self._source = source
        self.format: EventFormat = _RegistryFormat(source.format, writer)

    def take(self, most: int) -> pa.RecordBatch | None:
        """Return the next rows."""
        return self._source.take(most)

    @property
    def over(self) -> bool:
        """Whether the source is used up."""
        return self._source.over

    @property
    def fraction(self) -> float | None:
        """Share of the source that was taken."""
        return self._source.fraction

    def close(self) -> None:
        """Close the source."""
        self._source.close()


class _RegistryFormat:
    """Another format, its values written by a schema. Errors: InputError."""

    def __init__(self, form: EventFormat, writer: WireWriter) -> None:
        self._form = form
        self._writer = writer
        self.schema = form.schema
        self.id_key = form.id_key

    def encode(
        self, rows: pa.RecordBatch, timestamp: str
    ) -> tuple[list[bytes], Sequence[bytes | None]]:
        """Return keys and values."""
        keys, values = self._form.encode(rows, timestamp)
        return keys, [self._writer.value(value) for value in values]

    def ids(self, rows: pa.RecordBatch) -> list[str]:
        """Return the id of each row."""
        return self._form.ids(rows)

    def older(
        self, rows: pa.RecordBatch, random: np.random.Generator
    ) -> tuple[pa.RecordBatch, Indices, Details]:
        """Return older versions."""
        return self._form.older(rows, random)

    def deletes(
        self, rows: pa.RecordBatch, random: np.random.Generator
    ) -> tuple[pa.RecordBatch, Indices, Details]:
        """Return deletes."""
        return self._form.deletes(rows, random)

    def poisoned(
        self,
        rows: pa.RecordBatch,
        ids: Sequence[str],
        random: np.random.Generator,  # noqa: ARG002 - the protocol's
    ) -> tuple[pa.RecordBatch, Sequence[str]]:
        """Return rows under other ids, all to be refused as bytes that are not of their schema."""
        return rows, ["schema_mismatch"] * len(ids)

    def broken(self, value: bytes | None, reason: str) -> bytes | None:  # noqa: ARG002 - as above
        """Return a record cut off in its middle."""
        return value and value[: 5 + (len(value) - 5) // 2]
