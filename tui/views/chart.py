"""A light line chart in braille dots (or ASCII), for what moves several times a second."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, reduce
from operator import or_

from core.text import _
from tui.lines import Line, Role, Span, fit, line
from tui.views.frame import Frame

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BLANK = 0x2800
_AXIS = 8
_LEGEND = 13
_LEGEND_FROM = 50
"""Below this width the legend would take the room of the curves."""
_ASCII_MARKS = ".*o"
_STEPS = (1, 2, 5, 10)

Values = Sequence[float | None]


@dataclass(frozen=True)
class Series:
    """One line of a chart: values at equal steps of time, the last one now; None is a hole.

    latest: the value now as people read it, for the legend.
    """

    name: str
    values: Values
    role: Role
    latest: str = ""


@dataclass
class _Cell:
    """What one cell holds: dots of each series."""

    masks: dict[int, int]

    @property
    def dots(self) -> int:
        """All of them in one mask."""
        return reduce(or_, self.masks.values(), 0)


def chart(series: Sequence[Series], width: int, height: int, frame: Frame) -> list[Line]:
    """Return `height` lines: an axis from zero, the curves over one another, a legend, the time.

    Steps are seconds; the time has a line of its own from five lines on. The last charts are kept:
    views are asked more often than samples come.
    """
    fixed = tuple(replace(one, values=tuple(one.values)) for one in series)
    return list(_chart(fixed, width, height, frame, _("now")))


@lru_cache(maxsize=16)
def _chart(
    series: tuple[Series, ...], width: int, height: int, frame: Frame, now: str
) -> list[Line]:
    wide = width > _LEGEND_FROM
    across = max(width - _AXIS - (_LEGEND if wide else 0), 4)
    per_cell = 1 if frame.ascii_only else 2
    shown = [list(one.values)[-across * per_cell :] for one in series]
    timed = height > len(_STEPS)
    rows = height - 1 if timed else height
    top = ceiling(max((value or 0.0 for values in shown for value in values), default=0.0))
    grid = _grid(shown, across, rows, top, ascii_only=frame.ascii_only)
    legend = _legend(series, rows) if wide else [line()] * rows
    lines = []
    for row in range(rows):
        label = _label(row, rows, top, frame)
        edge = Span(" |" if frame.ascii_only else " ┤", "dim")
        curve = _row(grid[row], [one.role for one in series], ascii_only=frame.ascii_only)
        axis = Span(fit(label, _AXIS - 2, right=True), "dim")
        lines.append(line(axis, edge, *curve, legend[row]))
    if timed:
        steps = max(map(len, shown), default=0)
        lines.append(_time(steps, across, per_cell, frame, now))
    return lines


def ceiling(value: float, steps: Sequence[float] = _STEPS) -> float:
    """Return the next of these multiples of a power of ten, so that an axis rarely jumps."""
    if value <= 0:
        return 10.0
    unit = 10.0 ** (len(str(int(value))) - 1)
    return next(unit * step for step in steps if unit * step >= value)


def _label(row: int, rows: int, top: float, frame: Frame) -> str:
    if row == 0:
        return frame.formats.short(top)
    if row == rows - 1:
        return "0"
    return frame.formats.short(top / 2) if row == rows // 2 else ""


def _legend(series: Sequence[Series], rows: int) -> list[Line]:
    """Return names and present values, as far as there is room: names first."""
    blank = line(" " * _LEGEND)
    lines: list[Line] = []
    for one in series:
        lines.append(line(Span(fit(" " + one.name, _LEGEND), one.role)))
        if one.latest and rows >= len(series) * 2:
            lines.append(line(Span(fit(" " + one.latest, _LEGEND), "text")))
    return [*lines, *[blank] * rows][:rows]


def _time(steps: int, across: int, per_cell: int, frame: Frame, now: str) -> Line:
    """Return the line below the axis: how far back it goes, and now."""
    back = f"−{frame.formats.span(steps)}" if steps >= per_cell * len(now) else ""
    if frame.ascii_only:
        back = back.replace("−", "-")
    if len(back) + len(now) >= across:
        back = ""
    start = max(across - -(-steps // per_cell), 0)
    start = min(start, max(across - len(back) - len(now) - 1, 0))
    gap = max(across - start - len(back) - len(now), 0)
    return line(Span(" " * (_AXIS + start) + back + " " * gap + now, "dim"))


def _grid(
    shown: Sequence[Values], across: int, rows: int, top: float, *, ascii_only: bool
) -> list[list[_Cell]]:
    """Return for each cell which dots of which series it holds."""
    grid = [[_Cell({}) for _column in range(across)] for _row in range(rows)]
    per_cell, levels = (1, 1) if ascii_only else (2, 4)
    most = rows * levels - 1
    for index, values in enumerate(shown):
        start = across * per_cell - len(values)
        previous: int | None = None
        for step, value in enumerate(values):
            if value is None:
                previous = None
                continue
            level = min(int(max(value, 0.0) / top * most + 0.5), most)
            low, high = sorted((level, level if previous is None else previous))
            for dot in range(low, high + 1):
                cell = grid[rows - 1 - dot // levels][(start + step) // per_cell]
                bit = _DOTS[levels - 1 - dot % levels][(start + step) % per_cell]
                cell.masks[index] = cell.masks.get(index, 0) | bit
            previous = level
    return grid


def _row(cells: Sequence[_Cell], roles: Sequence[Role], *, ascii_only: bool) -> list[Span]:
    """Return one row of cells as few spans. Where curves meet, their colours take turns."""
    spans: list[Span] = []
    for column, cell in enumerate(cells):
        role: Role = "dim"
        text = " "
        if cell.masks:
            here = sorted(cell.masks)
            index = here[column // 2 % len(here)]
            role = roles[index]
            text = _ASCII_MARKS[index % 3] if ascii_only else chr(_BLANK | cell.dots)
        if spans and spans[-1].role == role:
            spans[-1] = Span(spans[-1].text + text, role)
        else:
            spans.append(Span(text, role))
    return spans
