"""The KPI pane: what the pipeline's definition wants to be seen of its rows."""

from core.kpis.model import Kpis
from core.operations.snapshot import ControllerSnapshot, Figures
from core.text import _
from tui.styled_text import EMPTY, Line, Span, advice, cut, line
from tui.views.blocks import beside, halves, shortened
from tui.views.frame import Frame, lasting, problem, wrap
from tui.views.kpi_blocks import (
    bar_blocks,
    curves,
    figure_lines,
    has_curve,
    narrow_bars,
    stacked,
)
from tui.views.kpi_recent import recent_block, recent_rows

_LEAST_RECENT = 4
_LEAST_PLOT = 6
_LEAST_FIGURES = 4
_LEAST_BARS = 6
_SLOW_S = 1.0
_TWO_COLUMNS, _TWO_CURVES = 70, 100
_TALL, _CURVE = 40, 9


def kpis(now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return figures with their changes, lists as bars, the newest rows, curves."""
    reading = now.figures
    lines = []
    if reading.error:
        hint = lasting(reading.failing_since, now.at, _("retrying automatically"), frame)
        lines += problem(reading.error, hint, frame.width)
    elif reading.took_s >= _SLOW_S:
        text = _("slow warehouse: refresh took {span}").format(
            span=frame.formats.span(reading.took_s)
        )
        lines += [line(Span(part, "wait")) for part in wrap(text, frame.width)]
    if reading.value is None:
        return lines or _nothing_read(now, frame)
    lines += _drawn(reading.value, frame, frame.height - len(lines))
    return [cut(entry, frame.width) for entry in lines[: frame.height]]


def _drawn(value: Figures, frame: Frame, room: int) -> list[Line]:
    """Return the KPIs; where there is nothing to see, what to do next."""
    if not value.kpis.parts:
        text = _("this pipeline has no KPIs: [[kpis]] in its pipeline.toml adds some")
        return [line(part) for part in wrap(text, frame.width)]
    if value.empty:
        text = frame.keyed(_("press [d] for the demonstration"), {"d": "app.demo"})
        return [line(_("no rows yet")), EMPTY, *advice(text, frame.width)]
    wide = frame.full and frame.width >= _TWO_COLUMNS
    if not wide and room >= _TALL:
        return _tall(value.kpis, frame, room)
    return _full(value.kpis, frame, room) if wide else _narrow(value.kpis, frame, room)


def _nothing_read(now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return why there are no figures: nobody could open the warehouse, or they are on the way."""
    task = now.opening
    if task.error and not now.ready:
        return problem(task.error, task.hint, frame.width)
    return [line(Span(_("reading the warehouse"), "dim"))]


def _narrow(found: Kpis, frame: Frame, room: int) -> list[Line]:
    """Return figures, the first list, and below it the newest rows, else a curve."""
    lists, recent = found.shown("top", "split"), found.shown("recent")
    series = [part for part in found.shown("series") if has_curve(part)]
    lines = figure_lines(found.figures, frame, frame.width)
    if lists or recent or series:
        lines = shortened(lines, max(_LEAST_FIGURES, room // 2))
    if lists:
        left = room - len(lines)
        more = recent or series or lists[1:]
        lines += narrow_bars(lists[0], frame, max(left // 2, _LEAST_BARS) if more else left)
    left = room - len(lines)
    if recent:
        return lines + recent_rows(recent[0], frame, frame.width, left) * (left >= _LEAST_RECENT)
    if series and left > _LEAST_PLOT:
        return lines + curves(series[:1], frame, left - 1)
    if lists[1:] and left >= _LEAST_RECENT:
        lines += narrow_bars(lists[1], frame, left)
    return lines


def _tall(found: Kpis, frame: Frame, room: int) -> list[Line]:
    """Return all of it one below another: figures, a curve, lists, and the newest rows last."""
    lines = shortened(figure_lines(found.figures, frame, frame.width), room // 2)
    series = [part for part in found.shown("series") if has_curve(part)]
    if series:
        lines += curves(series[:1], frame, _CURVE)
    recent = [recent_block(part, frame, frame.width) for part in found.shown("recent")]
    bars = bar_blocks(found.shown("top", "split"), frame, frame.width)
    return lines + stacked([*bars, *recent], room - len(lines))


def _full(found: Kpis, frame: Frame, room: int) -> list[Line]:
    """Return figures, curves, and below them lists beside the newest rows."""
    left, right = halves(frame.width)
    half = (len(found.figures) + 1) // 2
    first = figure_lines(found.figures[:half], frame, left)
    lines = beside(first, figure_lines(found.figures[half:], frame, right), left)
    room -= len(lines)
    lists, recent = found.shown("top", "split"), found.shown("recent")
    tables = sum(len(part.rows) + 1 for part in lists)
    wanted = max(tables, sum(len(part.rows) + 1 for part in recent))
    below = min(wanted, max(room * 3 // 5, 0))
    series = [part for part in found.shown("series") if has_curve(part)]
    series = series[: 2 if frame.width >= _TWO_CURVES else 1]
    height = room - below - 1
    if series and height >= _LEAST_PLOT:
        lines += curves(series, frame, height)
    else:
        below = room
    return lines + _lists(found, frame, below)


def _lists(found: Kpis, frame: Frame, room: int) -> list[Line]:
    """Return lists as bars beside the newest rows; either alone has the room of both."""
    bars, recent = found.shown("top", "split"), found.shown("recent")
    left, right = halves(frame.width)
    if bars and recent:
        beside_them = [recent_block(part, frame, right) for part in recent]
        return beside(
            stacked(bar_blocks(bars, frame, left), room), stacked(beside_them, room), left
        )
    if len(bars) + len(recent) == 1:
        width = frame.width
        one = [*bar_blocks(bars, frame, width), *(recent_block(p, frame, width) for p in recent)]
        return stacked(one, room)
    half = (len(bars) + 1) // 2, (len(recent) + 1) // 2
    one = bar_blocks(bars[: half[0]], frame, left)
    other = bar_blocks(bars[half[0] :], frame, right)
    one += [recent_block(part, frame, left) for part in recent[: half[1]]]
    other += [recent_block(part, frame, right) for part in recent[half[1] :]]
    return beside(stacked(one, room), stacked(other, room), left)
