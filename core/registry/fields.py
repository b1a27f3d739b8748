"""What a schema says of the fields of its records, in the words of a definition."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.pipeline.types import MAX_PRECISION, FieldType

Steps = tuple[str, ...]


@dataclass(frozen=True)
class Described:
    """One field. type: None where the schema leaves it open. required: never null, and never added.

    default: what a reader takes for it in records of before it was added; None for none. symbols:
    the values that there are, of an enumeration.
    """

    steps: Steps
    type: FieldType | None
    required: bool
    default: object = None
    symbols: tuple[str, ...] = ()


def described(text: str, *, avro: bool) -> Iterator[Described]:
    """Yield the fields of a schema, objects within objects followed down to their values."""
    schema = json.loads(text)
    if avro:
        yield from _record(schema, (), {}, required=True)
    else:
        yield from _object(schema, (), required=True)


def _record(
    schema: Mapping[str, Any], steps: Steps, named: dict[str, Any], *, required: bool
) -> Iterator[Described]:
    """Yield the fields of a record of Avro. named: the types met so far, by their short names."""
    name = schema["name"].rpartition(".")[2]
    named[name] = {"type": "array"}  # within itself it is kept whole
    for field in schema["fields"]:
        branches = field["type"] if isinstance(field["type"], list) else [field["type"]]
        kinds = [_resolved(branch, named) for branch in branches if branch != "null"]
        below = (*steps, field["name"])
        # A field with a default may have been added later: older records lack it.
        needed = required and len(kinds) == len(branches) and "default" not in field
        if len(kinds) == 1 and kinds[0].get("type") == "record":
            yield from _record(kinds[0], below, named, required=needed)
        elif len(kinds) == 1:
            symbols = tuple(kinds[0].get("symbols", ()))
            yield Described(below, _avro_type(kinds[0]), needed, field.get("default"), symbols)
        else:
            yield Described(below, FieldType("json"), needed, field.get("default"))
    named[name] = schema


def _resolved(branch: Any, named: Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(branch, str):
        found: Mapping[str, Any] = named.get(branch.rpartition(".")[2], {"type": branch})
        return found
    return _resolved(branch["type"], named) if isinstance(branch["type"], dict) else branch


_AVRO = {
    "boolean": FieldType("boolean"),
    "float": FieldType("number"),
    "double": FieldType("number"),
    "array": FieldType("json"),
    "map": FieldType("json"),
}
_LOGICAL = {
    "date": FieldType("date"),
    "uuid": FieldType("uuid"),
    "timestamp-millis": FieldType("timestamp"),
    "timestamp-micros": FieldType("timestamp"),
}


def _avro_type(schema: Mapping[str, Any]) -> FieldType | None:
    """Return the type of one value; None for texts and whole numbers, which may be more."""
    logical = schema.get("logicalType")
    if logical == "decimal":
        scale, precision = schema.get("scale", 0), schema["precision"]
        return FieldType("decimal", min(precision, MAX_PRECISION), scale)
    return _LOGICAL.get(str(logical)) or _AVRO.get(schema["type"])


def _object(schema: Mapping[str, Any], steps: Steps, *, required: bool) -> Iterator[Described]:
    """Yield the fields of an object of JSON Schema."""
    for name, field in schema.get("properties", {}).items():
        below = (*steps, name)
        kinds = field.get("type", []) if isinstance(field, dict) else []
        kinds = [kinds] if isinstance(kinds, str) else kinds
        needed = required and name in schema.get("required", ()) and "null" not in kinds
        named = [kind for kind in kinds if kind != "null"]
        if named == ["object"] and "properties" in field:
            yield from _object(field, below, required=needed)
        elif len(named) == 1:
            symbols = tuple(one for one in field.get("enum", ()) if isinstance(one, str))
            kind = _json_type(named[0], field)
            yield Described(below, kind, needed, field.get("default"), symbols)


_FORMATS = {
    "date-time": FieldType("timestamp"),
    "date": FieldType("date"),
    "uuid": FieldType("uuid"),
}
_JSON = {
    "boolean": FieldType("boolean"),
    "array": FieldType("json"),
    "object": FieldType("json"),
}


def _json_type(kind: str, field: Mapping[str, Any]) -> FieldType | None:
    return _FORMATS.get(field.get("format", "")) if kind == "string" else _JSON.get(kind)
