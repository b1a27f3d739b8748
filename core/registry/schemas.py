"""What turns bytes of a schema into JSON text, made once for each schema.

Avro values become what JSON events are written with: decimals exact and in strings, dates and
times as RFC 3339 has them in UTC, bytes in base64. Keys stand in the schema's order, so the same
record is the same text at any time. A record of JSON Schema is JSON already: it is held to the
schema, and its text stays as it came.
"""

import io
import json
import math
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.registry.client import Registry
from core.text import _, clean

if TYPE_CHECKING:
    from confluent_kafka.schema_registry import Schema

ToJson = Callable[[bytes], bytes]
"""Returns the JSON text of what follows the schema's id. Errors: UnfitError."""

_SHOWN = 200
_DECIMAL = "dropship-decimal"
"""Read by ourselves: fastavro rounds a decimal that has more digits than its schema says."""


class UnfitError(Exception):
    """A record that cannot be read by its schema. reason: one of REASONS of the decoders."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class UnusableSchemaError(UnfitError):
    """A schema by which no record can be read."""

    def __init__(self, detail: str) -> None:
        super().__init__("unusable_schema", detail)


def avro_reader(schema: "Schema", registry: Registry) -> ToJson:
    """Return what reads Avro. Errors: UnusableSchemaError, RegistryError."""
    import fastavro  # noqa: PLC0415 - of the extra
    import msgspec  # noqa: PLC0415 - beside it

    parsed, _named = parsed_avro(schema, registry)
    has_floats = any(f'"{kind}"' in str(schema.schema_str) for kind in ("float", "double"))
    read, encode = fastavro.schemaless_reader, msgspec.json.Encoder().encode

    def to_json(value: bytes) -> bytes:
        source = io.BytesIO(value)
        try:
            event = read(source, parsed, None)
            text = encode(event)
        except Exception as error:  # noqa: BLE001 - bytes can be wrong in any way
            raise UnfitError("schema_mismatch", _told(error)) from None
        if source.tell() != len(value):
            more = _("{count} bytes follow the last field").format(count=len(value) - source.tell())
            raise UnfitError("schema_mismatch", more)
        if has_floats and not _is_finite(event):
            raise UnfitError("not_a_number", _("a field is no finite number"))
        return text

    return to_json


def parsed_avro(
    schema: "Schema", registry: Registry, *, exact: bool = True
) -> tuple[Any, Mapping[str, Any]]:
    """Return a schema as fastavro takes it, and the types it names. Errors: as `avro_reader`.

    exact: decimals are read as text.
    """
    import fastavro  # noqa: PLC0415 - of the extra

    fastavro.read.LOGICAL_READERS[f"bytes-{_DECIMAL}"] = _decimal_text
    fastavro.read.LOGICAL_READERS[f"fixed-{_DECIMAL}"] = _decimal_text
    named: dict[str, Any] = {}
    parsed: Any = None
    for part in (*_parts(schema, registry), schema):
        loaded = _loaded(part)
        try:
            parsed = fastavro.parse_schema(_own_decimals(loaded) if exact else loaded, named)
        except (fastavro.schema.SchemaParseException, ValueError, KeyError, TypeError) as error:
            raise UnusableSchemaError(clean(str(error) or type(error).__name__, _SHOWN)) from None
    if _is_boundless(parsed, named, frozenset(), set()):
        # fastavro follows nesting in C, and counts a list, as far as a few bytes tell it to.
        raise UnusableSchemaError(_("a type within itself, or a list of nothing, is not supported"))
    return parsed, named


def json_schema_reader(schema: "Schema", registry: Registry) -> ToJson:
    """Return what holds JSON to a schema. Errors: UnusableSchemaError, RegistryError."""
    import jsonschema  # noqa: PLC0415 - of the extra
    import msgspec  # noqa: PLC0415 - beside it
    import referencing  # noqa: PLC0415
    from referencing.jsonschema import DRAFT7  # noqa: PLC0415

    known: referencing.Registry[Any] = referencing.Registry()
    for name, part in _named_parts(schema, registry):
        known = known.with_resource(name, DRAFT7.create_resource(_loaded(part)))
    rules = _loaded(schema)
    kind = jsonschema.validators.validator_for(rules, default=jsonschema.Draft7Validator)
    try:
        kind.check_schema(rules)
    except jsonschema.SchemaError as error:
        raise UnusableSchemaError(clean(error.message, _SHOWN)) from None
    validator = kind(rules, registry=known)

    def to_json(value: bytes) -> bytes:
        try:
            event = msgspec.json.decode(value)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            return value  # the decoder of JSON says what is wrong with it
        try:
            wrong = next(validator.iter_errors(event), None)
        except Exception as error:  # noqa: BLE001 - a reference that leads nowhere, for one
            raise UnusableSchemaError(_told(error)) from None
        if wrong is not None:
            detail = f"{wrong.json_path}: {wrong.message}"
            raise UnfitError("schema_mismatch", clean(detail, _SHOWN))
        return value

    return to_json


def _loaded(schema: "Schema") -> Any:
    try:
        return json.loads(str(schema.schema_str))
    except (ValueError, RecursionError) as error:
        raise UnusableSchemaError(clean(error, _SHOWN)) from None


def _named_parts(schema: "Schema", registry: Registry) -> Iterator[tuple[str, "Schema"]]:
    """Yield the schemas that one refers to, those that they refer to before them."""
    for reference in schema.references or ():
        part = registry.version(str(reference.subject), int(reference.version or 1))
        yield from _named_parts(part, registry)
        yield str(reference.name), part


def _parts(schema: "Schema", registry: Registry) -> list["Schema"]:
    parts = dict(_named_parts(schema, registry))
    return list(parts.values())


def _own_decimals(schema: Any) -> Any:
    """Return a schema whose decimals are read by `_decimal_text`."""
    if isinstance(schema, list):
        return [_own_decimals(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: _own_decimals(part) for key, part in schema.items()}
    if parts.get("logicalType") == "decimal" and parts.get("type") in ("bytes", "fixed"):
        parts["logicalType"] = _DECIMAL
    return parts


def _decimal_text(data: bytes, schema: Mapping[str, Any] | None, _reader: object = None) -> str:
    """Return a decimal as plain digits. Errors: ValueError for more of them than the schema has."""
    schema = schema or {}
    number = Decimal(int.from_bytes(data, "big", signed=True))
    sign, digits, _exponent = number.as_tuple()
    if len(digits) > schema["precision"]:
        raise ValueError(_("a decimal has more digits than its schema says"))
    return f"{Decimal((sign, digits, -schema.get('scale', 0))):f}"


def _is_boundless(
    schema: Any, named: Mapping[str, Any], around: frozenset[str], done: set[str]
) -> bool:
    """Return whether few bytes of a parsed schema can be values without end.

    That is so of a type that contains itself, and of lists whose items take no bytes. around: names
    of the types around it.
    """
    if isinstance(schema, str):
        if schema in around:
            return True
        return (
            schema in named
            and schema not in done
            and _is_boundless(named[schema], named, around, done)
        )
    if isinstance(schema, list):
        return any(_is_boundless(part, named, around, done) for part in schema)
    name = schema.get("name", "")
    inner = [schema.get(key) for key in ("items", "values") if key in schema]
    inner += [entry["type"] for entry in schema.get("fields", ())]
    if not isinstance(schema["type"], str):
        inner.append(schema["type"])
    found = any(_is_boundless(part, named, around | {name}, done) for part in inner)
    done.add(name)
    return found or ("items" in schema and _takes_nothing(schema["items"], named))


def _takes_nothing(schema: Any, named: Mapping[str, Any]) -> bool:
    """Return whether values of a type take no bytes."""
    if isinstance(schema, str):
        return schema == "null" or (schema in named and _takes_nothing(named[schema], named))
    if isinstance(schema, list):
        return False
    if schema["type"] == "record":
        return all(_takes_nothing(field["type"], named) for field in schema["fields"])
    return bool(schema["type"] == "null" or schema.get("size") == 0)


def _is_finite(value: Any) -> bool:
    """Return whether no number within a value is NaN or infinite."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    return not isinstance(value, list) or all(map(_is_finite, value))


def _told(error: Exception) -> str:
    """Return what a reader found, with its kind where it says no more."""
    return clean(f"{type(error).__name__}: {error}", _SHOWN)
