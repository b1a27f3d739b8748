"""Rows as Arrow batches, value for value: what goes in comes out, of the same type.

A column is sent as the one Arrow type that holds its values exactly; numbers without bound, exact
decimals and what has parts travel as text. The kind of each column stands in the schema.
"""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow as pa

from core.warehouse.model import Row

_ROWS = 8192
"""Rows of a batch at most."""
_BYTES = 32 << 20
"""Bytes of a batch at most, unless one row alone has more."""
_INT64 = 1 << 63
_MICROSECOND = timedelta(microseconds=1)

_NATIVE: dict[type, tuple[str, pa.DataType]] = {
    bool: ("bool", pa.bool_()),
    int: ("int", pa.int64()),
    float: ("float", pa.float64()),
    str: ("text", pa.large_string()),
    bytes: ("bytes", pa.large_binary()),
    datetime: ("moment", pa.timestamp("us")),
    date: ("date", pa.date32()),
}
_TEXTUAL: dict[type, tuple[str, Callable[[Any], str], Callable[[str], object]]] = {
    Decimal: ("decimal", str, Decimal),
    UUID: ("uuid", str, UUID),
    time: ("time", time.isoformat, time.fromisoformat),
    datetime: ("zoned", datetime.isoformat, datetime.fromisoformat),
    date: ("date", date.isoformat, date.fromisoformat),
    timedelta: ("span", lambda span: str(span // _MICROSECOND), lambda us: int(us) * _MICROSECOND),
    bytes: ("bytes", lambda raw: base64.b64encode(raw).decode(), base64.b64decode),
}
_FROM_TEXT = {kind: back for kind, _forth, back in _TEXTUAL.values()}


def batches(rows: Sequence[Row]) -> Iterator[pa.RecordBatch]:
    """Yield rows as record batches of one schema; none for no rows."""
    if not rows:
        return
    columns = list(zip(*rows, strict=True))
    kinds = [_kind(column) for column in columns]
    schema = pa.schema(
        [pa.field(str(place), _arrow(kind)) for place, kind in enumerate(kinds)],
        metadata={"kinds": ",".join(kinds)},
    )
    for start in range(0, len(rows), _ROWS):
        arrays = [
            _array(column[start : start + _ROWS], kind)
            for column, kind in zip(columns, kinds, strict=True)
        ]
        yield from _bounded(pa.record_batch(arrays, schema=schema))


def rows_of(batch: pa.RecordBatch) -> list[Row]:
    """Return the rows of a record batch."""
    kinds = batch.schema.metadata[b"kinds"].decode().split(",")
    columns = [_values(column, kind) for column, kind in zip(batch.columns, kinds, strict=True)]
    return list(zip(*columns, strict=True))


def to_text(values: Sequence[object]) -> str:
    """Return bound parameters, lists among them, as JSON that tells their types."""
    return json.dumps([_tagged(value) for value in values], separators=(",", ":"))


def from_text(text: str) -> list[object]:
    """Return the parameters of `to_text`. Errors: ValueError, TypeError, KeyError."""
    return [_untagged(value) for value in json.loads(text)]


def _bounded(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    if batch.nbytes <= _BYTES or batch.num_rows == 1:
        yield batch
        return
    half = batch.num_rows // 2
    yield from _bounded(batch.slice(0, half))
    yield from _bounded(batch.slice(half))


def _kind(column: Sequence[object]) -> str:
    """Return the kind of a column: that of its values, or `any` where they differ."""
    types = set(map(type, column)) - {type(None)}
    if not types:
        return "none"
    only = types.pop()
    if types:
        return "any"
    if only is int:
        fits = all(value is None or -_INT64 <= value < _INT64 for value in column)  # type: ignore[operator]
        return "int" if fits else "any"
    if only is datetime:
        naive = all(value is None or value.tzinfo is None for value in column)  # type: ignore[attr-defined]
        return "moment" if naive else "any"
    if only in _NATIVE:
        return _NATIVE[only][0]
    return _TEXTUAL[only][0] if only in _TEXTUAL else "any"


def _arrow(kind: str) -> pa.DataType:
    if kind == "none":
        return pa.null()
    return next((arrow for name, arrow in _NATIVE.values() if name == kind), pa.large_string())


def _array(values: Sequence[object], kind: str) -> pa.Array:
    if kind == "any":
        return pa.array([json.dumps(_tagged(value)) for value in values], pa.large_string())
    if kind == "none" or any(name == kind for name, _type in _NATIVE.values()):
        return pa.array(values, _arrow(kind))
    forth = next(forth for name, forth, _back in _TEXTUAL.values() if name == kind)
    return pa.array([None if one is None else forth(one) for one in values], pa.large_string())


def _values(column: pa.Array, kind: str) -> list[object]:
    values: list[object] = column.to_pylist()
    if kind == "any":
        return [_untagged(json.loads(str(value))) for value in values]
    if kind == "none" or any(name == kind for name, _type in _NATIVE.values()):
        return values
    back = _FROM_TEXT[kind]
    return [None if value is None else back(str(value)) for value in values]


def _tagged(value: object) -> object:
    """Return a value as JSON has it, what JSON has not as {kind: text}."""
    if value is None or type(value) in {bool, int, float, str}:
        return value
    if isinstance(value, (list, tuple)):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [_tagged(part) for part in value]}
    if isinstance(value, dict):
        return {"dict": [[_tagged(key), _tagged(part)] for key, part in value.items()]}
    for known, (kind, forth, _back) in _TEXTUAL.items():
        if isinstance(value, known):
            return {kind: forth(value)}
    raise TypeError(f"no way to send a {type(value).__name__}")


def _untagged(value: object) -> object:
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    if kind in {"list", "tuple"}:
        parts = [_untagged(part) for part in inner]
        return parts if kind == "list" else tuple(parts)
    if kind == "dict":
        return {_untagged(key): _untagged(part) for key, part in inner}
    return _FROM_TEXT[kind](inner)
