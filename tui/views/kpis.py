"""The KPI pane: what the pipeline earns."""

from collections.abc import Sequence
from decimal import Decimal

from rich.cells import cell_len

from core.kpis.model import Kpis, TopProduct
from core.operations.snapshot import DeskSnapshot, Figures
from core.text import _
from tui.lines import EMPTY, Line, Role, Span, advice, cut, ends, fit, line, measure
from tui.views.blocks import beside, halves, rule
from tui.views.frame import Frame, lasting, problem, wrap
from tui.views.plots import bar_plot, line_plot

_LEAST_RECENT = 4
_LEAST_PLOT = 6
_SLOW_S = 1.0
_LEAST_BAR = 5
_LONGEST_NAME, _NAME = 28, 23
_FIGURE_NAME, _FIGURE_VALUE = 14, 14
_SIDE = 11
_ROOMY = 52
_LEAST_CHANGE, _MOST_CHANGE = 8, 14
_TWO_COLUMNS = 70


def kpis(now: DeskSnapshot, frame: Frame) -> list[Line]:
    """Return totals, the last 24 hours against the ones before, top products, recent orders."""
    reading = now.figures
    lines = []
    if reading.error:
        hint = lasting(reading.failing_since, now.at, _("retrying automatically"), frame)
        lines += problem(reading.error, hint, frame.width)
    elif reading.took_s >= _SLOW_S:
        text = _("the warehouse is slow: {span} for these figures").format(
            span=frame.formats.span(reading.took_s)
        )
        lines += [line(Span(part, "wait")) for part in wrap(text, frame.width)]
    if reading.value is None:
        return lines or _nothing_read(now, frame)
    figures = reading.value.kpis
    if not figures.total_orders:
        text = _("press [d] for the demonstration")
        return [*lines, line(_("no orders yet")), EMPTY, *advice(text, frame.width)]
    if frame.full and frame.width >= _TWO_COLUMNS:
        lines += _full(reading.value, frame, frame.height - len(lines))
    else:
        lines += _totals(figures, frame)
        lines += [rule(_("top products"), frame), *_top(figures, frame)]
        room = frame.height - len(lines)
        if room >= _LEAST_RECENT:
            lines += _recent(figures, frame, frame.width, room)
    return [cut(entry, frame.width) for entry in lines[: frame.height]]


def _nothing_read(now: DeskSnapshot, frame: Frame) -> list[Line]:
    """Return why there are no figures: nobody could open the warehouse, or they are on the way."""
    task = now.opening
    if task.error and not now.ready:
        return problem(task.error, task.hint, frame.width)
    return [line(Span(_("reading the warehouse"), "dim"))]


_Bar = tuple[str, float, str, str]
"""A name, how long its bar is, a side figure, an amount."""


def _totals(figures: Kpis, frame: Frame) -> list[Line]:
    return [_figure(entry, frame, frame.width) for entry in _figures(figures, frame)]


_Figure = tuple[str, str, str, Role]
"""Name, value, change and how to take the change."""


def _figures(figures: Kpis, frame: Frame) -> list[_Figure]:
    form = frame.formats
    return [
        (_("orders"), form.count(figures.total_orders), "", "dim"),
        (_("revenue"), form.money(figures.total_revenue, cents=False), "", "dim"),
        (
            _("orders 24 h"),
            form.count(figures.orders_24h),
            *_change(figures.orders_24h, figures.orders_prev_24h, frame),
        ),
        (
            _("revenue 24 h"),
            form.money(figures.revenue_24h, cents=False),
            *_change(figures.revenue_24h, figures.revenue_prev_24h, frame),
        ),
    ]


def _figure(entry: _Figure, frame: Frame, width: int) -> Line:
    name, value, change, role = entry
    room = width - _FIGURE_NAME - _FIGURE_VALUE
    if room < _LEAST_CHANGE:
        return ends(line(Span(name, "dim")), line(Span(value, "bold")), width)
    room = min(room, _MOST_CHANGE) if frame.full else room
    return line(
        Span(fit(name, _FIGURE_NAME), "dim"),
        Span(fit(value, _FIGURE_VALUE, right=True), "bold"),
        Span(fit(" " + change, room, right=True), role),
    )


def _change(now: Decimal | int, before: Decimal | int, frame: Frame) -> tuple[str, Role]:
    text = frame.formats.change(now, before)
    if not before or now == before:
        return text.replace("+", "= "), "dim"
    up, down = ("^", "v") if frame.ascii_only else ("▲", "▼")
    return (f"{up} {text}", "ok") if now >= before else (f"{down} {text}", "bad")


def _top(figures: Kpis, frame: Frame) -> list[Line]:
    best = max((row.total_revenue for row in figures.top_products), default=Decimal(1))
    amounts = [frame.formats.money(row.total_revenue, cents=False) for row in figures.top_products]
    side = max(map(len, amounts), default=0) + 2
    name = min(max((cell_len(_name(row)) for row in figures.top_products), default=0), _NAME)
    name = max(min(name, frame.width - side - 1 - _LEAST_BAR), 4)
    width = max(frame.width - name - 1 - side, 0)
    return [
        line(
            fit(_name(row), name),
            " ",
            measure(
                float(row.total_revenue / best) if best else 0.0,
                width,
                ascii_only=frame.ascii_only,
            ),
            fit(amount, side, right=True),
        )
        for row, amount in zip(figures.top_products, amounts, strict=True)
    ]


def _name(row: TopProduct) -> str:
    return row.product_name or row.product_id


def _recent(figures: Kpis, frame: Frame, width: int, room: int) -> list[Line]:
    form, shown = frame.formats, figures.recent_orders[: room - 1]
    prices = [form.money(row.unit_price) for row in shown]
    digits = max(map(len, prices), default=0)
    pieces = max((len(str(row.quantity)) for row in shown), default=0)
    times = "x" if frame.ascii_only else "×"
    lines = [rule(_("recent orders"), frame, width)]
    for row, price in zip(shown, prices, strict=True):
        amount = f"{row.quantity:>{pieces}} {times} {price:>{digits}}"
        # Seconds give way to the name.
        when = form.day_time(row.sold_at)
        when = when if width > _TWO_COLUMNS else when[: -len(":00")]
        left = width - len(when) - len(amount) - 2
        name = fit(row.product_name or "–", max(left, 4))
        if frame.full and width > _TWO_COLUMNS:
            names = (row.product_name or "–", row.customer_name or "–")
            name = "".join(fit(one, left // 2 - 1) + " " for one in names)
        lines.append(ends(line(Span(f"{when} ", "dim"), name), line(amount), width))
    return lines


def _full(value: Figures, frame: Frame, room: int) -> list[Line]:
    """Return totals, revenue over time, and below it products and categories beside orders."""
    figures = value.kpis
    left, right = halves(frame.width)
    first, second, third, fourth = _figures(figures, frame)
    lines = beside(
        [_figure(first, frame, left), _figure(second, frame, left)],
        [_figure(third, frame, right), _figure(fourth, frame, right)],
        left,
    )
    tables = len(figures.top_products) + len(value.categories) + 2
    wanted = max(tables, len(figures.recent_orders) + 1)
    below = min(wanted, max((room - len(lines)) * 3 // 5, 0))
    height = room - len(lines) - below - 1
    if height >= _LEAST_PLOT and len(value.days) > 1:
        lines += _revenue(value, frame, height)
    else:
        below = room - len(lines)
    sold, shares = _products(figures, frame), _categories(value, frame)
    spare = below - len(sold) - 2
    blocks = [
        rule(_("top products"), frame, left),
        *_bars(sold, "accent", frame, left, [*sold, *shares]),
    ]
    if spare > 0:
        blocks.append(rule(_("categories"), frame, left))
        blocks += _bars(shares[:spare], "other", frame, left, [*sold, *shares])
    return lines + beside(blocks, _recent(figures, frame, right, below), left)


def _revenue(value: Figures, frame: Frame, height: int) -> list[Line]:
    days = value.days
    title = _("revenue a day in euros, {first} to {last}").format(
        first=days[0].day.isoformat(), last=days[-1].day.isoformat()
    )
    plot = line_plot(
        [float(day.revenue) for day in days],
        [day.day.isoformat() for day in days],
        frame.width,
        height,
        frame,
        role="ok",
    )
    return [rule(title, frame), *plot]


def _products(figures: Kpis, frame: Frame) -> list[_Bar]:
    """Return each best seller with its pieces and revenue."""
    form = frame.formats
    return [
        (
            _name(row),
            float(row.total_revenue),
            _("{count} pcs").format(count=form.count(row.total_quantity)),
            form.money(row.total_revenue, cents=False),
        )
        for row in figures.top_products
    ]


def _categories(value: Figures, frame: Frame) -> list[_Bar]:
    """Return each category with its share of the revenue, the greatest first."""
    form = frame.formats
    shares = sorted(value.categories, key=lambda share: -share.revenue)
    total = float(sum(share.revenue for share in value.categories)) or 1.0
    return [
        (
            share.category or _("unknown"),
            float(share.revenue),
            form.percent(float(share.revenue) / total),
            form.money(share.revenue, cents=False),
        )
        for share in shares
    ]


def _bars(
    rows: Sequence[_Bar], role: Role, frame: Frame, width: int, like: Sequence[_Bar]
) -> list[Line]:
    """Return a bar a row, with its name before it, a side figure and its amount behind it.

    Where there is little room the side figure gives way: a bar of two cells says nothing.
    like: all rows of the block, so that the bars of two lists begin in one column.
    """
    side = _SIDE if width >= _ROOMY else 0
    last = max((cell_len(amount) for *_rest, amount in like), default=0) + 2
    longest = max((cell_len(title) for title, *_rest in like), default=0)
    name = min(longest, _LONGEST_NAME, max(width - last - side - 1 - _LEAST_BAR, 4))
    across = width - name - 1 - side - last
    bars = bar_plot([value for _name, value, _side, _amount in rows], across, frame, role=role)
    return [
        line(
            fit(title, name),
            " ",
            bars[index] if index < len(bars) else EMPTY,
            Span(fit(beside_it, side, right=True), "dim"),
            fit(amount, last, right=True),
        )
        for index, (title, _value, beside_it, amount) in enumerate(rows)
    ]
