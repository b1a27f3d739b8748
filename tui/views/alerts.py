"""The alerts pane: what is wrong now, what was, how the consumer does, and the last hours."""

from collections.abc import Callable

from core.alerts.lag_evaluator import PartitionState
from core.alerts.model import Alert, level_name, rule_name
from core.clock import iso
from core.config.thresholds import Thresholds
from core.operations.history import Sample
from core.operations.snapshot import ControllerSnapshot
from core.text import N_, _, clean
from tui.row_table import Column, Row, RowTable, column
from tui.styled_text import EMPTY, Line, Role, Span, cut, fit, line, sparkline
from tui.views.alert_limits import limit_lines
from tui.views.blocks import rule
from tui.views.frame import Frame
from tui.views.payload import pairs
from tui.views.strip import LEVEL_ROLES

_STATE_ROLES: dict[PartitionState, Role] = {
    PartitionState.OK: "ok",
    PartitionState.UNREAD: "wait",
    PartitionState.WARN: "wait",
}


def alerts_head(now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return that nothing is wrong, where that is so."""
    if any(alert.active for alert in now.alerts):
        return []
    sign = "+" if frame.ascii_only else "✓"
    return [line(Span(sign, "ok"), " ", _("no active alerts"))]


def alerts_table(now: ControllerSnapshot, frame: Frame) -> RowTable:
    """Return the alerts: active ones, worst first, then past ones."""
    columns = (
        Column("", 1),
        column(N_("rule"), 16),
        column(N_("raised"), 9, drop=2),
        column(N_("duration"), 9, drop=3),
        Column("", 12, drop=1),
        column(N_("message"), 28, stretch=True),
    )
    rows = tuple(
        Row(f"{alert.rule}/{alert.raised_at.isoformat()}", _cells(alert, now, frame), alert)
        for alert in now.alerts
    )
    return RowTable(columns, rows, "first", name="alerts")


def _cells(alert: Alert, now: ControllerSnapshot, frame: Frame) -> tuple[Span, ...]:
    form = frame.formats
    role = LEVEL_ROLES[alert.worst] if alert.active else "dim"
    sign = "!" if frame.ascii_only else "▲"
    return (
        Span(sign if alert.active else " ", role),
        Span(rule_name(alert.rule), role),
        Span(form.clock(alert.raised_at), "dim"),
        Span(form.span(_lasted_s(alert, now)), "dim"),
        Span(_word(alert), "dim" if alert.acknowledged_at or not alert.active else "bold"),
        Span(clean(alert.message, 300), "text" if alert.active else "dim"),
    )


def _word(alert: Alert) -> str:
    if not alert.active:
        return _("cleared")
    return _("acknowledged") if alert.acknowledged_at else _("new")


def _lasted_s(alert: Alert, now: ControllerSnapshot) -> float:
    return ((alert.cleared_at or now.at) - alert.raised_at).total_seconds()


def alert_details(alert: Alert, now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return an alert in full."""
    form = frame.formats
    times = [
        (_("raised"), alert.raised_at),
        (_("cleared"), alert.cleared_at),
        (_("acknowledged"), alert.acknowledged_at),
    ]
    rows = [
        (_("rule"), f"{rule_name(alert.rule)} ({alert.rule})"),
        (_("state"), _word(alert)),
        (_("message"), clean(alert.message)),
        (_("level"), level_name(alert.level)),
        (_("worst level"), level_name(alert.worst)),
        *((name, iso(at) if at else "–") for name, at in times),
        (_("duration"), form.span(_lasted_s(alert, now))),
    ]
    return pairs(rows, frame.width, 18)


def alerts_foot(now: ControllerSnapshot, frame: Frame, limits: Thresholds) -> list[Line]:
    """Return the limits, how the consumer does and the last hours: from the end what fits."""
    tail = [_states(now)]
    hours = _hours(now, frame)
    if frame.height > len(hours) + len(tail):
        tail = [EMPTY, *hours, *tail]
    for columns in (1, 2):
        watched = [EMPTY, *limit_lines(now, limits, frame, columns)]
        if frame.height >= len(tail) + len(watched):
            tail = [*watched, *tail]
            break
    return [cut(entry, frame.width) for entry in tail[-frame.height :]]


def _states(now: ControllerSnapshot) -> Line:
    spans = [Span(_("consumer by partition "), "dim")]
    for part, state in sorted(now.states.items()):
        spans += [Span(f" {part} ", "dim"), Span(state.name, _STATE_ROLES.get(state, "bad"))]
    if not now.states:
        spans.append(Span(_("not known yet"), "dim"))
    return line(*spans)


def _hours(now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return a column a minute for rates, lag and latency, from the history that is kept."""
    form = frame.formats
    minutes = now.minutes
    width = max(min(frame.width - 34, 360), 10)
    shown = minutes[-width:]
    since = form.clock(shown[0].at) if shown else ""
    title = _("last hours, a column a minute")
    lines = [rule(f"{title} ({since})" if since else title, frame)]
    series: list[tuple[str, Callable[[Sample], float | None], Callable[[float], str], Role]] = [
        (_("produced"), lambda one: one.produced, form.rate, "accent"),
        (_("consumed"), lambda one: one.consumed, form.rate, "ok"),
        (_("lag"), lambda one: one.lag, form.short, "text"),
        (_("latency p95"), lambda one: one.p95_ms, form.milliseconds, "text"),
    ]
    for name, value, told, role in series:
        values = [value(sample) for sample in shown]
        known = [value for value in values if value]
        top = told(max(known)) if known else ""
        most = _("max {value}").format(value=top) if top else ""
        chart = sparkline(values, width, role, ascii_only=frame.ascii_only)
        lines.append(line(Span(fit(name, 13), "dim"), chart, Span(f"  {most}", "dim")))
    return lines
