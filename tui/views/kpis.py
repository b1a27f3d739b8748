"""The KPI pane: what the pipeline earns."""

from decimal import Decimal

from core.kpis.model import Kpis
from core.operations.snapshot import DeskSnapshot
from core.text import _
from tui.lines import Line, Role, Span, advice, cut, ends, fit, line, measure
from tui.views.frame import Frame, problem

_LEAST_RECENT = 4


def kpis(now: DeskSnapshot, frame: Frame) -> list[Line]:
    """Return totals, the last 24 hours against the ones before, top products, recent orders."""
    reading = now.figures
    lines = []
    if reading.error:
        since = frame.formats.age(reading.failing_since or now.at, now.at)
        lines += problem(
            reading.error, _("for {since}; tried again").format(since=since), frame.width
        )
    if reading.value is None:
        return lines or [line(Span(_("reading the warehouse"), "dim"))]
    figures = reading.value.kpis
    if not figures.total_orders:
        return [
            *lines,
            line(_("no orders yet")),
            line(),
            *advice(_("press [d] for the demonstration"), frame.width),
        ]
    lines += _totals(figures, frame)
    lines += _top(figures, frame)
    room = frame.height - len(lines)
    if room >= _LEAST_RECENT:
        lines += _recent(figures, frame, room)
    return [cut(entry, frame.width) for entry in lines]


def _totals(figures: Kpis, frame: Frame) -> list[Line]:
    form = frame.formats
    return [
        _figure(_("orders"), form.count(figures.total_orders), "", "dim", frame),
        _figure(_("revenue"), form.money(figures.total_revenue, cents=False), "", "dim", frame),
        _figure(
            _("orders 24 h"),
            form.count(figures.orders_24h),
            *_change(figures.orders_24h, figures.orders_prev_24h, frame),
            frame,
        ),
        _figure(
            _("revenue 24 h"),
            form.money(figures.revenue_24h, cents=False),
            *_change(figures.revenue_24h, figures.revenue_prev_24h, frame),
            frame,
        ),
    ]


def _figure(name: str, value: str, change: str, role: Role, frame: Frame) -> Line:
    return line(
        Span(fit(name, 14), "dim"),
        Span(fit(value, 14, right=True), "bold"),
        Span(fit(change, max(frame.width - 28, 0), right=True), role),
    )


def _change(now: Decimal | int, before: Decimal | int, frame: Frame) -> tuple[str, Role]:
    text = frame.formats.change(now, before)
    if not before:
        return text, "dim"
    up, down = ("^", "v") if frame.ascii_only else ("▲", "▼")
    return (f"{up} {text}", "ok") if now >= before else (f"{down} {text}", "bad")


def rule(title: str, frame: Frame) -> Line:
    """Return a heading inside a pane."""
    dash = "-" if frame.ascii_only else "─"
    text = f"{dash * 2} {title} "
    return line(Span(text + dash * max(frame.width - len(text), 0), "dim"))


def _top(figures: Kpis, frame: Frame) -> list[Line]:
    best = max((row.total_revenue for row in figures.top_products), default=Decimal(1))
    width = max(frame.width - 24 - 11, 4)
    lines = [rule(_("top products"), frame)]
    for row in figures.top_products:
        share = float(row.total_revenue / best) if best else 0.0
        amount = frame.formats.money(row.total_revenue, cents=False)
        lines.append(
            line(
                fit(row.product_name or row.product_id, 23),
                " ",
                measure(share, width, ascii_only=frame.ascii_only),
                fit(amount, 11, right=True),
            )
        )
    return lines


def _recent(figures: Kpis, frame: Frame, room: int) -> list[Line]:
    lines = [rule(_("recent orders"), frame)]
    for row in figures.recent_orders[: room - 1]:
        amount = f"{row.quantity} × {frame.formats.money(row.unit_price)}"
        if frame.ascii_only:
            amount = amount.replace("×", "x")
        name = fit(row.product_name or "–", max(frame.width - 16 - len(amount), 4))
        left = line(Span(f"{frame.formats.day_time(row.sold_at)} ", "dim"), name)
        lines.append(ends(left, line(amount), frame.width))
    return lines
