"""Events of a definition as rows: a key and the bytes of a value, in which the time may be open."""

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa

from core.pipeline.cells import cell_json, moment_cell
from core.pipeline.fields import EventField

EVENT_SCHEMA = pa.schema([("key", pa.binary()), ("value", pa.binary()), ("rest", pa.binary())])
"""value: the event, None for a tombstone. rest: what comes after its time, where that is open."""


def event_rows(
    keys: Sequence[bytes], values: Sequence[tuple[bytes | None, bytes | None]]
) -> pa.RecordBatch:
    """Return rows of keys, and of values with their rests."""
    return pa.RecordBatch.from_arrays(
        [
            pa.array(keys, pa.binary()),
            pa.array([value for value, _rest in values], pa.binary()),
            pa.array([rest for _value, rest in values], pa.binary()),
        ],
        schema=EVENT_SCHEMA,
    )


def written(
    rows: pa.RecordBatch, timestamp: str, time: EventField | None
) -> tuple[list[bytes], list[bytes | None]]:
    """Return keys and whole values. timestamp: for those whose time is open, ISO 8601 UTC.

    time: the field of the event's time.
    """
    keys: list[bytes] = rows.column(0).to_pylist()
    values: list[bytes | None] = rows.column(1).to_pylist()
    if time is None or rows.column(2).null_count == rows.num_rows:
        return keys, values
    cell = moment_cell(datetime.fromisoformat(timestamp), time.type)
    moment = cell_json(cell, time.type).encode()
    rests: list[bytes | None] = rows.column(2).to_pylist()
    return keys, [
        value if value is None or rest is None else b"%b%b%b" % (value, moment, rest)
        for value, rest in zip(values, rests, strict=True)
    ]
