"""The alerts pane: what is wrong now, what was, how the consumer does, and the last hours."""

from collections.abc import Callable

from core.alerts.burrow import PartitionState
from core.alerts.model import Alert, rule_name
from core.config.thresholds import Thresholds
from core.operations.history import Sample
from core.operations.snapshot import DeskSnapshot
from core.text import _
from tui.lines import Line, Role, Span, cut, fit, line, sparkline
from tui.views.blocks import rule
from tui.views.frame import Frame
from tui.views.strip import LEVEL_ROLES

_NAME, _TIME, _AGE = 16, 10, 12
_HOURS_ROWS = 5
_LEAST_FOR_HOURS = 14

_STATE_ROLES: dict[PartitionState, Role] = {
    PartitionState.OK: "ok",
    PartitionState.WARN: "wait",
}


def alerts(now: DeskSnapshot, frame: Frame, limits: Thresholds, cursor: int = 0) -> list[Line]:
    """Return the alerts, the chosen one marked, then what is watched and how the last hours were.

    What there is no room for is left out from the end.
    """
    tail = [_states(now)]
    if frame.height >= _LEAST_FOR_HOURS:
        tail += _hours(now, frame)
    room = max(frame.height - len(tail) - 1, 1)
    active = [alert for alert in now.alerts if alert.active]
    past = [alert for alert in now.alerts if not alert.active]
    lines = []
    if not active:
        sign = "+" if frame.ascii_only else "✓"
        lines.append(line(Span(sign, "ok"), " ", _("nothing is wrong")))
    lines += [_row(alert, now, frame, marked=index == cursor) for index, alert in enumerate(active)]
    if past:
        lines += [line(), rule(_("over"), frame)]
        lines += [_row(alert, now, frame, marked=False) for alert in past]
    watched = _limits(limits, frame)
    if len(lines) + len(watched) + 1 <= room:
        lines += [line()] * (room - len(lines) - len(watched)) + watched
    lines = lines[:room]
    lines += [line()] * (room - len(lines) + 1)
    return [cut(entry, frame.width) for entry in [*lines, *tail][: frame.height]]


def _row(alert: Alert, now: DeskSnapshot, frame: Frame, *, marked: bool) -> Line:
    form = frame.formats
    pointer, sign = (">", "!") if frame.ascii_only else ("▸", "▲")
    role = LEVEL_ROLES[alert.worst] if alert.active else "dim"
    end = alert.cleared_at or now.at
    lasted = form.span((end - alert.raised_at).total_seconds())
    seen = _("seen") if alert.acknowledged_at else _("new")
    state = seen if alert.active else _("over")
    return line(
        Span(pointer if marked else " ", "accent"),
        " ",
        Span(sign if alert.active else " ", role),
        " ",
        Span(fit(rule_name(alert.rule), _NAME), role if alert.active else "dim"),
        Span(fit(form.clock(alert.raised_at), _TIME), "dim"),
        Span(fit(lasted, _AGE), "dim"),
        Span(fit(state, 6), "dim"),
        Span(alert.message, "text" if alert.active else "dim"),
    )


def _limits(limits: Thresholds, frame: Frame) -> list[Line]:
    """Return what is watched: each rule with the figures above which it warns, and is severe."""
    form = frame.formats
    rows: list[tuple[str, str, str]] = [
        (
            _("lag"),
            form.count(limits.alert_lag_warn),
            form.count(limits.alert_lag_fail),
        ),
        (
            _("time behind"),
            form.span(limits.alert_behind_warn_s),
            form.span(limits.alert_behind_fail_s),
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
            form.span(limits.alert_merge_warn_s),
            form.span(limits.alert_merge_fail_s),
        ),
        (
            _("freshness"),
            form.span(limits.freshness_warn_s),
            form.span(limits.freshness_fail_s),
        ),
        (_("consumer state"), "WARN", "STALL STOP REWIND"),
        (_("validation"), "WARN", "FAIL ERROR"),
        (_("lost offsets"), "–", form.count(0)),
    ]
    head = line(
        "    ",
        Span(fit(_("watched"), 20), "dim"),
        Span(fit(_("warns above"), 14), "dim"),
        Span(_("severe above"), "dim"),
    )
    return [
        rule(_("limits (settings DROPSHIP_ALERT_...)"), frame),
        head,
        *(line("    ", Span(fit(name, 20), "dim"), fit(low, 14), high) for name, low, high in rows),
    ]


def _states(now: DeskSnapshot) -> Line:
    spans = [Span(_("consumer by partition "), "dim")]
    for part, state in sorted(now.states.items()):
        spans += [Span(f" {part} ", "dim"), Span(state.name, _STATE_ROLES.get(state, "bad"))]
    if not now.states:
        spans.append(Span(_("not known yet"), "dim"))
    return line(*spans)


def _hours(now: DeskSnapshot, frame: Frame) -> list[Line]:
    """Return a column a minute for rates, lag and latency, from the history that is kept."""
    form = frame.formats
    minutes = now.minutes
    width = max(min(frame.width - 34, 360), 10)
    shown = minutes[-width:]
    since = form.clock(shown[0].at) if shown else ""
    title = _("last hours, a column a minute")
    lines = [rule(f"{title} ({since})" if since else title, frame)]
    series: list[tuple[str, Callable[[Sample], float], Callable[[float], str], Role]] = [
        (_("produced"), lambda one: one.produced, form.rate, "other"),
        (_("consumed"), lambda one: one.consumed, form.rate, "ok"),
        (_("lag"), lambda one: float(one.lag), form.short, "accent"),
        (_("latency p95"), lambda one: one.p95_ms or 0.0, form.milliseconds, "accent"),
    ]
    for name, value, told, role in series:
        values = [value(sample) for sample in shown]
        top = told(max(values)) if any(values) else ""
        most = _("max {value}").format(value=top) if top else ""
        chart = sparkline(values, width, role, ascii_only=frame.ascii_only)
        lines.append(line(Span(fit(name, 13), "dim"), chart, Span(f"  {most}", "dim")))
    return lines
