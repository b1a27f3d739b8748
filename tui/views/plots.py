"""Charts drawn by plotext, as lines with roles: for figures that change once a second or less.

plotext keeps one figure for a whole process and measures the terminal unless it is told not to;
here it only builds, at a given size, without colours. Built charts are kept, because views are
asked again four times a second and the same figures give the same chart.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from math import ceil, log10
from typing import Any

from tui.lines import Line, Role, Span, fit, line
from tui.views.chart import ceiling
from tui.views.frame import Frame

_STYLE = re.compile(r"\x1b\[[\d;]*m")
_AXIS_ROWS = 2
_LEAST_HEIGHT = 4
_TICKS_EACH = 14
_LEVELS, _FEW_LEVELS = 4, 2
_TOPS = (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10)
_TO_ASCII = str.maketrans("─│┌┐└┘┤├┬┴┼█", "-|++++||+++#")

Ticks = tuple[tuple[float, str], ...]


def line_plot(
    values: Sequence[float],
    names: Sequence[str],
    width: int,
    height: int,
    frame: Frame,
    *,
    role: Role = "accent",
) -> list[Line]:
    """Return a curve over equal steps, from zero or the least value below it, with axes.

    names: one for each value, shown below as far as there is room.
    """
    if not values or height < _LEAST_HEIGHT:
        return []
    shown, labels = thinned(values, names, max(width - 10, 4) * 2)
    top, bottom = _end(max(shown)), -_end(-min(shown)) if min(shown) < 0 else 0.0
    if bottom < 0 and max(shown) <= 0:
        top = 0.0
    parts = _LEVELS if height > _LEVELS + _AXIS_ROWS else _FEW_LEVELS
    named = frame.formats.short if top - bottom >= 1 else frame.formats.number
    places_y = [bottom + (top - bottom) * step / parts for step in range(parts + 1)]
    levels: Ticks = tuple((place, named(place)) for place in places_y)
    count = max(min((width - 10) // _TICKS_EACH, len(shown)), 1)
    places = sorted({round(index * (len(shown) - 1) / max(count - 1, 1)) for index in range(count)})
    below: Ticks = tuple((float(place), labels[place]) for place in places)
    rows = _curve(tuple(shown), below, levels, (width, height), frame.ascii_only)
    return [_roles(text, index >= height - _AXIS_ROWS, role) for index, text in enumerate(rows)]


def _end(value: float) -> float:
    """Return where an axis ends that has to show a value."""
    return ceiling(value, _TOPS) if value >= 1 or value <= 0 else 10.0 ** ceil(log10(value))


def bar_plot(
    shares: Sequence[float], width: int, frame: Frame, *, role: Role = "accent"
) -> list[Line]:
    """Return a horizontal bar a line for each value, the longest over the whole width."""
    if not shares or width <= 0:
        return []
    rows = _bars(tuple(float(share) for share in shares), width, frame.ascii_only)
    return [line(Span(fit(text, width), role)) for text in rows]


def thinned(
    values: Sequence[float], names: Sequence[str], most: int
) -> tuple[list[float], list[str]]:
    """Return at most `most` values: means of neighbours, each under its first name."""
    step = -(-len(values) // most)
    groups = [values[start : start + step] for start in range(0, len(values), step)]
    return [sum(group) / len(group) for group in groups], list(names[::step])


def _roles(text: str, below: bool, role: Role) -> Line:
    """Return a row with its axis dim and its curve in the role."""
    edge = max(text.find("┤"), text.find("│"), text.find("|"))
    if below or edge < 0:
        return line(Span(text, "dim"))
    return line(Span(text[: edge + 1], "dim"), Span(text[edge + 1 :], role))


@lru_cache(maxsize=32)
def _curve(
    values: tuple[float, ...],
    below: Ticks,
    levels: Ticks,
    size: tuple[int, int],
    ascii_only: bool,
) -> list[str]:
    figure = _figure(*size)
    figure.axes(False, side=1)
    figure.ruler("x").ticks([tick for tick, _name in below], [name for _tick, name in below])
    figure.ruler("y").ticks([tick for tick, _name in levels], [name for _tick, name in levels])
    figure.ruler("y").lim(levels[0][0], levels[-1][0])
    marker = "*" if ascii_only else "braille"
    figure.draw(figure.signal(list(range(len(values))), list(values), marker=marker).lines())
    return _built(figure, ascii_only)


@lru_cache(maxsize=32)
def _bars(shares: tuple[float, ...], width: int, ascii_only: bool) -> list[str]:
    count = len(shares)
    figure = _figure(width, count)
    figure.axes(False)
    for axis in ("x", "y"):
        figure.ruler(axis).frequency(0)
        figure.ruler(axis, 1).frequency(0)
    figure.ruler("x").lim(0, max(*shares, 1e-9))
    figure.ruler("y").lim(1, max(count, 2))
    for place, share in enumerate(shares):
        row = count - place
        if share > 0:
            marker = "#" if ascii_only else "█"
            figure.draw(figure.signal([0, share], [row, row], marker=marker).lines())
    return _built(figure, ascii_only)


def _figure(width: int, height: int) -> Any:
    """Return plotext's one figure, empty and of this size. Only the screen's thread calls it."""
    import plotext  # type: ignore[import-untyped]  # noqa: PLC0415 - takes 60 ms, only charts need it

    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, height)
    return figure


def _built(figure: Any, ascii_only: bool) -> list[str]:
    text = _STYLE.sub("", str(figure.build()))
    rows = text.rstrip("\n").split("\n")
    return [row.translate(_TO_ASCII) for row in rows] if ascii_only else rows


def warm() -> None:
    """Load plotext ahead of the first chart; for a thread other than the screen's."""
    import plotext  # noqa: F401, PLC0415 - the loading is the purpose
