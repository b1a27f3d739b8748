"""Typed columns of events in Arrow: what the fields mean, so that nobody need read a payload again.

One column for each field that has one in the table of rows, named like it, with the values that
the strict reader gives: exact decimals, 64-bit integers, times as naive UTC in microseconds, null
where there is none. Of JSON it is the text, as it stands in the event.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.consumer.decoders.base import NO_TIME, Event
from core.consumer.decoders.fast_path import Proven
from core.consumer.decoders.shape import NULL, Slot
from core.consumer.decoders.suspects import FLOAT_DIGITS, ZERO
from core.pipeline.base import steps
from core.pipeline.bounds import microseconds
from core.pipeline.definition import Definition
from core.pipeline.types import FieldType

_TYPES = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
}
_read_floats = msgspec.json.Decoder(list[float]).decode
_read_object = msgspec.json.Decoder(dict[str, msgspec.Raw] | None).decode


class Columns:
    """Makes the columns of one pipeline's events."""

    def __init__(self, definition: Definition) -> None:
        self._types = {
            path: _arrow_type(field.type)
            for path, field in definition.fields.items()
            if field.column_at(path) is not None
        }
        self._jsons = {path: steps(path) for path in self._types if _is_json(definition, path)}
        self.schema = pa.schema(
            [
                (definition.fields[path].column_at(path), type_)
                for path, type_ in self._types.items()
            ]
        )

    def of_proven(self, proven: Proven) -> pa.RecordBatch:
        """Return the columns of events that are proven."""
        slots = {slot.path: slot for slot in proven.values.shape.slots}
        return pa.RecordBatch.from_arrays(
            [_proven(proven, slots[path], type_) for path, type_ in self._types.items()],
            schema=self.schema,
        )

    def of_values(self, values: Mapping[str, pa.Array]) -> pa.RecordBatch:
        """Return columns that are made already, by the paths of their fields."""
        return pa.RecordBatch.from_arrays(
            [values[path] for path in self._types], schema=self.schema
        )

    def of_events(self, events: Sequence[Event], payloads: Sequence[bytes]) -> pa.RecordBatch:
        """Return the columns of events that were read strictly. payloads: theirs, in step."""
        return pa.RecordBatch.from_arrays(
            [
                pa.array([_json_at(payload, self._jsons[path]) for payload in payloads], type_)
                if path in self._jsons
                else _strict([event.values.get(path) for event in events], type_)
                for path, type_ in self._types.items()
            ],
            schema=self.schema,
        )


def _is_json(definition: Definition, path: str) -> bool:
    return definition.fields[path].type.kind == "json"


def _json_at(payload: bytes, place: Sequence[str]) -> str | None:
    """Return the text of the JSON at a place of an event; None where there is none, or null."""
    found = msgspec.Raw(payload)
    for step in place:
        inner = _read_object(found)
        value = None if inner is None else inner.get(step)
        if value is None:
            return None
        found = value
    return None if found == NULL else bytes(found).decode()


def _arrow_type(described: FieldType) -> pa.DataType:
    if described.kind == "decimal":
        return pa.decimal128(described.precision, described.scale)
    return _TYPES.get(described.kind, pa.string())


def _strict(values: list[Any], type_: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(type_):
        values = [None if value is None else microseconds(value) for value in values]
    return pa.array(values, type_)


def _proven(proven: Proven, slot: Slot, type_: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(type_):
        times = proven.moments_us[slot.path]
        absent = None if slot.field.required else times == NO_TIME
        return pa.array(times.view("datetime64[us]"), type_, mask=absent)
    absent = proven.values.absent(slot)
    mask = np.array(absent) if absent else None
    if pa.types.is_decimal(type_):
        return _decimals(proven.values.filled(slot, ZERO), mask, type_)
    values = proven.values.values(slot)
    if slot.field.type.kind == "json":
        return pa.array([bytes(value) for value in values], pa.binary(), mask=mask).cast(type_)
    if absent:
        values = [None if gone else value for value, gone in zip(values, absent, strict=True)]
    return (
        pa.array(values, pa.string()).cast(type_)
        if slot.held == "text"
        else pa.array(values, type_)
    )


def _decimals(values: Sequence[Any], mask: Any, type_: pa.Decimal128Type) -> pa.Array:
    """Return numbers, quoted or not, exactly; the cast of Arrow takes ten times as long."""
    joined = b",".join(values).replace(b'"', b"")
    if type_.precision > FLOAT_DIGITS:
        texts = joined.decode("ascii").split(",") if values else []
        return pa.array(texts, pa.string(), mask=mask).cast(type_)
    floats = np.array(_read_floats(b"[%s]" % joined))
    unscaled = np.rint(floats * 10.0**type_.scale).astype(np.int64)
    words = np.stack([unscaled, unscaled >> 63], axis=1)
    made = pa.Array.from_buffers(type_, len(values), [None, pa.py_buffer(words)])
    return made if mask is None else pc.if_else(pa.array(mask), None, made)
