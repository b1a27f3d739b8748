"""Charts: an axis that starts at zero, curves, and below them the time or a name for each value.

Built charts are kept, because views are asked again more often than values change.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import floor, log10

from rich.cells import cell_len

from core.text import _
from tui.styled_text import Line, Role, Span, cut, fit, line
from tui.time_window import TimeWindow
from tui.views.canvas import Canvas, Curve, Values, spread
from tui.views.frame import Frame

_TOPS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_AXIS = 8
_ROWS_WITH_NAMES = 4
"""From so many rows on, one of them tells the time."""
_ROWS_WITH_MARKS = 6
_YOUNG = 15
"""Values that a chart shows at least: fewer samples leave the left of it empty."""
_SPANS = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600)
_TICK, _NAME_TICK = 14, 16
"""Cells from one name below a chart to the next, at least."""

_PARTS, _LEAST_STEP = (4, 2, 5, 3), 2
"""Into how many parts an axis is cut, in order of liking, and the rows of one at least."""

Label = tuple[int, str]
"""A column, and what stands below it."""


@dataclass(frozen=True)
class Series:
    """One curve: values at equal steps of a second, the last one now; None is a hole.

    latest: the value now as people read it, for the legend. told: how any other value is read.
    filled: drawn as an area.
    """

    name: str
    values: Values
    role: Role
    latest: str = ""
    filled: bool = False
    told: Callable[[float | None], str] | None = None


@dataclass(frozen=True)
class Times:
    """What a chart knows of time. step_s: seconds from one value to the next.

    back: values from the last one to the one that is read, None for none; read: its time. marks:
    signs below the chart, by values from the last one. end: what stands below the last value.
    """

    step_s: int = 1
    back: int | None = None
    read: str = ""
    marks: tuple[tuple[float, Span], ...] = ()
    end: str = ""


_NOW = Times()
_ANY = TimeWindow()


def chart(
    title: str,
    series: Sequence[Series],
    width: int,
    height: int,
    frame: Frame,
    *,
    times: Times = _NOW,
) -> list[Line]:
    """Return `height` lines: title and legend, the curves, and the time where there is room."""
    fixed = tuple(replace(one, values=tuple(one.values)) for one in series)
    if times.back is not None:
        fixed = tuple(_read(one, times.back) for one in fixed)
    fixed = tuple(replace(one, told=None) for one in fixed)  # each time another function
    plain = replace(frame, window=_ANY)  # what is held there would take long to compare
    times = replace(times, end=times.end or _("now"))
    return list(_chart(title, fixed, (width, height), plain, times))


def _read(one: Series, back: int) -> Series:
    """Return a curve whose legend has the value that is read, not the latest one."""
    value = one.values[-1 - back] if back < len(one.values) else None
    return replace(one, latest=one.told(value) if one.told is not None else "")


def line_plot(
    values: Sequence[float],
    names: Sequence[str],
    width: int,
    height: int,
    frame: Frame,
    *,
    role: Role = "accent",
) -> list[Line]:
    """Return a curve over equal steps without a title. names: one for each value, shown below."""
    return list(_named(tuple(values), tuple(names), (width, height), frame, role))


@lru_cache(maxsize=16)
def _chart(
    title: str, series: tuple[Series, ...], size: tuple[int, int], frame: Frame, times: Times
) -> list[Line]:
    width, height = size
    head = _head(title, series, width, frame)
    timed, marked = height > _ROWS_WITH_NAMES, bool(times.marks) and height > _ROWS_WITH_MARKS
    rows = height - (2 if timed else 1) - marked
    if rows < 1:
        return [head][:height]
    across = max(width - _AXIS, 4)
    shown = [list(one.values) for one in series]
    steps = max(_YOUNG, *map(len, shown))
    curves = [
        Curve([None] * (steps - len(values)) + values, one.role, one.filled)
        for one, values in zip(series, shown, strict=True)
    ]
    most = max((value or 0.0 for values in shown for value in values), default=0.0)
    place = _column(times.back, steps, across) if times.back is not None else None
    lines = [head, *_drawn(curves, (0.0, ceiling(most)), across, rows, frame, read=place)]
    if marked:
        lines.append(_marks(times.marks, steps, across))
    if timed:
        labels = _times(steps, across, frame, times)
        if place is not None:
            labels = _giving_way(labels, (place, times.read), across)
        lines.append(_below(labels, across))
    return lines


def _column(back: float, steps: int, across: int) -> int:
    """Return the column of a value, counted from the last one."""
    return across - 1 - round(back * (across - 1) / (steps - 1))


def _marks(marks: Sequence[tuple[float, Span]], steps: int, across: int) -> Line:
    """Return a line with a sign below each moment; of several in one column the last one."""
    cells = {_column(back, steps, across): sign for back, sign in marks if 0 <= back <= steps - 1}
    pieces: list[Span | str] = [" " * _AXIS]
    place = 0
    for column, sign in sorted(cells.items()):
        pieces += [" " * (column - place), sign]
        place = column + 1
    return line(*pieces, " " * (across - place))


def _giving_way(labels: Sequence[Label], read: Label, across: int) -> list[Label]:
    """Return the labels that leave room for the time that is read."""
    half = cell_len(read[1]) // 2 + 1
    centre = min(max(read[0], half), across - half)
    kept = [
        label for label in labels if abs(label[0] - centre) > half + cell_len(label[1]) // 2 + 1
    ]
    kept = [
        label
        for label in kept
        if label[0] != across - 1 or centre + half < across - cell_len(label[1]) - 1
    ]
    return sorted([*kept, read])


@lru_cache(maxsize=16)
def _named(
    values: tuple[float, ...],
    names: tuple[str, ...],
    size: tuple[int, int],
    frame: Frame,
    role: Role,
) -> list[Line]:
    width, height = size
    if not values or height < _ROWS_WITH_NAMES:
        return []
    across = max(width - _AXIS, 4)
    drawn = [value for value in spread(values, across) if value is not None]
    top = ceiling(max(drawn)) if max(drawn) > 0 else 0.0
    low = -ceiling(-min(drawn)) if min(drawn) < 0 else 0.0
    curves = [Curve(values, role, filled=low == 0.0)]
    span = (low, top if top > low else 1.0)
    lines = _drawn(curves, span, across, height - 1, frame)
    every = -(-(len(values) - 1) // max(across // _NAME_TICK, 1)) or 1
    column = (across - 1) / max(len(values) - 1, 1)
    labels = [(round(place * column), names[place]) for place in range(0, len(values), every)]
    return [*lines, _below(labels, across)]


def ceiling(value: float) -> float:
    """Return the next round number, so that an axis fits and rarely jumps."""
    if value < sys.float_info.min:  # zero, or too small to be divided
        return 10.0
    unit = 10.0 ** floor(log10(value))
    return next((unit * step for step in _TOPS if unit * step >= value), unit * _TOPS[-1])


def _head(title: str, series: Sequence[Series], width: int, frame: Frame) -> Line:
    """Return the title and, as far as there is room, what each curve is and its value now."""
    dash = "-" if frame.ascii_only else "─"
    start = Span(f"{dash * 2} {title} ", "dim")
    for with_values in (True, False):
        legend: list[Span] = []
        for one in series:
            legend += [Span(f" {_sign(one, frame)} ", one.role), Span(one.name, "dim")]
            if one.latest and with_values:
                legend.append(Span(f" {one.latest}"))
        room = width - line(start, *legend).width - 3
        if room >= 1:
            return line(start, Span(dash * room, "dim"), *legend, Span(f" {dash * 2}", "dim"))
    return cut(line(start, Span(dash * max(width - line(start).width, 0), "dim")), width)


def _sign(one: Series, frame: Frame) -> str:
    if frame.ascii_only:
        return ":" if one.filled else "*"
    return "■" if one.filled else "━"


def _drawn(
    curves: Sequence[Curve],
    span: tuple[float, float],
    across: int,
    rows: int,
    frame: Frame,
    *,
    read: int | None = None,
) -> list[Line]:
    """Return the rows of the curves behind their axis, with a line at each value that it names."""
    low, high = span
    named = frame.formats.short if high - low >= 1 else frame.formats.number
    every = _every(rows)
    values = {
        row: low + (high - low) * (rows - 1 - row) / max(rows - 1, 1)
        for row in range(rows - 1, -1, -every)
    }
    canvas = Canvas(across, rows, low, high, values, frame.ascii_only, read)
    return [
        line(
            Span(fit(named(values[row]) if row in values else "", _AXIS - 1, right=True), "dim"),
            " ",
            *spans,
        )
        for row, spans in enumerate(canvas.drawn(curves))
    ]


def _every(rows: int) -> int:
    """Return every how many rows a value is named, so that the first and the last one are."""
    last = max(rows - 1, 1)
    steps = (last // parts for parts in _PARTS if last % parts == 0)
    return next((step for step in steps if step >= _LEAST_STEP), last)


def _times(steps: int, across: int, frame: Frame, times: Times) -> list[Label]:
    """Return round times before now, and now."""
    room = max(across // _TICK, 1)
    whole = (steps - 1) * times.step_s
    span = next((span for span in _SPANS if whole / span <= room), _SPANS[-1])
    minus = "-" if frame.ascii_only else "−"
    return [
        *(
            (_column(back / times.step_s, steps, across), minus + _round_span(back))
            for back in range(whole // span * span, 0, -span)
        ),
        (across - 1, times.end),
    ]


def _round_span(seconds: int) -> str:
    parts = ((3_600, "h"), (60, "m"), (1, "s"))
    told = []
    for size, unit in parts:
        count, seconds = divmod(seconds, size)
        if count:
            told.append(f"{count} {unit}")
    return " ".join(told)


def _below(labels: Sequence[Label], across: int) -> Line:
    """Return names centred below their columns; one without room is left out."""
    text = ""
    for column, name in labels:
        size = cell_len(name)
        start = min(max(column - size // 2, 0), across - size)
        if start > len(text) or not text:
            text = text.ljust(start) + name
    return line(Span(" " * _AXIS + fit(text, across), "dim"))
