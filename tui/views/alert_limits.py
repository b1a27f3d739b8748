"""What the alerts watch: each rule with its present figure, a gauge, and the two limits."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from core.alerts.lag_evaluator import PartitionState
from core.alerts.model import Level, Measure
from core.config.thresholds import Thresholds
from core.operations.snapshot import ControllerSnapshot
from core.text import _
from core.validation.model import Status
from tui.formats import Formats
from tui.styled_text import Line, Role, Span, bar, fit, line
from tui.views.blocks import beside, rule
from tui.views.frame import Frame

_COLUMN_GAP = 3
"""Cells that `beside` leaves between two blocks."""
_LEAST_GAUGE, _MOST_GAUGE = 4, 16
_UNKNOWN = "–"
_ROLES: dict[Level, Role] = {Level.NONE: "text", Level.WARN: "wait", Level.BAD: "bad"}


@dataclass(frozen=True)
class _Limit:
    """One rule: its name, its present figure, and where it warns and is critical, as texts.

    share: of the critical limit that the figure has reached; None: not known, or no figure.
    """

    name: str
    value: str
    low: str
    high: str
    share: float | None = None
    level: Level = Level.NONE


def limit_lines(
    now: ControllerSnapshot, limits: Thresholds, frame: Frame, columns: int
) -> list[Line]:
    """Return what is watched, in one block or in two beside each other."""
    width = (frame.width - _COLUMN_GAP * (columns - 1)) // columns
    short = columns > 1
    rows = _rows(now, limits, frame.formats, short=short)
    name_width, cell_width = (16, 7) if short else (21, 12)
    gauge = min(width - name_width - 3 * cell_width - 3, _MOST_GAUGE)
    gauge = gauge if gauge >= _LEAST_GAUGE else 0
    low, high = (_("warn"), _("crit")) if short else (_("warning"), _("critical"))
    titles = _Limit(_("watched"), _("now"), low, high)
    cells = [_line(titles, name_width, cell_width, gauge, ascii_only=frame.ascii_only, head=True)]
    cells += [
        _line(row, name_width, cell_width, gauge, ascii_only=frame.ascii_only) for row in rows
    ]
    heading = rule(_("limits (settings DROPSHIP_ALERT_...)"), frame)
    if columns == 1:
        return [heading, *cells]
    half = len(rows) // 2 + 1
    left, right = cells[: half + 1], [cells[0], *cells[half + 1 :]]
    return [heading, *beside(left, right, width)]


def _line(
    row: _Limit,
    name_width: int,
    cell_width: int,
    gauge: int,
    *,
    ascii_only: bool,
    head: bool = False,
) -> Line:
    role: Role = "dim" if head else _ROLES[row.level]
    pieces: list[Line | Span | str] = [
        Span(" " + fit(row.name, name_width - 1), "dim"),
        Span(fit(row.value, cell_width - 1, right=True), role),
        "  ",
    ]
    if gauge:
        known = row.share is not None and not head
        shown = (
            bar(row.share or 0.0, gauge, role if row.level else "ok", ascii_only=ascii_only)
            if known
            else Span(" " * gauge, "dim")
        )
        pieces += [shown, "  "]
    pieces += [
        Span(fit(row.low, cell_width), "dim" if head else "text"),
        Span(row.high, "dim" if head else "text"),
    ]
    return line(*pieces)


def _rows(
    now: ControllerSnapshot, limits: Thresholds, form: Formats, *, short: bool
) -> list[_Limit]:
    def records(value: float) -> str:
        return _bare(form.short(value)) if short else form.count(round(value))

    def milliseconds(value: float) -> str:
        return _bare(form.milliseconds(value)) if short else form.milliseconds(value)

    def seconds(value: float) -> str:
        return _short(form, value)

    def figures(
        name: str, rule_name: str, low: float, high: float, told: Callable[[float], str]
    ) -> _Limit:
        measure = now.measures.get(rule_name)
        return _figure(name, measure, low, high, told)

    return [
        figures(_("lag"), "lag", limits.alert_lag_warn, limits.alert_lag_fail, records),
        figures(
            _("time lag"),
            "behind",
            limits.alert_behind_warn_s,
            limits.alert_behind_fail_s,
            seconds,
        ),
        figures(
            _("latency p95"),
            "latency",
            limits.alert_latency_warn_ms,
            limits.alert_latency_fail_ms,
            milliseconds,
        ),
        figures(
            _("throughput drop"),
            "throughput",
            limits.alert_drop_warn,
            limits.alert_drop_fail,
            form.percent,
        ),
        figures(
            _("dead letters"),
            "dead_letters",
            limits.alert_dead_letters_warn,
            limits.alert_dead_letters_fail,
            form.percent,
        ),
        figures(
            _("undelivered"),
            "undelivered",
            limits.alert_undelivered_warn,
            limits.alert_undelivered_fail,
            form.percent,
        ),
        figures(
            _("merge delay"), "merge", limits.alert_merge_warn_s, limits.alert_merge_fail_s, seconds
        ),
        figures(
            _("freshness"), "freshness", limits.freshness_warn_s, limits.freshness_fail_s, seconds
        ),
        _consumer(now, short=short),
        _validation(now, short=short),
        figures(_("lost offsets"), "gaps", 0, 0, lambda value: form.count(round(value))),
    ]


def _figure(
    name: str, measure: Measure | None, low: float, high: float, told: Callable[[float], str]
) -> _Limit:
    """Return a rule that measures: its figure against the limits in force."""
    warn = told(low) if high else _UNKNOWN
    if measure is None:
        return _Limit(name, _UNKNOWN, warn, told(high))
    value = max(measure.value, 0.0)
    level = Level.BAD if value > high else Level.WARN if value > low else Level.NONE
    share = value / high if high else float(value > 0)
    return _Limit(name, told(value), warn, told(high), share, level)


def _consumer(now: ControllerSnapshot, *, short: bool) -> _Limit:
    """Return the worst state of a partition; what nobody reads is no alarm yet."""
    name, low, high = _("consumer state"), _from("WARN", short=short), _from("STALL", short=short)
    if not now.states:
        return _Limit(name, _UNKNOWN, low, high)
    worst = max(now.states.values())
    level = Level.BAD if worst > PartitionState.WARN else Level.NONE
    level = Level.WARN if worst is PartitionState.WARN else level
    return _Limit(name, worst.name, low, high, level=level)


def _validation(now: ControllerSnapshot, *, short: bool) -> _Limit:
    name, low, high = _("validation"), _from("WARN", short=short), _from("FAIL", short=short)
    found = now.validation.result
    if found is None:
        return _Limit(name, _UNKNOWN, low, high)
    levels = {Status.PASS: Level.NONE, Status.WARN: Level.WARN}
    level = levels.get(found.status, Level.BAD)
    return _Limit(name, found.status.name, low, high, level=level)


def _from(level: str, *, short: bool) -> str:
    return level if short else _("from {level}").format(level=level)


def _bare(text: str) -> str:
    """Return a figure without a decimal that is zero: 50k, 30 s."""
    return re.sub(r"[.,]0(?=\D)", "", text)


def _short(form: Formats, seconds: float) -> str:
    """Return a duration without a second unit that is zero."""
    return form.span(seconds).removesuffix(" 0 s").removesuffix(" 0 m").removesuffix(" 0 h")
