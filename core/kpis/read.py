"""Reads the KPIs of a definition through the warehouse seam, a short query each.

Where the merge keeps figures, and they may stand for the rows, they are read instead of all rows.
Each read sees one state of the warehouse; between two of them a merge may land, so lists can be a
moment newer than figures.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from typing import Any

from core.clock import bound, utc
from core.errors import ConfigError, WarehouseError
from core.kpis.model import KpiRows, Kpis, Value
from core.pipeline.kpis import Column, Kpi
from core.text import _, clean
from core.warehouse.base import Warehouse

DAYS = 366
"""How far back a series goes, unless told otherwise."""
_CENT = Decimal("0.01")
_EXACT = Context(prec=40)
"""Wide enough for any sum a warehouse can hold (38 digits)."""


def read_kpis(
    warehouse: Warehouse, kpis: Sequence[Kpi], *, as_of: datetime | None = None, days: int = DAYS
) -> Kpis:
    """Return the KPIs as they are now.

    as_of: what figures of a window end at; default: the query's own end, as the newest row. days:
    of a series. Errors: WarehouseError; ConfigError where a query does not give what its columns
    promise.
    """
    values = {"as_of": None if as_of is None else bound(as_of), "days": days}
    if not kept_is_sound(warehouse, kpis):
        kpis = [kpi.model_copy(update={"kept": None}) for kpi in kpis]
    return Kpis(tuple(_read(warehouse, kpi, values, days) for kpi in kpis))


def kept_is_sound(warehouse: Warehouse, kpis: Sequence[Kpi]) -> bool:
    """Return whether kept figures, where there are any, may be read. Errors: WarehouseError."""
    if all(kpi.kept is None for kpi in kpis):
        return True
    try:
        ((sound,),) = warehouse.rows("kept_sound")
    except WarehouseError as error:
        if error.transient or type(error) is not WarehouseError:
            raise
        return False  # tables of an earlier version, which only reading does not change
    return bool(sound)


def _read(warehouse: Warehouse, kpi: Kpi, bound: Mapping[str, object], days: int) -> KpiRows:
    query = kpi.kept or kpi.query
    try:
        found = warehouse.rows(query, [bound[name] for name in kpi.parameters])
    except WarehouseError as error:
        if error.transient or type(error) is not WarehouseError:
            raise
        raise _refused(query, error) from error
    if kpi.show == "figures" and len(found) != 1:
        raise _misfit(kpi, _("it must return one row of figures"))
    rows = tuple(_row(kpi, row) for row in found)
    if kpi.show == "series" and kpi.columns[0].type == "date":
        rows = _every_day(kpi, rows, days)
    return KpiRows(kpi, rows)


def _row(kpi: Kpi, row: Sequence[object]) -> tuple[Value, ...]:
    if len(row) != len(kpi.columns):
        raise _misfit(
            kpi,
            _("columns: {found} in the query, {expected} in the definition").format(
                found=len(row), expected=len(kpi.columns)
            ),
        )
    return tuple(_value(kpi, column, value) for column, value in zip(kpi.columns, row, strict=True))


def _value(kpi: Kpi, column: Column, value: Any) -> Value:
    if value is None:
        return None
    try:
        return _KINDS[column.type](value)
    except (TypeError, ValueError, ArithmeticError):
        reason = _("column {name} is to be {kind}, the query returned {value}").format(
            name=column.name, kind=column.type, value=clean(repr(value), 60)
        )
        raise _misfit(kpi, reason) from None


def _refused(query: str, error: WarehouseError) -> WarehouseError:
    """Return what a warehouse says of a query, with the name of its file."""
    file = f"{query}.sql"
    own = _("where {file} is your own, see that it runs").format(file=file)
    return WarehouseError(
        _("{file}: {reason}").format(file=file, reason=error.message),
        hint=_("; ").join(filter(None, (error.advice, own))),
        remedies=error.remedies,
    )


def _misfit(kpi: Kpi, reason: str) -> ConfigError:
    return ConfigError(
        _("{file}: {reason}").format(file=f"{kpi.kept or kpi.query}.sql", reason=reason),
        hint=_("see that the query fits the columns of kpis.{name} in pipeline.toml").format(
            name=kpi.name
        ),
    )


def _every_day(
    kpi: Kpi, rows: tuple[tuple[Value, ...], ...], days: int
) -> tuple[tuple[Value, ...], ...]:
    """Return the days from the first to the newest, oldest first; absent ones have zero."""
    by_day: dict[date, tuple[Value, ...]] = {
        row[0]: row for row in rows if isinstance(row[0], date)
    }
    if not by_day:
        return ()
    nothing = tuple(_NOTHING.get(column.type) for column in kpi.columns[1:])
    newest = max(by_day)
    many = min((newest - min(by_day)).days + 1, days)
    wanted = (newest - timedelta(days=back) for back in reversed(range(many)))
    return tuple(by_day.get(day, (day, *nothing)) for day in wanted)


def _utc(stored: datetime) -> datetime:
    """Return a stored time with its zone; one that carries none is UTC."""
    if not isinstance(stored, datetime):
        raise TypeError
    return utc(stored)


def _day(stored: date) -> date:
    if isinstance(stored, datetime):
        return _utc(stored).date()
    if not isinstance(stored, date):
        raise TypeError
    return stored


def _integer(stored: float | Decimal) -> int:
    whole = int(stored)
    if whole != stored:  # a part of one, or a text
        raise ValueError
    return whole


def _decimal(stored: float | Decimal) -> Decimal:
    """Return an exact number; a binary one as its shortest text."""
    exact = Decimal(repr(stored)) if isinstance(stored, float) else Decimal(stored)
    if not exact.is_finite():
        raise ValueError
    return exact


def _money(stored: float | Decimal) -> Decimal:
    return _decimal(stored).quantize(_CENT, context=_EXACT)


def _number(stored: float | Decimal) -> float | None:
    """Return a number; JSON has none that is not finite, and nothing is known by it."""
    number = float(stored)
    return number if math.isfinite(number) else None


def _boolean(stored: bool) -> bool:
    if not isinstance(stored, bool):
        raise TypeError
    return stored


_KINDS: Mapping[str, Callable[[Any], Value]] = {
    "text": clean,
    "integer": _integer,
    "number": _number,
    "decimal": _decimal,
    "money": _money,
    "boolean": _boolean,
    "timestamp": _utc,
    "date": _day,
}
_NOTHING: Mapping[str, Value] = {
    "integer": 0,
    "money": Decimal("0.00"),
    "decimal": Decimal(0),
}
"""What a day without rows has; of other kinds nothing is known then, as of a mean."""
