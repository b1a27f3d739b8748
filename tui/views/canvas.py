"""Curves in cells: areas in eighths of a cell, lines in braille dots, both in ASCII if need be."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

from tui.styled_text import Role, Span

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BLANK = 0x2800
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_ASCII_LINES = "*o+"
_ASCII_AREA = ":"

Values = Sequence[float | None]
_Cell = tuple[str, Role]
_Place = tuple[int, int]
_NOTHING: _Cell = (" ", "dim")


@dataclass(frozen=True)
class Curve:
    """Values at equal steps, from the left edge to the right one; None is a hole.

    filled: down to the lowest value of the axis.
    """

    values: Values
    role: Role
    filled: bool = False


@dataclass(frozen=True)
class Canvas:
    """How many cells there are, and the values of their lower and upper edge.

    grid: rows, from the top, on which blank cells show a line. read: the column of a cursor.
    """

    across: int
    rows: int
    low: float
    high: float
    grid: Collection[int] = ()
    ascii_only: bool = False
    read: int | None = None

    def drawn(self, curves: Sequence[Curve]) -> list[list[Span]]:
        """Return the spans of each row, from the top. A curve is drawn over those before it."""
        line_cell: _Cell = (" " if self.ascii_only else "┈", "dim")
        cells = [
            [line_cell if row in self.grid else _NOTHING] * self.across for row in range(self.rows)
        ]
        for curve in curves:
            if curve.filled:
                self._fill(cells, curve)
        solid = {
            (row, column)
            for row, found in enumerate(cells)
            for column, cell in enumerate(found)
            if cell[0] in _EIGHTHS[1:]
        }
        lines = [curve for curve in curves if not curve.filled]
        for number, curve in enumerate(lines, len(curves) - len(lines)):
            self._trace(cells, curve, _ASCII_LINES[number % len(_ASCII_LINES)], solid)
        if self.read is not None:
            for row in cells:
                row[self.read] = ("|" if self.ascii_only else "│", "bold")
        return [_spans(row) for row in cells]

    def _share(self, value: float) -> float:
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    def _fill(self, cells: list[list[_Cell]], curve: Curve) -> None:
        for column, value in enumerate(spread(curve.values, self.across)):
            if value is None:
                continue
            eighths = round(self._share(value) * self.rows * 8)
            if value > self.low:
                eighths = max(eighths, 1)
            for row in range(self.rows):
                here = min(max(eighths - (self.rows - 1 - row) * 8, 0), 8)
                if here:
                    sign = _EIGHTHS[here]
                    if self.ascii_only:
                        sign = _ASCII_AREA if here >= _HALF else "."
                    cells[row][column] = (sign, curve.role)

    def _trace(
        self, cells: list[list[_Cell]], curve: Curve, ascii_sign: str, solid: Collection[_Place]
    ) -> None:
        per_cell, levels = (1, 1) if self.ascii_only else (2, 4)
        masks: dict[_Place, int] = {}
        most = self.rows * levels - 1
        previous: int | None = None
        for step, value in enumerate(spread(curve.values, self.across * per_cell)):
            if value is None:
                previous = None
                continue
            level = round(self._share(value) * most)
            low, high = sorted((level, level if previous is None else previous))
            for dot in range(low, high + 1):
                place = (self.rows - 1 - dot // levels, step // per_cell)
                bit = _DOTS[levels - 1 - dot % levels][step % per_cell]
                masks[place] = masks.get(place, 0) | bit
            previous = level
        for (row, column), dots in masks.items():
            sign = ascii_sign if self.ascii_only else chr(_BLANK | dots)
            if (row, column) in solid:  # dots would leave a hole in the area
                sign = cells[row][column][0]
            elif (row + 1, column) in solid:  # and a gap above it
                sign = _block(dots)
            cells[row][column] = (sign, curve.role)


def _block(dots: int) -> str:
    """Return the block that ends where the highest of some dots does."""
    top = next(place for place, pair in enumerate(_DOTS) if dots & (pair[0] | pair[1]))
    return _EIGHTHS[2 * (len(_DOTS) - top)]


_HALF = 4


def spread(values: Values, columns: int) -> list[float | None]:
    """Return a value for each column: straight lines between few values, the means of many."""
    count = len(values)
    if count == 0 or columns == 1:
        return [*values[-1:], *[None] * columns][:columns]
    if count == 1:
        return [None] * (columns - 1) + [values[0]]
    if count > columns:
        parts = [
            values[column * count // columns : (column + 1) * count // columns]
            for column in range(columns)
        ]
        return [_mean(part) for part in parts]
    step = (count - 1) / (columns - 1)
    return [_between(values, column * step) for column in range(columns)]


def _mean(part: Values) -> float | None:
    known = [value for value in part if value is not None]
    return sum(known) / len(known) if known else None


def _between(values: Values, place: float) -> float | None:
    left = min(int(place + 1e-9), len(values) - 1)
    share = place - left
    first = values[left]
    if first is None or share < 1e-6:  # noqa: PLR2004 - on a value
        return first
    second = values[left + 1]
    return None if second is None else first + (second - first) * share


def _spans(cells: Sequence[_Cell]) -> list[Span]:
    return [
        Span("".join(sign for sign, _role in group), role)
        for role, group in groupby(cells, key=lambda cell: cell[1])
    ]
