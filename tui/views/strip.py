"""The strip: one row of truth on top. Every part keeps its width, so nothing moves sideways."""

from collections.abc import Sequence
from typing import NamedTuple

from core.alerts.model import Level
from core.operations.snapshot import ControllerSnapshot
from core.text import _, ngettext
from core.validation.model import Status
from core.workers import FINAL_STATES, RunState
from tui.styled_text import Line, Role, Span, ends, fit, line
from tui.views.frame import Frame, state_name, state_role, state_sign

STATUS_ROLES: dict[Status, Role] = {
    Status.PASS: "ok",
    Status.WARN: "wait",
    Status.FAIL: "bad",
    Status.ERROR: "bad",
}
LEVEL_ROLES: dict[Level, Role] = {Level.NONE: "dim", Level.WARN: "wait", Level.BAD: "bad"}
_WIDE, _MIDDLE, _NARROW = 112, 72, 48
_ROOMY = 132
_MOST_GAP = 3
_NO_AGE = 9
"""Cells of the last verdict where there is no room for its age."""
_RATE, _COUNT, _BEHIND = 9, 6, 5
_LAG_RULES = {"lag", "behind", "consumer"}


class _Detail(NamedTuple):
    """How much of the strip is shown.

    name: of the program; read-only is told always. labels: whole. backlog: of the merge, beside
    its sign.
    """

    name: bool = False
    labels: bool = False
    seconds: bool = True
    backlog: bool = True


_DETAILS = (
    _Detail(name=True, labels=True),
    _Detail(labels=True),
    _Detail(),
    _Detail(seconds=False),
    _Detail(seconds=False, backlog=False),
)
"""The richest first. Every part keeps its width, so a terminal always gets the same one."""


def strip(now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return back ends, workers, lag, last validation, alerts and clock, as far as they fit."""
    found = [_row(now, frame, detail) for detail in _DETAILS]
    parts, clock = next((row for row in found if _taken(*row) <= frame.width), found[-1])
    spare = frame.width - 2 - clock.width - sum(part.width for part in parts)
    gap = " " * max(min(spare // (len(parts) - 1), _MOST_GAP), 1)
    joined = line(" ", parts[0], *(piece for part in parts[1:] for piece in (gap, part)))
    return [ends(joined, clock, frame.width)]


def _taken(parts: Sequence[Line], clock: Line) -> int:
    """Return the cells that a row needs, with a blank around every part."""
    return sum(part.width + 1 for part in parts) + 1 + clock.width


def _row(now: ControllerSnapshot, frame: Frame, detail: _Detail) -> tuple[list[Line], Line]:
    wide, middle = frame.width >= _WIDE, frame.width >= _MIDDLE
    parts = [_name(now)] if middle and (detail.name or now.read_only) else []
    if wide:
        parts.append(line(Span(f"{now.broker} · {now.warehouse}", "dim")))
    produced, consumed = now.external.produced, now.external.consumed
    labels = (_("producer"), _("consumer"), _("merge"))
    one, two, three = (name if wide and detail.labels else name[:4] for name in labels)
    parts += [
        _worker(one, now.producer.state, now.produced, produced, frame),
        _worker(two, now.consumer.state, now.consumed, consumed, frame),
        _merge(three, now, frame, backlog=detail.backlog),
        _lag(now, frame, wide=wide),
    ]
    if middle:
        parts.append(_validation(now, frame))
    parts.append(_alerts(now, frame))
    clock = frame.formats.clock(now.at) if middle else ""
    if clock and not detail.seconds:
        clock = clock[:5] + clock[8:]
    return parts, line(Span(clock, "dim"), " ") if clock else line()


def _name(now: ControllerSnapshot) -> Line:
    if now.read_only:
        return line(Span(_("read-only"), "wait"))
    return line(Span("dropship", "bold"))


def _worker(
    name: str, state: RunState, rate: float | None, others: float | None, frame: Frame
) -> Line:
    """Return sign, name and rate or state; `others` is the rate of workers that are not ours."""
    sign = state_sign(state, ascii_only=frame.ascii_only)
    if state in FINAL_STATES and others is not None:
        sign = Span("o" if frame.ascii_only else "◎", "accent")
        text = frame.formats.rate(others)
    else:
        text = frame.formats.rate(rate) if state is RunState.RUNNING else state_name(state)
    if frame.width < _MIDDLE:
        return line(sign, " ", fit(text, _RATE - (1 if frame.width >= _NARROW else 2)))
    width = _RATE if frame.width >= _WIDE else _RATE - 1
    return line(sign, " ", Span(f"{name} ", "dim"), fit(text, width))


def _merge(name: str, now: ControllerSnapshot, frame: Frame, *, backlog: bool) -> Line:
    """Return the merge's state as a sign, and how many raw events wait for it."""
    last, sign = now.merge, state_sign(now.merge.state, ascii_only=frame.ascii_only)
    if frame.width < _NARROW or not backlog:
        return line(sign)
    waiting = last.backlog
    text = "–" if waiting is None else frame.formats.short(waiting.events)
    role: Role = "text" if waiting is not None and waiting.events else "dim"
    if last.state in {RunState.FAILED, RunState.WAITING}:
        role = state_role(last.state)
    for alert in now.alerts:
        if alert.active and alert.rule == "merge":
            role = LEVEL_ROLES[alert.level]
    label = Span(f"{name} " if frame.width >= _MIDDLE else "", "dim")
    return line(sign, " ", label, Span(fit(text, _COUNT), role))


def _lag(now: ControllerSnapshot, frame: Frame, *, wide: bool) -> Line:
    watch, own = now.watch, now.consumer
    ours = own.state not in FINAL_STATES
    known = ours or (watch.value is not None and not watch.error)
    count = now.total_lag if known else None
    text = "?" if count is None else frame.formats.short(count)
    second_hand = now.stored_at is not None or now.counts_commits
    if count is not None and second_hand and len(text) < _COUNT:
        text = f"~{text}"
    role: Role = "text" if count else "dim"
    for alert in now.alerts:
        if alert.active and alert.rule in _LAG_RULES:
            role = LEVEL_ROLES[alert.level]
            break
    pieces = [Span(_("lag "), "dim"), Span(fit(text, _COUNT, right=wide), role)]
    if wide:
        behind_s = (now.behind_s or 0.0) if count else 0.0
        unknown = now.behind_s is None and count != 0
        behind = "?" if unknown else frame.formats.span(behind_s).partition(" m ")[0]
        behind += " m" if behind_s >= 60 and "h" not in behind and "d" not in behind else ""  # noqa: PLR2004 - seconds of a minute
        pieces.append(Span(" · " + fit(behind, _BEHIND, right=True), "dim"))
    return line(*pieces)


def _validation(now: ControllerSnapshot, frame: Frame) -> Line:
    task, width = now.validation, 12 if frame.width >= _ROOMY else _NO_AGE
    if task.running:
        return line(Span(fit(_("checking"), width), "wait"))
    if task.result is None:
        return line(Span(fit(_("not validated"), width), "dim"))
    sign = verdict_sign(now, task.result.status, ascii_only=frame.ascii_only)
    age = frame.formats.age(task.result.run_at, now.at)
    name = task.result.status.name
    rest = width - 2 - len(name)
    told = fit(f" {age}", rest) if width > _NO_AGE else " " * rest
    return line(sign, " ", Span(name, sign.role), Span(told, "dim"))


def _alerts(now: ControllerSnapshot, frame: Frame) -> Line:
    """Return how many alerts nobody has acknowledged; else, dimly, how many still stand."""
    active = [alert for alert in now.alerts if alert.active]
    unseen = [alert for alert in active if alert.acknowledged_at is None]
    shown = unseen or active
    width = 10 if frame.width >= _ROOMY else 4
    if not shown:
        return line(" " * width)
    sign = "!" if frame.ascii_only else "▲"
    role: Role = LEVEL_ROLES[max(alert.level for alert in shown)] if unseen else "dim"
    count = len(shown)
    text = f"{sign} {count}"
    if frame.width >= _ROOMY:
        words = ngettext("{count} alert", "{count} alerts", count).format(count=count)
        text = f"{sign} {words}"
    return line(Span(fit(text, width), role))


def verdict_sign(now: ControllerSnapshot, status: Status, *, ascii_only: bool) -> Span:
    """Return the sign of the last verdict: `~` for a PASS that newer events may contradict.

    Amber once there is reason to doubt it: dead letters since, errors now, a check that failed to
    run.
    """
    sign = status_sign(status, ascii_only=ascii_only)
    since = now.since_check
    doubt = bool(since.dead_letters or now.errors or now.validation.error)
    if status is not Status.PASS or not (doubt or since.outdated):
        return sign
    return Span("~", "wait" if doubt else "text")


def status_sign(status: Status, *, ascii_only: bool) -> Span:
    """Return a sign that tells a status without its colour."""
    fancy = {Status.PASS: "✓", Status.WARN: "!", Status.FAIL: "✗", Status.ERROR: "✗"}
    plain = {Status.PASS: "+", Status.WARN: "!", Status.FAIL: "x", Status.ERROR: "x"}
    return Span((plain if ascii_only else fancy)[status], STATUS_ROLES[status])
