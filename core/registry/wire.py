"""The wire format: a zero byte, the schema's id in four bytes, big-endian, then the record itself.

https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from core.config.settings import RegistrySettings, Settings
from core.errors import ConfigError
from core.pipeline.fields import Format
from core.registry.client import Registry, RegistryError, open_registry
from core.registry.schemas import (
    ToJson,
    UnfitError,
    UnusableSchemaError,
    avro_reader,
    json_schema_reader,
)
from core.text import _, clean

if TYPE_CHECKING:
    from confluent_kafka.schema_registry import Schema

_MAGIC = 0
_HEAD = 5
_KINDS: dict[Format, tuple[str, Callable[["Schema", Registry], ToJson]]] = {
    "avro": ("AVRO", avro_reader),
    "json_schema": ("JSON", json_schema_reader),
}


def head(number: int) -> bytes:
    """Return what stands before a value of a schema."""
    return bytes([_MAGIC]) + number.to_bytes(_HEAD - 1, "big")


def schema_id(value: bytes | None) -> int | None:
    """Return the id that a value names, None where it is not in the wire format."""
    if value is None or len(value) < _HEAD or value[0] != _MAGIC:
        return None
    return int.from_bytes(value[1:_HEAD], "big")


def format_of(schema: "Schema") -> Format:
    """Return the format of records of a schema. Errors: ConfigError for one of another kind."""
    for name, (kind, _make) in _KINDS.items():
        if kind == (schema.schema_type or "AVRO"):
            return name
    raise ConfigError(
        _("records of type {kind} cannot be read").format(kind=clean(schema.schema_type, 40)),
        hint=_("formats are JSON, Avro and JSON Schema"),
    )


class WireReader:
    """Turns values in the wire format into JSON text. One thread."""

    def __init__(self, registry: Registry, format: Format) -> None:  # noqa: A002 - its name
        self._registry = registry
        self._type, self._make = _KINDS[format]
        self._readers: dict[int, ToJson | UnusableSchemaError] = {}

    def resolve(self, values: Sequence[bytes | None]) -> None:
        """Ask for the schemas that values need and that are not known yet.

        Errors: RegistryError with the index of the first value of the schema that is lacking.
        """
        for index, value in enumerate(values):
            number = schema_id(value)
            if number is not None and number not in self._readers:
                try:
                    self._readers[number] = self._reader(number)
                except RegistryError as error:
                    error.index = index
                    raise

    def text(self, value: bytes | None) -> bytes | None:
        """Return the JSON of one value; one without any bytes as it is.

        Errors: UnfitError; RegistryError where its schema is not known yet.
        """
        if not value:
            return value
        number = schema_id(value)
        if number is None:
            detail = _("the value does not begin with a zero byte and the id of a schema")
            raise UnfitError("not_wire_format", detail)
        read = self._readers.get(number)
        if read is None:
            read = self._readers[number] = self._reader(number)
        try:
            if isinstance(read, UnusableSchemaError):
                raise read
            return read(value[_HEAD:])
        except UnfitError as error:
            told = _("schema {id}: {detail}").format(id=number, detail=error.detail)
            raise UnfitError(error.reason, told) from None

    def _reader(self, number: int) -> ToJson | UnusableSchemaError:
        schema = self._registry.schema(number)
        kind = schema.schema_type or "AVRO"
        if kind != self._type:
            told = _("it is of type {found}, the pipeline's is {expected}")
            return UnusableSchemaError(told.format(found=clean(kind, 40), expected=self._type))
        try:
            return self._make(schema, self._registry)
        except UnusableSchemaError as error:
            return error


def wire_reader(settings: Settings, format: Format) -> WireReader:  # noqa: A002 - its name
    """Return a reader of its own for one thread. Errors: ConfigError."""
    return WireReader(open_registry(registry_of(settings)), format)


def registry_of(settings: Settings) -> RegistrySettings:
    """Return how to reach the registry. Errors: ConfigError where none is set."""
    if settings.kafka.registry is None:
        raise ConfigError(
            _("the pipeline's records need a schema registry, and none is set"),
            hint=_("set KAFKA_SCHEMA_REGISTRY_URL"),
        )
    return settings.kafka.registry
