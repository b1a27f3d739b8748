"""Tables of rows as views make them: columns that fit a width, rows with a key, a filter."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from core.text import _
from tui.styled_text import Line, Role, Span, fit

MOST_ROWS = 2_000
"""Rows of one table that are kept for the screen."""

_GAP = 2
_LEAST = 4

Cell = str | Span


@dataclass(frozen=True)
class Column:
    """A column. width: cells, the least where it may `stretch` over what is left.

    drop: columns with the highest one are left out first where the width does not suffice; 0 stays.
    name: what it is known by, in every language; empty: by its place.
    """

    title: str
    width: int
    right: bool = False
    stretch: bool = False
    drop: int = 0
    name: str = ""


def column(
    title: str, width: int, *, right: bool = False, stretch: bool = False, drop: int = 0
) -> Column:
    """Return a column that is known by its title. title: in English, marked for translation."""
    return Column(_(title), width, right, stretch, drop, title)


@dataclass(frozen=True)
class Row:
    """A row: a key that stays the same, a cell for each column, and what it stands for.

    Cells must be harmless already (`core.text.clean`).
    """

    key: str
    cells: tuple[Cell, ...]
    source: object = field(default=None, compare=False, repr=False)

    def matches(self, words: Sequence[str]) -> bool:
        """Whether every word (lower case) is somewhere in the cells."""
        text = " ".join(_text(cell) for cell in self.cells).lower()
        return all(word in text for word in words)


@dataclass(frozen=True)
class RowTable:
    """What a table shows. follow: the end at which a cursor stays when rows come.

    titles: whether the columns are named above the rows, where there are any. name: what the list
    is known by. ordered: whether the rows come in the order that a person wants.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    follow: Literal["", "first", "last"] = ""
    titles: bool = True
    name: str = ""
    ordered: bool = False

    @property
    def column_names(self) -> tuple[str, ...]:
        """What its columns are known by."""
        return tuple(one.name or str(place) for place, one in enumerate(self.columns))

    @property
    def head(self) -> int:
        """Lines above the rows."""
        return int(self.titles and bool(self.rows))


@dataclass(frozen=True)
class Layout:
    """The columns that fit a width: their places in a row, and their cells."""

    columns: tuple[Column, ...]
    places: tuple[int, ...]
    widths: tuple[int, ...]

    def head(self) -> Line:
        """Return the titles."""
        titles = [column.title for column in self.columns]
        return self._line([Span(title, "dim") for title in titles], "dim")

    def line(self, row: Row) -> Line:
        """Return a row."""
        return self._line([row.cells[place] for place in self.places], "text")

    def _line(self, cells: Sequence[Cell], plain: Role) -> Line:
        spans = []
        last = len(self.widths) - 1
        for index, (cell, column) in enumerate(zip(cells, self.columns, strict=True)):
            text = fit(_text(cell), self.widths[index], right=column.right)
            spans.append(Span(text, cell.role if isinstance(cell, Span) else plain))
            if index != last:
                spans.append(Span(" " * _GAP, plain))
        return Line(tuple(spans))


def lay_out(columns: Sequence[Column], width: int) -> Layout:
    """Return the columns that fit, the stretching ones over what is left."""
    kept = list(range(len(columns)))

    def taken() -> int:
        return sum(columns[place].width for place in kept) + _GAP * (len(kept) - 1)

    while taken() > width and any(columns[place].drop for place in kept):
        kept.remove(max(kept, key=lambda place: (columns[place].drop, place)))
    left = max(width - taken(), 0)
    stretching = [place for place in kept if columns[place].stretch]
    widths = []
    for place in kept:
        more = 0
        if place in stretching:
            more = left // len(stretching)
            if place == stretching[-1]:
                more = left - more * (len(stretching) - 1)
        widths.append(max(columns[place].width + more, 1))
    count = _narrowed(widths, width) if widths else 0
    kept = kept[:count]
    return Layout(tuple(columns[place] for place in kept), tuple(kept), tuple(widths[:count]))


def _narrowed(widths: list[int], width: int) -> int:
    """Take from the widest columns what is too much; return how many columns can stay."""
    while sum(widths) + _GAP * (len(widths) - 1) > width and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1
    count = len(widths)
    while count > 1 and sum(widths[:count]) + _GAP * (count - 1) > width:
        count -= 1
    if count < len(widths):
        widths[count - 1] += width - sum(widths[:count]) - _GAP * (count - 1)
    return count


def filtered(rows: Sequence[Row], text: str) -> tuple[Row, ...]:
    """Return the rows that hold every word of a text, in any case."""
    words = text.lower().split()
    shown = rows[-MOST_ROWS:]
    return tuple(row for row in shown if row.matches(words)) if words else tuple(shown)


def _text(cell: Cell) -> str:
    return cell.text if isinstance(cell, Span) else cell
