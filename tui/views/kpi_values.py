"""The values of KPIs as a screen shows them, by the type and unit of their column."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from rich.cells import cell_len

from core.kpis.model import Value, as_number, unit_of
from core.pipeline.kpis import Column
from core.text import _
from tui.formats import UNKNOWN
from tui.views.frame import Frame

_SMALL = 100
_WIDEST = 14
"""Cells of a value beside a name."""


def shown(column: Column, value: Value, frame: Frame, *, cents: bool = True) -> str:
    """Return a value with its unit; cents: whether money has its decimals."""
    number = as_number(value)
    if number is None:
        return _text(value, frame)
    form, unit = frame.formats, unit_of(column)
    if column.type == "money":
        return form.amount(Decimal(number), unit, cents=cents)
    text = form.count(number) if isinstance(number, int) else form.number(number)
    return form.united(text, unit)


def bounded(column: Column, value: Value, frame: Frame, *, cents: bool = True) -> str:
    """Return a value as `shown` has it; in short where one huge amount would take the room of all.

    A name that stands beside it would be cut to nothing.
    """
    told, number = shown(column, value, frame, cents=cents), as_number(value)
    if number is None or cell_len(told) <= _WIDEST:
        return told
    unit = "€" if column.type == "money" and unit_of(column) == "EUR" else unit_of(column)
    return frame.formats.united(frame.formats.short(float(number)), unit)


def has_cents(values: Sequence[Value]) -> bool:
    """Return whether amounts shown together need their cents: where all of them are small."""
    money = [value for value in values if isinstance(value, Decimal)]
    return any(value % 1 for value in money) and all(abs(value) < _SMALL for value in money)


def _text(value: Value, frame: Frame) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return frame.formats.day_time(value)
    if isinstance(value, date):
        return value.isoformat()
    return UNKNOWN if value is None else str(value)
