"""Rows in a person's order: by a column, up or down, and without the columns that are hidden.

Cells are sorted by what they say: figures with their units, spans of time, else words in any case.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from core.text.figures import read_figure
from tui.row_table import Cell, Row, RowTable

_PART = re.compile(r"([+-]?[0-9][0-9.,\s_'’]*)\s*(%|[^\W\d_]{0,3})")
_UNITS: dict[str, int | Decimal] = {
    "": 1,
    "%": 1,
    "ms": Decimal("0.001"),
    "s": 1,
    "m": 60,
    "min": 60,
    "h": 3_600,
    "d": 86_400,
    "j": 86_400,
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "B": 1,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "o": 1,
    "ko": 10**3,
    "Mo": 10**6,
    "Go": 10**9,
}
_LONGEST = 40
_EMPTY = 2
"""Comes last, in either direction."""


@dataclass(frozen=True)
class Arrangement:
    """How rows are arranged, by the names of columns. column: None as they come.

    Names that a list does not have are passed over.
    """

    column: str | None = None
    descending: bool = False
    hidden: frozenset[str] = frozenset()

    def by_next(self, columns: Sequence[str]) -> "Arrangement":
        """Return it by the next column that is seen; behind the last one as they come."""
        first = columns.index(self.column) + 1 if self.column in columns else 0
        seen = [name for name in columns[first:] if name not in self.hidden]
        return replace(self, column=seen[0] if seen else None, descending=False)

    def reversed(self) -> "Arrangement":
        """Return it the other way round."""
        return replace(self, descending=not self.descending)

    def without(self, columns: Sequence[str]) -> "Arrangement":
        """Return it without the column that it is by; the last one that is seen stays."""
        if (
            self.column is None
            or self.column not in columns
            or len(set(columns) - self.hidden) <= 1
        ):
            return self
        hidden = self.hidden | {self.column}
        return replace(self.by_next(columns), hidden=hidden)

    def whole(self) -> "Arrangement":
        """Return it with every column."""
        return replace(self, hidden=frozenset())


class Arrangements:
    """How a person arranged the lists of a console, each known by its name."""

    def __init__(self) -> None:
        self._kept: dict[str, Arrangement] = {}

    def of(self, name: str) -> Arrangement:
        """Return how a list is arranged."""
        return self._kept.get(name, Arrangement())

    def put(self, name: str, how: Arrangement) -> None:
        """Arrange a list otherwise from now on."""
        if name:
            self._kept[name] = how

    @property
    def changed(self) -> dict[str, Arrangement]:
        """Those that are not as they come."""
        return {name: how for name, how in self._kept.items() if how != Arrangement()}


class KeepsArrangements(Protocol):
    """What is needed of the application."""

    arrangements: Arrangements


def arranged(table: RowTable, how: Arrangement, *, ascii_only: bool = False) -> RowTable:
    """Return a table so; a sign stands at the title of the column that it is by."""
    names = table.column_names
    by = names.index(how.column) if how.column in names else None
    places = [place for place, name in enumerate(names) if name not in how.hidden]
    if by is None and len(places) in {0, len(names)}:
        return table
    rows, columns = table.rows, list(table.columns)
    if by is not None:
        if not table.ordered:
            ranked = sorted(rows, key=lambda row: order_of(row.cells[by]), reverse=how.descending)
            rows = tuple(sorted(ranked, key=lambda row: order_of(row.cells[by])[0] == _EMPTY))
        signs = ("^", "v") if ascii_only else ("▲", "▼")
        title = columns[by].title + signs[how.descending]
        wide = max(columns[by].width, min(len(title), 12))
        columns[by] = replace(columns[by], title=title, width=wide, drop=0)
    if 0 < len(places) < len(columns):
        rows = tuple(_only(row, places) for row in rows)
        columns = [columns[place] for place in places]
    follow = table.follow if by is None else ""
    return replace(table, columns=tuple(columns), rows=rows, follow=follow)


def order_of(cell: Cell) -> tuple[int, Decimal, str]:
    """Return what a cell is sorted by: figures before words, what is empty at the end."""
    text = (cell if isinstance(cell, str) else cell.text).strip()
    if not text or text in {"–", "-", "?"}:
        return (_EMPTY, Decimal(0), "")
    figure = _figure(text)
    return (1, Decimal(0), text.casefold()) if figure is None else (0, figure, "")


def _figure(text: str) -> Decimal | None:
    """Return the figure of a text that is one, with its unit, or of several units of time."""
    text = text.removesuffix("/s").removeprefix("€").strip()
    if len(text) > _LONGEST:
        return None
    total, end = Decimal(0), 0
    for found in _PART.finditer(text):
        if found.start() != end or found[2] not in _UNITS:
            return None
        try:
            total += read_figure(found[1].strip()) * _UNITS[found[2]]
        except ValueError:
            return None
        end = found.end()
        while text[end : end + 1].isspace():
            end += 1
    return total if end and end == len(text) else None


def _only(row: Row, places: Sequence[int]) -> Row:
    return replace(row, cells=tuple(row.cells[place] for place in places))
