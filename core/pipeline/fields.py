"""The layout of an event: its fields, and which of them are key, time, type and version."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from core.pipeline.base import FieldPath, Label, Model, Name, SqlName, steps
from core.pipeline.types import FieldType, Kind, TypeText
from core.text import N_

Format = Literal["json", "avro", "json_schema"]
MAX_EVENT_BYTES = 16 * 1024 * 1024
DEFAULT_EVENT_BYTES = 65_536
_TEXTS = frozenset({"text", "identifier", "uuid"})


def _bound(value: Any) -> Any:
    """Return a number as an exact decimal, from a number or text; dates and times as they are."""
    if isinstance(value, (datetime, date, Decimal)):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise PydanticCustomError("bound", N_("is neither a number nor a date"))
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        raise PydanticCustomError("bound", N_("is neither a number nor a date")) from None
    if not number.is_finite():
        raise PydanticCustomError("bound", N_("is neither a number nor a date"))
    return number


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error:
        raise PydanticCustomError("pattern", N_("is not a regular expression")) from None
    return value


Bound = Annotated[
    Decimal | datetime | date,
    BeforeValidator(_bound),
    WithJsonSchema({"type": ["number", "string"]}),
]
Pattern = Annotated[str, AfterValidator(_pattern)]
Default = Annotated[Any, WithJsonSchema({"description": "A value as events write it."})]
"""Any value of TOML; `core.pipeline.defaults` judges it by the rules of its field."""


Choice = str | int | float | bool | tuple[Any, ...] | dict[str, Any]


class Hint(Model):
    """How stream mode makes values of a field; without one they follow type and bounds.

    faker: name of a provider, as `city`. choices: values, or values with their weights; lists and
    tables are values of json alone. reference:
    of a table, whose keys are drawn. sequence: text in which `{n}` counts up. mean and deviation:
    of normally distributed numbers.
    """

    faker: Name | None = None
    choices: tuple[Choice, ...] | dict[str, float] | None = None
    reference: Name | None = None
    sequence: str | None = None
    mean: float | None = None
    deviation: float | None = None


class FieldRules(Model):
    """What values are taken. min, max: both allowed themselves. one_of: the values allowed.

    pattern: a regular expression for the whole text.
    """

    type: TypeText
    required: bool = True
    min: Bound | None = None
    max: Bound | None = None
    pattern: Pattern | None = None
    one_of: tuple[str | int | bool, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        kind = self.type.kind
        bounds = [bound for bound in (self.min, self.max) if bound is not None]
        if not all(_is_bound_of(kind, bound) for bound in bounds):
            raise PydanticCustomError("bounds", N_("has a bound that is no value of its type"))
        if self.pattern is not None and kind not in _TEXTS:
            raise PydanticCustomError("pattern", N_("has a pattern, which only a text can match"))
        if not all(_is_choice_of(kind, value) for value in self.one_of):
            raise PydanticCustomError("one_of", N_("may be one of values that its type lacks"))
        return self


class EventField(FieldRules):
    """One field. required: absent or null is refused; else both mean no value (SQL NULL).

    column: its name in the table of rows; False keeps it out; default: its path with `_` for dots.
    default: what its column holds where an event has no value; as events write it.
    """

    column: SqlName | Literal[False] | None = None
    default: Default = None
    unit: str = ""
    label: Label = ""
    hint: Hint | None = None

    @model_validator(mode="after")
    def _has_choices_of_its_type(self) -> Self:
        choices = self.hint.choices if self.hint is not None else None
        if self.type.kind != "json" and any(
            isinstance(one, (tuple, dict)) for one in choices or ()
        ):
            raise PydanticCustomError("hint", N_("has a choice that only a json field can hold"))
        return self

    def column_at(self, path: str) -> str | None:
        """Return the name of its column, None where the table of rows has none."""
        if self.column is False:
            return None
        return self.column or "_".join(steps(path)).lower()


class EventLayout(Model):
    """What an event is. Paths are those of `fields`.

    key: names the row that an event is a version of. time: when it happened; None: the time of its
    record. type: what kind of event it is; types: those that are taken. version: what makes one
    version newer than another, compared in this order and then by offset; default: the time.
    format: how records are written; all but JSON in the wire format of a schema registry.
    envelope: what a row is wrapped in. tombstones: what becomes of records without a value.
    """

    format: Format = "json"
    key: FieldPath
    time: FieldPath | None = None
    type: FieldPath | None = None
    types: tuple[str, ...] = ()
    version: tuple[FieldPath, ...] = ()
    envelope: Literal["debezium"] | None = None
    tombstones: Literal["dead_letter", "delete"] = "dead_letter"
    unknown_fields: Literal["keep", "reject"] = "keep"
    max_bytes: Annotated[int, Field(ge=2, le=MAX_EVENT_BYTES)] = DEFAULT_EVENT_BYTES


def _is_bound_of(kind: Kind, bound: Decimal | datetime | date) -> bool:
    if kind == "timestamp":
        return not isinstance(bound, Decimal)
    if kind == "date":
        return isinstance(bound, date) and not isinstance(bound, datetime)
    return kind in {"integer", "decimal", "number"} and isinstance(bound, Decimal)


def _is_choice_of(kind: Kind, value: object) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, int):
        return kind == "integer"
    return kind in {*_TEXTS, "date"}


def is_key_type(kind: FieldType) -> bool:
    """Return whether values of a type can name a row."""
    return kind.kind in {"identifier", "text", "integer", "uuid"}
