"""Records of a sample that are in a schema registry's wire format, and what their schema says."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from core.config import Settings
from core.errors import ConfigError
from core.inference.fields import Inferred, path_text
from core.inference.names import column_name, fits_sql
from core.inference.profile import PathProfile
from core.inference.records import Record
from core.pipeline.defaults import problems_of_defaults
from core.pipeline.fields import EventField, EventLayout, Format
from core.pipeline.types import FieldType
from core.registry.client import open_registry
from core.registry.fields import Described, described
from core.registry.schemas import UnfitError
from core.registry.wire import WireReader, format_of, schema_id
from core.text import _, clean

_FIRST = 200


@dataclass
class RegistrySample:
    """A sample as JSON, whatever it came in. newest: the highest id of a schema that was met."""

    settings: Settings
    format: Format = "json"
    newest: int = 0

    def records(self, came: Iterator[Record]) -> Iterator[Record]:
        """Yield records with the JSON that they stand for. Errors: ConfigError, RegistryError."""
        first = list(islice(came, _FIRST))
        ids = [number for one in first if (number := schema_id(one.value)) is not None]
        if len(ids) <= len(first) // 2:
            yield from chain(first, came)
            return
        registry = self.settings.kafka.registry
        if registry is None:
            raise ConfigError(
                _("{where}: the record is in the wire format of a schema registry").format(
                    where=first[0].where
                ),
                hint=_("set KAFKA_SCHEMA_REGISTRY_URL"),
            )
        opened = open_registry(registry)
        self.format = format_of(opened.schema(ids[0]))
        reader = WireReader(opened, self.format)
        for record in chain(first, came):
            self.newest = max(self.newest, schema_id(record.value) or 0)
            try:
                yield replace(record, value=reader.text(record.value))
            except UnfitError as error:
                yield replace(record, value=None, problem=error.detail)

    def fields(self) -> list[Described]:
        """Return what the newest schema says of the fields; nothing for plain JSON."""
        registry = self.settings.kafka.registry
        if self.format == "json" or registry is None:
            return []
        schema = open_registry(registry).schema(self.newest)
        return list(described(str(schema.schema_str), avro=self.format == "avro"))


def told_by_schema(fields: Sequence[Inferred], known: Sequence[Described]) -> list[Inferred]:
    """Return inferred fields with the types and the nulls of their schema.

    A field that had no value in the sample is added where the schema says what type it is of.
    """
    told = {one.steps: one for one in known}
    found = [_told(field, told.pop(field.steps, None)) for field in fields]
    taken = [field.column for field in fields if field.column is not None]
    for one in told.values():
        if one.type is not None and not _overlaps(one, fields):
            column = column_name(one.steps, taken) if fits_sql(one.steps) else None
            taken += [] if column is None else [column]
            found.append(_unseen(one, one.type, column))
    return found


def _told(field: Inferred, one: Described | None) -> Inferred:
    if one is None:
        return field
    doubts = field.doubts
    if one.default is not None:
        default = clean(json.dumps(one.default), 60)
        doubts = (*doubts, _("the schema's default is {value}").format(value=default))
    kind = one.type or field.type
    choices = field.one_of if kind == field.type else ()
    required = field.required and one.required
    return replace(
        field,
        type=kind,
        required=required,
        doubts=doubts,
        one_of=choices,
        made_of=() if choices else one.symbols,
        default="" if required or field.column is None else _default(kind, choices, one.default),
    )


def _default(kind: FieldType, choices: Sequence[str], value: object) -> str:
    """Return a default of a schema as a definition writes it; nothing where it can be none."""
    if not isinstance(value, (str, int, float)):
        return ""
    field = EventField.model_validate(
        {"type": str(kind), "required": False, "one_of": tuple(choices), "default": value}
    )
    if [*problems_of_defaults({"value": field}, EventLayout(key="value"))]:
        return ""
    return json.dumps(value, ensure_ascii=False)


def _overlaps(one: Described, fields: Sequence[Inferred]) -> bool:
    """Return whether a field is within another that is kept whole, or around others."""
    return any(
        one.steps[: len(field.steps)] == field.steps or field.steps[: len(one.steps)] == one.steps
        for field in fields
    )


def _unseen(one: Described, kind: FieldType, column: str | None) -> Inferred:
    doubt = _("no record of the sample had a value: the schema names it")
    return Inferred(
        path=path_text(one.steps),
        steps=one.steps,
        type=kind,
        required=False,
        share=0.0,
        doubts=(doubt,),
        counts=PathProfile(one.steps),
        column=column,
        default="" if column is None else _default(kind, (), one.default),
    )
