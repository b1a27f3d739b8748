"""The alerts pane: what is wrong now, what was, how the consumer does, and the last hours."""

from collections.abc import Callable

from core.alerts.lag_evaluator import PartitionState
from core.alerts.model import Alert, level_name, rule_name
from core.clock import iso
from core.config.thresholds import Thresholds
from core.operations.history import Sample
from core.operations.snapshot import ControllerSnapshot
from core.text import _, clean
from tui.formats import Formats
from tui.row_table import Column, Row, RowTable
from tui.styled_text import EMPTY, Line, Role, Span, cut, fit, line, sparkline
from tui.views.blocks import beside, rule
from tui.views.frame import Frame
from tui.views.payload import pairs
from tui.views.strip import LEVEL_ROLES

_COLUMN_GAP = 3
"""Cells that `beside` leaves between two blocks."""

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
        Column(_("rule"), 16),
        Column(_("raised"), 9, drop=2),
        Column(_("duration"), 9, drop=3),
        Column("", 12, drop=1),
        Column(_("message"), 28, stretch=True),
    )
    rows = tuple(
        Row(f"{alert.rule}/{alert.raised_at.isoformat()}", _cells(alert, now, frame), alert)
        for alert in now.alerts
    )
    return RowTable(columns, rows, "first")


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
        watched = [EMPTY, *_limits(limits, frame, columns)]
        if frame.height >= len(tail) + len(watched):
            tail = [*watched, *tail]
            break
    return [cut(entry, frame.width) for entry in tail[-frame.height :]]


def _limits(limits: Thresholds, frame: Frame, columns: int) -> list[Line]:
    """Return what is watched: each rule with the figures above which it warns, and is severe."""
    form = frame.formats
    rows: list[tuple[str, str, str]] = [
        (
            _("lag"),
            form.count(limits.alert_lag_warn),
            form.count(limits.alert_lag_fail),
        ),
        (
            _("time lag"),
            _limit(form, limits.alert_behind_warn_s),
            _limit(form, limits.alert_behind_fail_s),
        ),
        (
            _("latency p95"),
            form.milliseconds(limits.alert_latency_warn_ms),
            form.milliseconds(limits.alert_latency_fail_ms),
        ),
        (
            _("throughput drop"),
            form.percent(limits.alert_drop_warn),
            form.percent(limits.alert_drop_fail),
        ),
        (
            _("dead letters"),
            form.percent(limits.alert_dead_letters_warn),
            form.percent(limits.alert_dead_letters_fail),
        ),
        (
            _("undelivered"),
            form.percent(limits.alert_undelivered_warn),
            form.percent(limits.alert_undelivered_fail),
        ),
        (
            _("merge delay"),
            _limit(form, limits.alert_merge_warn_s),
            _limit(form, limits.alert_merge_fail_s),
        ),
        (
            _("freshness"),
            _limit(form, limits.freshness_warn_s),
            _limit(form, limits.freshness_fail_s),
        ),
        (_("consumer state"), _from("WARN"), _from("STALL")),
        (_("validation"), _from("WARN"), _from("FAIL")),
        (_("lost offsets"), "–", form.count(0)),
    ]
    width = (frame.width - _COLUMN_GAP * (columns - 1)) // columns
    name_width, low_width = (21, 14) if columns == 1 else (16, 10)
    titles = (_("watched"), _("warning above"), _("critical above"))
    if columns > 1:
        titles = (titles[0], _("warning"), _("critical"))
    cells = [line(*(Span(text, "dim") for text in _row(titles, name_width, low_width)))]
    cells += [
        line(Span(name, "dim"), low, high)
        for name, low, high in (_row(row, name_width, low_width) for row in rows)
    ]
    heading = rule(_("limits (settings DROPSHIP_ALERT_...)"), frame)
    if columns == 1:
        return [heading, *cells]
    half = len(rows) // 2 + 1
    left, right = cells[: half + 1], [cells[0], *cells[half + 1 :]]
    return [heading, *beside(left, right, width)]


def _row(texts: tuple[str, str, str], name_width: int, low_width: int) -> tuple[str, str, str]:
    """Return a rule and its two limits in columns."""
    name, low, high = texts
    return " " + fit(name, name_width), fit(low, low_width), high


def _from(level: str) -> str:
    return _("from {level}").format(level=level)


def _limit(form: Formats, seconds: float) -> str:
    """Return a duration without a second unit that is zero."""
    return form.span(seconds).removesuffix(" 0 s").removesuffix(" 0 m").removesuffix(" 0 h")


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
