"""`kpis`: the figures and lists that the pipeline's definition names."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from core.clock import iso
from core.jobs.backends import open_warehouse
from core.jobs.base import JobContext, Summary, Table
from core.jobs.options import WatchOptions
from core.kpis.model import (
    Figure,
    KpiRows,
    Kpis,
    Number,
    Value,
    as_number,
    title_of,
    unit_of,
)
from core.kpis.read import read_kpis
from core.pipeline.kpis import NUMERIC, Column
from core.text import _
from core.text.number_format import count, decimal
from core.warehouse.base import Warehouse

_RECENT, _SERIES = 5, 7
_DIGITS = 6
"""Of a binary number; more of them say nothing to a person."""


Options = WatchOptions


@dataclass(frozen=True)
class KpisResult:
    """The figures of one moment."""

    figures: Kpis

    @property
    def bad(self) -> str:
        """Nothing: figures are never bad."""
        return ""

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        return self.figures.to_json()

    def summary(self) -> Summary:
        """Return the figures, those of windows in a line of their own, and a table a list."""
        if not self.figures.parts:
            return Summary(
                [_("this pipeline has no KPIs: [[kpis]] in its pipeline.toml adds some")]
            )
        plain = [_told(each) for each in self.figures.figures if not each.compared]
        compared = [_told(each) for each in self.figures.figures if each.compared]
        moment = self.figures.as_of
        lines = [_("; ").join(plain)] if plain else []
        if compared and not (moment is None and self.figures.empty):
            told = _("; ").join(compared)
            if moment is not None:
                told = _("up to {as_of}: {figures}").format(as_of=iso(moment), figures=told)
            lines.append(told)
        lists = self.figures.shown("top", "split", "series", "recent")
        tables = [_table(part) for part in lists if part.rows and part.kpi.in_result]
        return Summary(lines=tuple(lines), tables=tables)


def run(context: JobContext, options: Options) -> KpisResult:
    """Read the figures; with `watch` until a stop is wanted."""
    with open_warehouse(context) as warehouse:
        result = result_of(context, warehouse)
        while options.watch is not None and not context.stopping:
            context.note(result.fields())
            context.show(result)
            context.wait(options.watch)
            result = result_of(context, warehouse)
    return result


def result_of(context: JobContext, warehouse: Warehouse) -> KpisResult:
    """Read what a result holds. Errors: WarehouseError, ConfigError."""
    kpis = context.settings.pipeline.definition.kpis
    return KpisResult(read_kpis(warehouse, [kpi for kpi in kpis if kpi.in_result]))


def _told(figure: Figure) -> str:
    name, value = title_of(figure.column), _text(figure.column, figure.value)
    if not figure.compared:
        return _("{name}: {value}").format(name=name, value=value)
    before = _text(figure.column, figure.previous)
    return _("{name}: {value} ({before} before)").format(name=name, value=value, before=before)


def _text(column: Column, value: Value) -> str:
    """Return a value with its unit, for a line of text."""
    number = as_number(value)
    if number is None:
        return "-" if value is None else str(_cell(column, value))
    unit = unit_of(column)
    return f"{_number(column, number)} {unit}" if unit else _number(column, number)


def _number(column: Column, value: Number) -> str:
    if isinstance(value, int):
        return count(value)
    exact = value if isinstance(value, Decimal) else Decimal(f"{value:.{_DIGITS}g}")
    places = max(-int(exact.as_tuple().exponent), 0)
    return decimal(exact, 2 if column.type == "money" else places)


def _table(part: KpiRows) -> Table:
    """Return a list as a table: of the newest rows the first few, of a series the end."""
    kpi = part.kpi
    rows, columns = part.rows, [column for column in kpi.columns if not column.hidden]
    if kpi.show == "recent":
        rows = rows[:_RECENT]
        columns.sort(key=lambda column: column.type != "timestamp")
    elif kpi.show == "series":
        rows = rows[-_SERIES:]
    cells = [[_cell(column, row[kpi.place(column.name)]) for column in columns] for row in rows]
    lead = next((n for n, column in enumerate(columns) if column.name == part.lead), None)
    if lead is not None:
        for row, name in zip(cells, part.names(), strict=False):
            row[lead] = name
    return Table([title_of(column) for column in columns], cells, title_of(kpi))


def _cell(column: Column, value: Value) -> object:
    """Return a value as a table of a summary takes it, which shows a Decimal with two decimals."""
    if isinstance(value, datetime):
        return iso(value)[:19].replace("T", " ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal) and column.type != "money":
        return f"{value:f}"
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    return "" if value is None and column.type not in NUMERIC else value
