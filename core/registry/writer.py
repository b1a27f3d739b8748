"""JSON events as records of a schema that is registered: what the producer publishes.

Nothing is registered here: the newest schema of the topic's subject says how events are written.
"""

import base64
import io
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from core.config.settings import Settings
from core.errors import ConfigError, InputError
from core.registry.client import open_registry
from core.registry.schemas import UnfitError, json_schema_reader, parsed_avro
from core.registry.wire import format_of, head, registry_of
from core.text import _, clean

_WRONG = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError)
"""What a value of another type than the schema's leads to."""


class WireWriter:
    """Writes values by the newest schema of a subject. Errors: ConfigError, RegistryError."""

    def __init__(self, settings: Settings) -> None:
        expected = settings.pipeline.definition.event.format
        registry = open_registry(registry_of(settings))
        self._subject = clean(f"{settings.kafka.topic}-value", 120)
        found = registry.latest(f"{settings.kafka.topic}-value")
        actual = format_of(found.schema)
        if actual != expected:
            raise ConfigError(
                _("subject {subject} is of format {found}; the pipeline's is {expected}").format(
                    subject=self._subject, found=actual, expected=expected
                ),
                hint=_("set format in [event], or register the right schema"),
            )
        self._head = head(int(found.schema_id or 0))
        self._write: Callable[[bytes], bytes]
        try:
            if actual == "avro":
                self._write = _avro_writer(*parsed_avro(found.schema, registry, exact=False))
            else:
                self._write = json_schema_reader(found.schema, registry)
        except UnfitError as error:
            raise self._unfit(error) from None

    def value(self, event: bytes | None) -> bytes | None:
        """Return an event as a record. Errors: InputError for one that is not of the schema."""
        if event is None:
            return None
        try:
            return self._head + self._write(event)
        except (*_WRONG, UnfitError) as error:
            raise self._unfit(error) from None

    def _unfit(self, error: Exception) -> InputError:
        reason = error.detail if isinstance(error, UnfitError) else error
        return InputError(
            _("an event does not fit the schema of {subject}: {reason}").format(
                subject=self._subject, reason=clean(reason, 200)
            ),
            hint=_("fix the event, or the schema"),
        )


def _avro_writer(schema: Any, named: Mapping[str, Any]) -> Callable[[bytes], bytes]:
    import fastavro  # noqa: PLC0415 - of the extra

    def write(event: bytes) -> bytes:
        value = json.loads(event, parse_float=Decimal)
        target = io.BytesIO()
        fastavro.schemaless_writer(target, schema, _value(schema, named, value))
        return target.getvalue()

    return write


def _value(schema: Any, named: Mapping[str, Any], value: Any) -> Any:
    """Return a value of JSON as fastavro takes it. Errors: ValueError and its like."""
    if isinstance(schema, list):
        return _of_union(schema, named, value)
    if isinstance(schema, str):
        return _value(named[schema], named, value) if schema in named else _plain(schema, value)
    if isinstance(schema["type"], (dict, list)):
        return _value(schema["type"], named, value)
    if (logical := schema.get("logicalType")) in _LOGICAL:
        return _LOGICAL[logical](value)
    return _by_kind(schema, named, value)


def _by_kind(schema: Mapping[str, Any], named: Mapping[str, Any], value: Any) -> Any:
    match schema["type"]:
        case "record":
            return {field["name"]: _field(field, named, value) for field in schema["fields"]}
        case "array" if isinstance(value, list):
            return [_value(schema["items"], named, item) for item in value]
        case "map" if isinstance(value, dict):
            return {key: _value(schema["values"], named, item) for key, item in value.items()}
        case "enum" if value not in schema["symbols"]:
            raise ValueError(_("{value} is no symbol").format(value=repr(clean(value, 60))))
        case kind:
            return _plain(kind, value)


def _field(field: Mapping[str, Any], named: Mapping[str, Any], event: Any) -> Any:
    name = field["name"]
    try:
        missing = event.get(name) is None and not _takes_null(field["type"])
        if "default" in field and (name not in event or missing):  # as the tables have it
            return _value(field["type"], named, field["default"])
        return _value(field["type"], named, event.get(name))
    except _WRONG as error:
        raise ValueError(f"{clean(name, 60)}: {error}") from None


def _takes_null(schema: Any) -> bool:
    return "null" in schema if isinstance(schema, list) else schema == "null"


def _of_union(branches: list[Any], named: Mapping[str, Any], value: Any) -> Any:
    """Return a value as the first branch takes it that can."""
    if value is None and "null" in branches:
        return None
    for branch in branches:
        try:
            return _value(branch, named, value)
        except _WRONG:
            continue
    raise ValueError(_("no type of the schema takes it"))


def _plain(kind: str, value: Any) -> Any:
    """Return a value of a type without further meaning."""
    if kind in {"bytes", "fixed"}:
        return base64.b64decode(value, validate=True)
    expected = _PLAIN.get(kind, ())
    if type(value) not in expected or (kind == "int" and not -(2**31) <= value < 2**31):
        raise ValueError(_("must be {expected}").format(expected=kind))
    return float(value) if kind in {"float", "double"} else value


_PLAIN: Mapping[str, tuple[type, ...]] = {
    "null": (type(None),),
    "string": (str,),
    "enum": (str,),
    "boolean": (bool,),
    "int": (int,),
    "long": (int,),
    "float": (int, Decimal),
    "double": (int, Decimal),
}
_LOGICAL: Mapping[str, Callable[[Any], Any]] = {
    "decimal": lambda value: Decimal(str(value)),
    "timestamp-millis": datetime.fromisoformat,
    "timestamp-micros": datetime.fromisoformat,
    "local-timestamp-millis": datetime.fromisoformat,
    "local-timestamp-micros": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time-millis": time.fromisoformat,
    "time-micros": time.fromisoformat,
}
