"""What is behind a figure or a check: a table with a filter, or the key to trace."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.kpis.model import KpiRows, Kpis, Value, as_json
from core.pipeline.base import told
from core.pipeline.definition import Definition
from core.pipeline.kpis import Column
from core.text import clean
from core.validation.model import CheckResult

_SHOWN = 60


@dataclass(frozen=True)
class Behind:
    """Where to look. where: columns with the texts of which they have one. key: to trace instead.

    newest: the column of the table by which its newest rows come first; empty for any order.
    """

    table: str = ""
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    key: str = ""
    newest: str = ""


@dataclass(frozen=True)
class BehindFigure:
    """A figure of the KPIs by its name, its value as results have it, and what is behind it."""

    part: str
    name: str
    value: object
    column: Column | None
    behind: Behind


def behind_kpis(kpis: Kpis, definition: Definition) -> tuple[BehindFigure, ...]:
    """Return every figure and every line of a list, in the order of the screen."""
    found: list[BehindFigure] = []
    for part in kpis.parts:
        found += _figures(part, definition) if part.kpi.show == "figures" else ()
    for part in kpis.shown("top", "split", "recent"):
        found += _lines(part, definition)
    return tuple(found)


def behind_check(check: CheckResult, definition: Definition) -> Behind | None:
    """Return the rows that a check complains of; None where it names none that can be found."""
    events = _cells(check.rows, ("event_id",))
    if events:
        return Behind(definition.tables.events, (("event_id", events),))
    keys = _cells(check.rows, (definition.key_column, definition.key_name, "id"))
    if keys:
        return Behind(definition.tables.rows, ((definition.key_column, keys),))
    doubled = _doubled(check.rows)
    return Behind(*doubled) if doubled else None


def _doubled(
    rows: Sequence[Mapping[str, object]],
) -> tuple[str, tuple[tuple[str, tuple[str, ...]], ...]] | None:
    """Return table and rows of keys that are there twice: each key stands as `table.column`."""
    for row in rows:
        table, _dot, column = str(row.get("key", "")).partition(".")
        if column and row.get("value") is not None:
            same = [one for one in rows if one.get("key") == row["key"]]
            return table, ((column, tuple(str(one["value"]) for one in same)),)
    return None


def _cells(rows: Sequence[Mapping[str, object]], names: Sequence[str]) -> tuple[str, ...]:
    for name in names:
        cells = tuple(str(row[name]) for row in rows if row.get(name) is not None)
        if cells:
            return tuple(dict.fromkeys(cells))
    return ()


def _figures(part: KpiRows, definition: Definition) -> Iterator[BehindFigure]:
    newest = _time_column(definition)
    for figure in part.figures:
        column = figure.column
        behind = Behind(definition.tables.rows, newest=newest)
        name = clean(told(column.label, column.name), _SHOWN)
        yield BehindFigure("", name, as_json(column, figure.value), column, behind)


def _lines(part: KpiRows, definition: Definition) -> Iterator[BehindFigure]:
    title = clean(told(part.kpi.title, part.kpi.name), _SHOWN)
    shown = next((one for one in part.kpi.columns if one.name == part.kpi.bar), None)
    for name, row in zip(part.names(), part.rows, strict=True):
        values = dict(zip((one.name for one in part.kpi.columns), row, strict=True))
        behind = _behind_line(values, definition)
        if behind is not None:
            value = None if shown is None else as_json(shown, values[shown.name])
            yield BehindFigure(title, clean(name, _SHOWN), value, shown, behind)


def _behind_line(values: Mapping[str, Value], definition: Definition) -> Behind | None:
    key = values.get(definition.key_name, values.get(definition.key_column))
    if key is not None:
        return Behind(key=str(key))
    columns = _columns(definition)
    for name, value in values.items():
        if name in columns and value is not None and isinstance(value, str):
            return Behind(
                definition.tables.rows, ((name, (value,)),), newest=_time_column(definition)
            )
    for table, (reference, _column) in definition.joined.items():
        for name, value in values.items():
            if name in reference.columns and isinstance(value, str):
                return Behind(table, ((name, (value,)),))
    return None


def _columns(definition: Definition) -> set[str]:
    found = (field.column_at(path) for path, field in definition.fields.items())
    return {column for column in found if column}


def _time_column(definition: Definition) -> str:
    """Return the column of what makes a version newer, the first that is a time."""
    for path in definition.versions:
        field = definition.fields[path]
        column = field.column_at(path)
        if field.type.kind == "timestamp" and column:
            return column
    return ""
