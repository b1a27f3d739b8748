"""A light line chart in braille dots (or ASCII), for what moves several times a second."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui.lines import Line, Role, Span, fit, line
from tui.views.frame import Frame

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BLANK = 0x2800
_AXIS = 7
_LEGEND = 10


@dataclass(frozen=True)
class Series:
    """One line of a chart: values at equal steps of time, the last one now."""

    name: str
    values: Sequence[float]
    role: Role


def chart(series: Sequence[Series], width: int, height: int, frame: Frame) -> list[Line]:
    """Return `height` lines: an axis from zero, the curves over one another, a legend."""
    wide = width > 50  # noqa: PLR2004 - below it the legend would take the room of the curve
    across = max(width - _AXIS - (_LEGEND if wide else 0), 4)
    steps = across if frame.ascii_only else across * 2
    shown = [list(one.values)[-steps:] for one in series]
    top = _ceiling(max((max(values, default=0.0) for values in shown), default=0.0))
    cells = _cells(shown, across, height, top, ascii_only=frame.ascii_only)
    lines = []
    for row in range(height):
        label = frame.formats.short(top) if row == 0 else ""
        if row == height // 2:
            label = frame.formats.short(top / 2)
        spans = [Span(fit(label, _AXIS - 2, right=True), "dim"), Span(_edge(frame), "dim")]
        spans += _row(cells[row], [one.role for one in series])
        if wide:
            name = series[row].name if row < len(series) else ""
            role = series[row].role if row < len(series) else "dim"
            spans.append(Span(fit(" " + name, _LEGEND), role))
        lines.append(line(*spans))
    return lines


def _edge(frame: Frame) -> str:
    return " |" if frame.ascii_only else " ┤"


def _ceiling(value: float) -> float:
    """Return the next of 1, 2, 5 times a power of ten, so that the axis rarely jumps."""
    if value <= 0:
        return 10.0
    unit = 10.0 ** (len(str(int(value))) - 1)
    return next(unit * step for step in (1, 2, 5, 10) if unit * step >= value)


def _cells(
    shown: Sequence[Sequence[float]], across: int, height: int, top: float, *, ascii_only: bool
) -> list[list[tuple[str, int]]]:
    """Return for each cell its character and the series it belongs to (-1: none)."""
    grid = [[(" ", -1)] * across for _row in range(height)]
    masks: dict[tuple[int, int], int] = {}
    per_cell, levels = (1, 1) if ascii_only else (2, 4)
    for index, values in enumerate(shown):
        start = across * per_cell - len(values)
        previous: int | None = None
        for step, value in enumerate(values):
            level = min(int(value / top * (height * levels - 1) + 0.5), height * levels - 1)
            x = start + step
            low, high = sorted((level, level if previous is None else previous))
            for dot in range(low, high + 1):
                cell = (height - 1 - dot // levels, x // per_cell)
                if not ascii_only:
                    sub = _DOTS[levels - 1 - dot % levels][x % per_cell]
                    kept = masks.get(cell, 0) if grid[cell[0]][cell[1]][1] == index else 0
                    masks[cell] = kept | sub
                    grid[cell[0]][cell[1]] = (chr(_BLANK | masks[cell]), index)
                else:
                    grid[cell[0]][cell[1]] = ("*" if index else ".", index)
            previous = level
    return grid


def _row(cells: Sequence[tuple[str, int]], roles: Sequence[Role]) -> list[Span]:
    """Return one row of cells as few spans."""
    spans: list[Span] = []
    for text, index in cells:
        role: Role = "dim" if index < 0 else roles[index]
        if spans and spans[-1].role == role:
            spans[-1] = Span(spans[-1].text + text, role)
        else:
            spans.append(Span(text, role))
    return spans
