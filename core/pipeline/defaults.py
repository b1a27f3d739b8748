"""Defaults of fields: what a column holds where an event has no value.

A default is written as events write the value, or as a date or time of TOML. The SQL of the merge
takes it by a placeholder, `{default_COLUMN}`, which stands for a literal of the dialect and for
NULL where the field has none; so `pipeline.toml` says it once, and no file repeats it.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from core.pipeline.bounds import microseconds
from core.pipeline.fields import EventField, EventLayout
from core.pipeline.time_readers import MICROSECONDS
from core.pipeline.types import FieldType
from core.pipeline.value_errors import ValueRefusedError
from core.pipeline.values import reader_of
from core.text import N_, _, clean

if TYPE_CHECKING:
    import jinja2

MERGES = ("merge_cast", "merge_columns")
"""The SQL that makes rows of events, and so takes defaults."""
_PLACEHOLDER = re.compile(r"\{[a-z_][a-z0-9_]*\}", re.ASCII)
_NO_SQL = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_NULL = "NULL"


def default_of(event: EventLayout, fields: Mapping[str, EventField], path: str) -> Any:
    """Return what the default of a field means, as its strict reader gives values.

    Errors: ValueRefusedError where it is no value of the field.
    """
    field = fields[path]
    value = _as_events_write(field.default, field.type)
    return reader_of(event, fields, path)(value)


def problems_of_defaults(
    fields: Mapping[str, EventField], event: EventLayout
) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with defaults: the path of the field, why, and what its rules say."""
    for path, field in fields.items():
        if field.default is None:
            continue
        if field.required:
            yield path, N_("is never taken: the field is required"), ""
        elif field.column_at(path) is None:
            yield path, N_("is never taken: the field has no column"), ""
        else:
            try:
                text = _text(default_of(event, fields, path), field.type)
            except ValueRefusedError as refused:
                yield path, N_("is no value of the field: {detail}"), refused.detail
            else:
                if not _is_harmless(text):
                    yield path, N_("holds what cannot stand in SQL: {{name}}, $$, or controls"), ""


def literals(
    event: EventLayout, fields: Mapping[str, EventField], dialect: str
) -> Iterator[tuple[str, str]]:
    """Yield each placeholder of a default, without braces, and the literal that it stands for."""
    for path, field in fields.items():
        column = field.column_at(path)
        if column is not None:
            literal = _NULL
            if field.default is not None:
                literal = _literal(dialect, default_of(event, fields, path), field.type)
            yield placeholder(column), literal


def placeholder(column: str) -> str:
    """Return what the SQL of a merge writes, in braces, for the default of a column."""
    return f"default_{column}"


def takes_default(sql: str, column: str) -> bool:
    """Return whether SQL takes the default of a column, and not in a string or a remark only."""
    return f"{{{placeholder(column)}}}" in _NO_SQL.sub(" ", sql)


def _as_events_write(value: object, kind: FieldType) -> object:
    """Return a value of TOML as the strict readers take it from an event."""
    if isinstance(value, date):
        return _moment_or_day(value, kind)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueRefusedError("out_of_range", _("it is not finite"))
        return Decimal(repr(value)) if kind.kind != "json" else value
    if isinstance(value, tuple):
        return [_as_events_write(item, kind) for item in value]
    if isinstance(value, dict):
        return {key: _as_events_write(item, kind) for key, item in value.items()}
    return value


def _moment_or_day(value: date, kind: FieldType) -> Decimal | str:
    """Return a time or date of TOML as events of a type write it; a time without a zone is UTC."""
    if isinstance(value, datetime):
        if kind.epoch:
            return Decimal(microseconds(value)) / MICROSECONDS[kind.epoch]
        value = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return value.isoformat()


def _text(meant: Any, kind: FieldType) -> str:
    """Return what a value means as the text of a literal. Errors: ValueRefusedError."""
    match kind.kind:
        case "json":
            try:
                return json.dumps(meant)
            except TypeError:
                raise ValueRefusedError("wrong_type", _("it is not JSON")) from None
        case "decimal":
            return f"{meant:f}"
        case "timestamp":
            moment: datetime = meant
            return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        case "boolean":
            return "TRUE" if meant else "FALSE"
        case "number":
            return repr(float(meant))
    return str(meant)


def _is_harmless(text: str) -> bool:
    """Return whether a text stays what it is in every file, script and body of a procedure."""
    plain = clean(text, len(text) + 1) == text
    return plain and "$$" not in text and _PLACEHOLDER.search(text) is None


def _literal(dialect: str, meant: Any, kind: FieldType) -> str:
    template = _environment().get_template(f"defaults/{dialect}.sql.j2")
    return template.render(text=_text(meant, kind), type=kind).strip()


@cache
def _environment() -> "jinja2.Environment":
    from core.pipeline.templates import environment  # noqa: PLC0415 - only where there are defaults

    return environment()
