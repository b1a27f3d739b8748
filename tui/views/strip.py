"""The strip: one row of truth on top. Every part keeps its width, so nothing moves sideways."""

from core.alerts.model import Level
from core.lifecycle import FINAL_STATES, RunState
from core.operations.snapshot import DeskSnapshot
from core.text import _, ngettext
from core.validation.model import Status
from tui.lines import Line, Role, Span, ends, fit, line
from tui.views.frame import Frame, state_name, state_sign

STATUS_ROLES: dict[Status, Role] = {
    Status.PASS: "ok",
    Status.WARN: "wait",
    Status.FAIL: "bad",
    Status.ERROR: "bad",
}
LEVEL_ROLES: dict[Level, Role] = {Level.NONE: "dim", Level.WARN: "wait", Level.BAD: "bad"}
_WIDE, _MIDDLE = 112, 72
_ROOMY = 132
_MOST_GAP = 3
_RATE, _COUNT, _BEHIND = 9, 6, 5
_LAG_RULES = {"lag", "behind", "consumer"}


def strip(now: DeskSnapshot, frame: Frame) -> list[Line]:
    """Return back ends, workers, lag, last validation, alerts and clock, as far as they fit."""
    wide, middle = frame.width >= _WIDE, frame.width >= _MIDDLE
    parts = [_name(now)] if middle else []
    if wide:
        parts.append(line(Span(f"{now.broker} · {now.warehouse}", "dim")))
    produced, consumed = now.others.produced, now.others.consumed
    parts += [
        _worker(_("producer"), now.producer.state, now.producer.rate_actual, produced, frame),
        _worker(_("consumer"), now.consumer.state, now.consumer.rate, consumed, frame),
        _lag(now, frame, wide=wide),
    ]
    if middle:
        parts.append(_validation(now, frame))
    parts.append(_alerts(now, frame))
    clock = line(Span(frame.formats.clock(now.at), "dim"), " ") if middle else line()
    spare = frame.width - 1 - clock.width - sum(part.width for part in parts)
    gap = " " * max(min(spare // (len(parts) - 1), _MOST_GAP), 1)
    joined = line(" ", parts[0], *(piece for part in parts[1:] for piece in (gap, part)))
    return [ends(joined, clock, frame.width)]


def _name(now: DeskSnapshot) -> Line:
    if now.read_only:
        return line(Span(_("read-only"), "wait"))
    return line(Span("dropship", "bold"))


def _worker(name: str, state: RunState, rate: float, others: float | None, frame: Frame) -> Line:
    """Return sign, name and rate or state; `others` is the rate of workers that are not ours."""
    sign = state_sign(state, ascii_only=frame.ascii_only)
    if state in FINAL_STATES and others is not None:
        sign = Span("o" if frame.ascii_only else "◎", "accent")
        text = frame.formats.rate(others)
    else:
        text = frame.formats.rate(rate) if state is RunState.RUNNING else state_name(state)
    if frame.width < _MIDDLE:
        return line(sign, " ", fit(text, _RATE - 1))
    label = name if frame.width >= _WIDE else name[:4]
    return line(sign, " ", Span(f"{label} ", "dim"), fit(text, _RATE))


def _lag(now: DeskSnapshot, frame: Frame, *, wide: bool) -> Line:
    watch, own = now.watch, now.consumer
    count = own.total_lag if own.state not in FINAL_STATES else None
    if count is None and watch.value is not None and not watch.error:
        count = watch.value.total_lag
    text = "?" if count is None else frame.formats.short(count)
    role: Role = "text" if count else "dim"
    for alert in now.alerts:
        if alert.active and alert.rule in _LAG_RULES:
            role = LEVEL_ROLES[alert.level]
            break
    pieces = [Span(_("lag "), "dim"), Span(fit(text, _COUNT, right=wide), role)]
    if wide:
        behind_s = now.behind_s or 0.0
        behind = "?" if now.behind_s is None else frame.formats.span(behind_s).partition(" m ")[0]
        behind += " m" if behind_s >= 60 and "h" not in behind and "d" not in behind else ""  # noqa: PLR2004 - seconds of a minute
        pieces.append(Span(" · " + fit(behind, _BEHIND, right=True), "dim"))
    return line(*pieces)


def _validation(now: DeskSnapshot, frame: Frame) -> Line:
    task, width = now.validation, 12 if frame.width >= _ROOMY else 9
    if task.running:
        return line(Span(fit(_("checking"), width), "wait"))
    if task.result is None:
        return line(Span(fit(_("unchecked"), width), "dim"))
    sign = status_sign(task.result.status, ascii_only=frame.ascii_only)
    age = frame.formats.age(task.result.run_at, now.at)
    name = task.result.status.name
    rest = width - 2 - len(name)
    return line(sign, " ", name, Span(fit(f" {age}", rest) if width > 9 else " " * rest, "dim"))  # noqa: PLR2004 - the narrow width


def _alerts(now: DeskSnapshot, frame: Frame) -> Line:
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


def status_sign(status: Status, *, ascii_only: bool) -> Span:
    """Return a sign that tells a status without its colour."""
    fancy = {Status.PASS: "✓", Status.WARN: "!", Status.FAIL: "✗", Status.ERROR: "✗"}
    plain = {Status.PASS: "+", Status.WARN: "!", Status.FAIL: "x", Status.ERROR: "x"}
    return Span((plain if ascii_only else fancy)[status], STATUS_ROLES[status])
