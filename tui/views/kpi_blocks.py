"""What the KPI pane is put together from: figures, bars, the newest rows, curves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rich.cells import cell_len

from core.kpis.model import Figure, KpiRows, Value, as_number, title_of
from core.pipeline.kpis import NUMERIC
from core.text import _
from tui.formats import UNKNOWN
from tui.styled_text import Line, Role, Span, ends, fit, line, measure
from tui.views.blocks import beside, halves, rule
from tui.views.chart import line_plot
from tui.views.frame import Frame
from tui.views.kpi_values import bounded, has_cents, shown

_LEAST_BAR = 5
_LONGEST_NAME, _NAME = 28, 23
_FIGURE_NAME, _FIGURE_VALUE = 14, 14
_SIDE = 11
_ROOMY = 52
_LEAST_CHANGE, _MOST_CHANGE = 8, 14
_MOST_LISTED = 5
_GREAT_CHANGE = 0.1


@dataclass(frozen=True)
class Block:
    """A part of the pane. height: the lines it would take; draw: it in at most so many lines."""

    height: int
    draw: Callable[[int], list[Line]]


def stacked(blocks: Sequence[Block], room: int) -> list[Line]:
    """Return blocks one below another; the first ones take what they need, within reason."""
    lines: list[Line] = []
    for index, block in enumerate(blocks):
        left = room - len(lines)
        if left <= 1:
            break
        later = sum(min(each.height, _MOST_LISTED) for each in blocks[index + 1 :])
        lines += block.draw(min(left, max(left - later, _MOST_LISTED + 1)))
    return lines


# -- figures

_Told = tuple[str, str, str, Role]
"""Name, value, change and how to take the change."""


def figure_lines(figures: Sequence[Figure], frame: Frame, width: int) -> list[Line]:
    """Return a line a figure: its name, its value, its change against the previous one."""
    told = [_told(figure, frame) for figure in figures]
    value = max(_FIGURE_VALUE, *(cell_len(text) + 1 for _name, text, *_rest in told), 0)
    name = max(_FIGURE_NAME, *(cell_len(text) for text, *_rest in told), 0)
    change = max(_LEAST_CHANGE, *(cell_len(text) + 1 for _name, _value, text, _role in told), 0)
    # A name gives way to a change that is longer than usual: a number that is cut is a wrong one.
    name = max(min(name, width - value - change), _FIGURE_NAME - (change - _LEAST_CHANGE))
    return [_figure(entry, frame, width, (name, value)) for entry in told]


def _told(figure: Figure, frame: Frame) -> _Told:
    cents = has_cents([figure.value])
    value = shown(figure.column, figure.value, frame, cents=cents)
    return title_of(figure.column), value, *_change(figure, frame)


def _figure(entry: _Told, frame: Frame, width: int, columns: tuple[int, int]) -> Line:
    name, value, change, role = entry
    room = width - sum(columns)
    if room < _LEAST_CHANGE:
        return ends(line(Span(name, "dim")), line(Span(value, "bold")), width)
    room = min(room, _MOST_CHANGE) if frame.full else room
    return line(
        Span(fit(name, columns[0]), "dim"),
        Span(fit(value, columns[1], right=True), "bold"),
        Span(fit(" " + change, room, right=True), role),
    )


def _change(figure: Figure, frame: Frame) -> tuple[str, Role]:
    if not figure.compared:
        return "", "dim"
    now, before = as_number(figure.value), as_number(figure.previous)
    if now is None or not before:
        return UNKNOWN, "dim"
    text = frame.formats.change(now, before)
    if now == before:
        return text.replace("+", "= "), "dim"
    up, down = ("^", "v") if frame.ascii_only else ("▲", "▼")
    sign = f"{up if now > before else down} {text}"
    if figure.column.rising == "neither":
        return sign, "dim"
    if (now > before) == (figure.column.rising == "good"):
        return sign, "ok"
    # A few percent are no trouble.
    return sign, "wait" if abs(
        (float(now) - float(before)) / float(before)
    ) >= _GREAT_CHANGE else "text"


# -- bars

_Bar = tuple[str, float, str, str]
"""A name, how long its bar is, a side figure, an amount."""


def bars_of(part: KpiRows, frame: Frame) -> list[_Bar]:
    """Return the rows of a `top` with a second figure, of a `split` with shares, greatest first."""
    split = part.kpi.show == "split"
    lengths = [max(float(as_number(value) or 0), 0.0) for value in part.bars]
    whole, cents = sum(lengths) or 1.0, has_cents(part.bars)
    second = None if split else _second(part)
    rows = []
    for row, name, length, value in zip(part.rows, part.names(), lengths, part.bars, strict=True):
        beside_it = frame.formats.percent(length / whole) if split else ""
        if second is not None:
            place = part.kpi.place(second)
            beside_it = shown(part.kpi.columns[place], row[place], frame)
        amount = bounded(part.kpi.column(str(part.kpi.bar)), value, frame, cents=cents)
        rows.append((name or _("unknown"), length, beside_it, amount))
    return sorted(rows, key=lambda bar: -bar[1]) if split else rows


def _second(part: KpiRows) -> str | None:
    """Return the first number beside the bar that says by its unit what it is."""
    beside_it = (
        column.name
        for column in part.kpi.columns
        if column.type in NUMERIC and column.unit and not column.hidden
    )
    return next((name for name in beside_it if name != part.kpi.bar), None)


def narrow_bars(part: KpiRows, frame: Frame, room: int) -> list[Line]:
    """Return a bar a row under the title, without side figures."""
    rows = bars_of(part, frame)[: max(room - 1, 0)]
    best = max((length for _name, length, *_rest in rows), default=0.0)
    side = max((cell_len(amount) for *_rest, amount in rows), default=0) + 2
    name = min(max((cell_len(title) for title, *_rest in rows), default=0), _NAME)
    name = max(min(name, frame.width - side - 1 - _LEAST_BAR), 4)
    width = max(frame.width - name - 1 - side, 0)
    return [
        rule(title_of(part.kpi), frame),
        *(
            line(
                fit(title, name),
                " ",
                measure(length / best if best else 0.0, width, "text", ascii_only=frame.ascii_only),
                fit(amount, side, right=True),
            )
            for title, length, _side, amount in rows
        ),
    ]


def bar_blocks(parts: Sequence[KpiRows], frame: Frame, width: int) -> list[Block]:
    """Return a block for each list, whose bars all begin in one column."""
    lists = [bars_of(part, frame) for part in parts]
    like = [row for rows in lists for row in rows]
    return [
        _bar_block(part, rows, like, frame, width) for part, rows in zip(parts, lists, strict=True)
    ]


def _bar_block(
    part: KpiRows, rows: Sequence[_Bar], like: Sequence[_Bar], frame: Frame, width: int
) -> Block:
    title = title_of(part.kpi)

    def draw(room: int) -> list[Line]:
        return [rule(title, frame, width), *_bars(rows[: room - 1], frame, width, like)]

    return Block(len(rows) + 1, draw)


def _bars(rows: Sequence[_Bar], frame: Frame, width: int, like: Sequence[_Bar]) -> list[Line]:
    """Return a bar a row, with its name before it, a side figure and its amount behind it.

    Where there is little room the side figure gives way: a bar of two cells says nothing.
    like: all rows of the block, so that the bars of two lists begin in one column.
    """
    longest = max((cell_len(side) for _name, _length, side, _amount in like), default=0)
    side = 0 if not longest or width < _ROOMY else max(_SIDE, longest + 2)
    last = max((cell_len(amount) for *_rest, amount in like), default=0) + 2
    longest = max((cell_len(title) for title, *_rest in like), default=0)
    name = min(longest, _LONGEST_NAME, max(width - last - side - 1 - _LEAST_BAR, 4))
    across = width - name - 1 - side - last
    best = max((length for _name, length, *_rest in rows), default=0.0) or 1.0
    return [
        line(
            fit(title, name),
            " ",
            measure(length / best, across, "text", ascii_only=frame.ascii_only),
            Span(fit(beside_it, side, right=True), "dim"),
            fit(amount, last, right=True),
        )
        for title, length, beside_it, amount in rows
    ]


# -- curves


def curves(parts: Sequence[KpiRows], frame: Frame, height: int) -> list[Line]:
    """Return one curve, or two side by side, each under its title."""
    if len(parts) == 1:
        return _curve(parts[0], frame, frame.width, height)
    left, right = halves(frame.width)
    first, second = (
        _curve(part, frame, width, height)
        for part, width in zip(parts, (left, right), strict=False)
    )
    return beside(first, second, left)


def has_curve(part: KpiRows) -> bool:
    """Return whether there is more than a point to draw."""
    known = (value for value in part.bars if value is not None)
    return next(known, None) is not None and next(known, None) is not None


def _points(part: KpiRows) -> list[tuple[str, float]]:
    """Return what is known of a series: the time of each value, and the value."""
    values = [as_number(value) for value in part.bars]
    return [
        (_time(row[0]), float(value))
        for row, value in zip(part.rows, values, strict=True)
        if value is not None
    ]


def _curve(part: KpiRows, frame: Frame, width: int, height: int) -> list[Line]:
    points = _points(part)
    title = _("{title}, {first} to {last}").format(
        title=title_of(part.kpi), first=points[0][0], last=points[-1][0]
    )
    values, names = [value for _time, value in points], [time for time, _value in points]
    plot = line_plot(values, names, width, height, frame, role="dim")
    return [rule(title, frame, width), *plot]


def _time(value: Value) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else UNKNOWN
