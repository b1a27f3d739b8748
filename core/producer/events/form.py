"""Events of any pipeline as records, and the faults that can be made of them."""

import json
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa

from core.pipeline import Definition
from core.producer.events.rows import EVENT_SCHEMA, written
from core.producer.sources import Details, Indices

_DEPTH = 10_000


class EventsFormat:
    """Events as keys and values; those of a pipeline have no older version that could be made up.

    A value may leave the event's time open; it is filled in when the event goes out.
    """

    schema = EVENT_SCHEMA
    id_key = "key"

    def __init__(self, definition: Definition) -> None:
        time = definition.event.time
        self._time = None if time is None else definition.fields[time]
        self._most = definition.event.max_bytes

    def encode(
        self, rows: pa.RecordBatch, timestamp: str
    ) -> tuple[list[bytes], Sequence[bytes | None]]:
        """Return keys and values."""
        return written(rows, timestamp, self._time)

    def ids(self, rows: pa.RecordBatch) -> list[str]:
        """Return the keys."""
        return [key.decode(errors="replace") for key in rows.column(0).to_pylist()]

    def older(
        self,
        rows: pa.RecordBatch,
        random: np.random.Generator,  # noqa: ARG002 - the protocol's
    ) -> tuple[pa.RecordBatch, Indices, Details]:
        """Return nothing: `open_source` refuses to inject late versions here."""
        return rows.slice(0, 0), np.zeros(0, np.int64), []

    def poisoned(
        self, rows: pa.RecordBatch, ids: Sequence[str], random: np.random.Generator
    ) -> tuple[pa.RecordBatch, Sequence[str]]:
        """Return rows under other keys, and the reason that each should be refused for."""
        reasons = list(_BREAKS)
        chosen = [reasons[kind] for kind in random.integers(0, len(reasons), rows.num_rows)]
        keys = pa.array([name.encode() for name in ids], pa.binary())
        return pa.RecordBatch.from_arrays([keys, *rows.columns[1:]], schema=EVENT_SCHEMA), chosen

    def broken(self, value: bytes | None, reason: str) -> bytes | None:
        """Return an encoded event as it goes out, to be refused for a reason."""
        return _BREAKS[reason]((value or b"{}").strip(), self._most)


def _further(value: bytes, more: bytes) -> bytes:
    """Return an object with one more key."""
    comma = b"," if value[1:-1].strip() else b""
    return value[:-1] + comma + b'"dropship_poison":' + more + b"}"


def _oversized(value: bytes, most: int) -> bytes:
    return _further(value, json.dumps("x" * most).encode())


_BREAKS: dict[str, Callable[[bytes, int], bytes | None]] = {
    "invalid_json": lambda value, _most: value[:-1],
    "invalid_utf8": lambda value, _most: _further(value, b'"\xff\xfe"'),
    "not_a_number": lambda value, _most: _further(value, b"NaN"),
    "duplicate_key": lambda value, _most: _further(_further(value, b"1"), b"2"),
    "too_deep": lambda value, _most: _further(value, b"[" * _DEPTH + b"]" * _DEPTH),
    "oversized": _oversized,
    "tombstone": lambda _value, _most: None,
    "empty": lambda _value, _most: b"",
}
"""How a valid event is broken, by the reason that a consumer should give for refusing it."""
