"""What the KPIs of a definition were at one moment: frozen, exact, harmless, ready for JSON.

Texts that came from a warehouse or a folder are cleaned here, so a screen may show them as they
are. None stands for what the warehouse does not know.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from core.clock import iso
from core.pipeline.base import told
from core.pipeline.kpis import Column, Kpi
from core.text import clean

Value = str | bool | int | float | Decimal | datetime | date | None
"""Times are in UTC; money and decimals are exact."""
Number = int | float | Decimal
Shown = Literal["figures", "top", "split", "series", "recent"]

AS_OF = "as_of"
"""The hidden timestamp among figures that is the end of their windows."""


def title_of(part: Kpi | Column) -> str:
    """Return what people call a KPI or a column, in the language in use."""
    label = part.title if isinstance(part, Kpi) else part.label
    return _harmless(told(label) or part.name.replace("_", " "))


def unit_of(column: Column) -> str:
    """Return the unit of a column in the language in use, or nothing."""
    return _harmless(told(column.unit))


@lru_cache(maxsize=512)
def _harmless(label: str) -> str:
    """Return a label as a screen may show it; screens ask for the same ones again and again."""
    return clean(label)


def as_number(value: Value) -> Number | None:
    """Return a value that can be drawn or compared, else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    return value


def as_json(column: Column, value: Value) -> object:
    """Return a value as results carry it: exact numbers as text, times in ISO 8601."""
    if isinstance(value, Decimal):
        return f"{value:.2f}" if column.type == "money" else f"{value:f}"
    if isinstance(value, datetime):
        return iso(value)
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True)
class Figure:
    """One figure. previous: the same one, one period earlier; None where it is not compared."""

    column: Column
    value: Value
    previous: Value = None

    @property
    def compared(self) -> bool:
        """Whether it has an earlier one beside it."""
        return self.column.previous is not None


@dataclass(frozen=True)
class KpiRows:
    """What one query of a definition returned. rows: values in the order of `kpi.columns`."""

    kpi: Kpi
    rows: tuple[tuple[Value, ...], ...]

    def values(self, name: str) -> tuple[Value, ...]:
        """Return what a column holds, a value a row. Errors: KeyError."""
        place = self.kpi.place(name)
        return tuple(row[place] for row in self.rows)

    @property
    def bars(self) -> tuple[Value, ...]:
        """What the bars or the curve are drawn from, a value a row."""
        return self.values(self.kpi.bar) if self.kpi.bar is not None else ()

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The visible figures of a row of figures, in order."""
        if self.kpi.show != "figures" or not self.rows:
            return ()
        (row,) = self.rows
        return tuple(
            Figure(column, value, row[self.kpi.place(column.previous)] if column.previous else None)
            for column, value in zip(self.kpi.columns, row, strict=True)
            if not column.hidden
        )

    @property
    def lead(self) -> str | None:
        """The column that names a row: the one named, or the first text that is shown."""
        texts = (each.name for each in self.kpi.columns if each.type == "text" and not each.hidden)
        return self.kpi.lead or next(texts, None)

    def names(self) -> tuple[str, ...]:
        """Return what names each row; empty: nothing does. A bar may be named by hidden texts."""
        spare = [each.name for each in self.kpi.columns if each.type == "text" and each.hidden]
        names = [self.lead, *(spare if self.kpi.show in {"top", "split"} else ())]
        places = [self.kpi.place(name) for name in names if name is not None]
        return tuple(
            next((str(row[place]) for place in places if row[place] is not None), "")
            for row in self.rows
        )

    def to_json(self) -> list[dict[str, object]]:
        """Return the rows as they stand in results."""
        return [
            {
                column.name: as_json(column, value)
                for column, value in zip(self.kpi.columns, row, strict=True)
            }
            for row in self.rows
        ]


@dataclass(frozen=True)
class Kpis:
    """All KPIs of one moment, in the order of the definition."""

    parts: tuple[KpiRows, ...] = ()

    def shown(self, *ways: Shown) -> tuple[KpiRows, ...]:
        """Return the parts that are shown in one of these ways, by way."""
        return tuple(part for way in ways for part in self.parts if part.kpi.show == way)

    def part(self, name: str) -> KpiRows:
        """Return what a KPI returned. Errors: KeyError."""
        for part in self.parts:
            if part.kpi.name == name:
                return part
        raise KeyError(name)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The visible figures, in order."""
        return tuple(figure for part in self.parts for figure in part.figures)

    def value(self, name: str) -> Value:
        """Return a figure by its name, hidden ones too. Errors: KeyError."""
        for part in self.shown("figures"):
            for column, value in zip(part.kpi.columns, part.rows[0], strict=True):
                if column.name == name:
                    return value
        raise KeyError(name)

    @property
    def as_of(self) -> datetime | None:
        """The end of the windows (UTC); None without rows, or where figures have no windows."""
        try:
            moment = self.value(AS_OF)
        except KeyError:
            return None
        return moment if isinstance(moment, datetime) else None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to see: no row in any list, and every figure zero or unknown."""
        lists = (part for part in self.parts if part.kpi.show != "figures")
        return not any(part.rows for part in lists) and not any(
            figure.value for figure in self.figures
        )

    def to_json(self) -> dict[str, object]:
        """Return what results hold: figures beside one another, lists under their names."""
        found: dict[str, object] = {}
        for part in self._in_result(self.shown("figures")):
            found.update(part.to_json()[0])
        lists = [part for part in self.parts if part.kpi.show != "figures"]
        found.update({part.kpi.name: part.to_json() for part in self._in_result(lists)})
        return found

    @staticmethod
    def _in_result(parts: Sequence[KpiRows]) -> list[KpiRows]:
        return [part for part in parts if part.kpi.in_result]
