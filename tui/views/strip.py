"""The strip: the flow in one row. Every part keeps its width, so nothing moves sideways."""

from typing import NamedTuple

from rich.cells import cell_len

from core.alerts.model import Level
from core.operations.snapshot import ControllerSnapshot
from core.text import _, ngettext
from core.validation.model import Status
from core.workers import FINAL_STATES, RunState, state_name
from tui.styled_text import Line, Role, Span, cut, ends, fit, line, linked
from tui.views.frame import Frame, state_role, state_sign

STATUS_ROLES: dict[Status, Role] = {
    Status.PASS: "ok",
    Status.WARN: "wait",
    Status.FAIL: "bad",
    Status.ERROR: "bad",
}
LEVEL_ROLES: dict[Level, Role] = {Level.NONE: "dim", Level.WARN: "wait", Level.BAD: "bad"}
_MOST_GAP = 2
_WORD, _AGE = 5, 8
"""Cells of the last verdict and of its age."""
_RATE, _COUNT, _BEHIND = 9, 6, 5
_MARKED = "~"
"""Stands before a lag that was counted a while ago."""
_LAG_RULES = {"lag", "behind", "consumer"}
_ABBREVIATED = 4
"""Letters of a name that is shortened."""


class _Detail(NamedTuple):
    """How much of the strip is shown.

    ends: broker and warehouse. name: of the program. labels: letters of the names of stages, None
    for all. behind: the lag as time. age: of the verdict. verdict: in a word. clock: its letters.
    words: of what alerts are.
    backlog: of the merge, beside its sign. marked: that it is read-only.
    """

    ends: bool = True
    name: bool = True
    labels: int | None = None
    behind: bool = True
    age: bool = True
    verdict: bool = True
    clock: int = 9
    words: bool = True
    backlog: bool = True
    marked: bool = True


_FULL = _Detail()
_PLAIN = _FULL._replace(ends=False, words=False)
_SHORT = _PLAIN._replace(name=False, labels=_ABBREVIATED)
_TIGHT = _SHORT._replace(age=False, behind=False, clock=0)
_LEAST = _TIGHT._replace(verdict=False, labels=0, marked=False)
_DETAILS = (
    _FULL,
    _FULL._replace(words=False),
    _PLAIN,
    _PLAIN._replace(name=False),
    _PLAIN._replace(name=False, clock=6),
    _SHORT._replace(clock=6),
    _SHORT._replace(behind=False, clock=6),
    _SHORT._replace(age=False, behind=False, clock=6),
    _TIGHT,
    _TIGHT._replace(verdict=False),
    _TIGHT._replace(verdict=False, labels=0),
    _LEAST,
    _LEAST._replace(backlog=False),
)
"""The richest first. Every part keeps its width, so a terminal always gets the same one."""


def strip(now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return the flow in one line, as far as it fits: what is published, what waits in the topic,
    what is stored and merged, the last verdict; then alerts and the time. Each opens its pane.
    """  # noqa: D205 - one sentence
    for detail in _DETAILS:
        shown = _row(now, frame, detail)
        roomy = _taken(shown, 3) <= frame.width
        if roomy:
            break
    front, flow, back, clock = shown
    arrow = "▶" if not frame.ascii_only else ">"
    link = line(Span(f" {arrow} ", "dim")) if roomy else line(Span(arrow, "dim"))
    pieces: list[Line | str] = [" "]
    for part in front:
        pieces += [part, "  "]
    for place, part in enumerate(flow):
        pieces += [link, part] if place else [part]
    spare = frame.width - 2 - clock.width - line(*pieces).width - back.width
    gap = " " * max(min(spare, _MOST_GAP), 1)
    whole = line(*pieces, gap, back)
    if not clock.spans:
        return [cut(line(whole, " " * max(frame.width - whole.width, 0)), frame.width)]
    return [ends(whole, clock, frame.width)]


_Parts = tuple[list[Line], list[Line], Line, Line]


def _taken(row: _Parts, link: int) -> int:
    """Return the cells that a row needs. link: cells between two stages."""
    front, flow, back, clock = row
    before = sum(part.width + 2 for part in front)
    stages = sum(part.width for part in flow) + link * (len(flow) - 1)
    return 1 + before + stages + 1 + back.width + bool(clock.spans) + clock.width


def _row(now: ControllerSnapshot, frame: Frame, detail: _Detail) -> _Parts:
    """Return what stands before the flow, its stages, the alerts, and the clock."""
    front = []
    if now.read_only and detail.marked:
        front.append(line(Span(_("read-only"), "wait")))
    if now.attached and detail.marked:
        word = Span(_("detached"), "bad") if now.unreached else Span(_("attached"), "accent")
        front.append(line(word))
    if not front and detail.name:
        front.append(line(Span("dropship", "bold")))
    if detail.ends:
        front.append(line(Span(f"{now.broker} · {now.warehouse}", "dim")))
    others = now.external
    one, two = (name[: detail.labels] for name in (_("producer"), _("consumer")))
    three = _("merge") if detail.labels != 0 else ""
    flow = [
        linked(
            _worker(one, now.producer.state, now.produced, others.produced, frame), _go("producer")
        ),
        linked(_lag(now, frame, detail), _go("consumer" if now.total_lag else "events")),
        linked(
            _worker(two, now.consumer.state, now.consumed, others.consumed, frame), _go("consumer")
        ),
        linked(_merge(three, now, frame, backlog=detail.backlog), _go("warehouse")),
        linked(_validation(now, frame, detail), _go("validation")),
    ]
    if now.unreached:
        flow = [line(Span(f"{name} ?".lstrip(), "dim")) for name in (one, _("lag"), two, three)]
    clock = frame.formats.clock(now.at)[: detail.clock]
    clock = clock[:5] + "Z" if 0 < detail.clock < _FULL.clock else clock
    told = line(Span(clock, "dim"), " ") if clock else line()
    return front, flow, linked(_alerts(now, frame, words=detail.words), _go("alerts")), told


def _go(name: str) -> str:
    return f"screen.choose('{name}')"


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
    label = [Span(f"{name} ", "dim")] if name else []
    return line(sign, " ", *label, fit(text, _RATE - (len(name) <= _ABBREVIATED) - (not name)))


def _merge(name: str, now: ControllerSnapshot, frame: Frame, *, backlog: bool) -> Line:
    """Return the merge's state as a sign, and how many raw events wait for it."""
    last, sign = now.merge, state_sign(now.merge.state, ascii_only=frame.ascii_only)
    if not backlog:
        return line(sign)
    waiting = last.backlog
    text = "–" if waiting is None else frame.formats.short(waiting.events)
    role: Role = "text" if waiting is not None and waiting.events else "dim"
    if last.state in {RunState.FAILED, RunState.WAITING}:
        role = state_role(last.state)
    for alert in now.alerts:
        if alert.active and alert.rule == "merge":
            role = LEVEL_ROLES[alert.level]
    label = [Span(f"{name} ", "dim")] if name else []
    return line(sign, " ", *label, Span(fit(text, _COUNT), role))


def _lag(now: ControllerSnapshot, frame: Frame, detail: _Detail) -> Line:
    watch, own = now.watch, now.consumer
    ours = own.state not in FINAL_STATES
    known = ours or (watch.value is not None and not watch.error)
    count = now.total_lag if known else None
    text = "?" if count is None else frame.formats.short(count)
    second_hand = now.stored_at is not None or now.counts_commits
    if count is not None and second_hand and len(text) < _COUNT:
        text = f"{_MARKED}{text}"
    role: Role = "text" if count else "dim"
    for alert in now.alerts:
        if alert.active and alert.rule in _LAG_RULES:
            role = LEVEL_ROLES[alert.level]
            break
    topic = [Span(_("topic "), "dim")] if detail.name else []
    pieces = [*topic, Span(_("lag "), "dim"), Span(text, role)]
    width = _COUNT
    if detail.behind:
        width += _BEHIND + 3
        behind_s = (now.behind_s or 0.0) if count else 0.0
        unknown = now.behind_s is None and count != 0
        behind = "?" if unknown else frame.formats.span(behind_s).partition(" m ")[0]
        behind += " m" if behind_s >= 60 and "h" not in behind and "d" not in behind else ""  # noqa: PLR2004 - seconds of a minute
        pieces.append(Span(" · " + behind, "dim"))
    start = line(*topic, _("lag ")).width
    return line(*pieces, " " * max(start + width - line(*pieces).width, 0))


def _validation(now: ControllerSnapshot, frame: Frame, detail: _Detail) -> Line:
    """Return the last verdict, in a word or as a sign, and how old it is."""
    task = now.validation
    width = 2 + _WORD + (_AGE if detail.age else 0) if detail.verdict else 1
    if task.running and detail.verdict:
        sign = state_sign(RunState.STARTING, ascii_only=frame.ascii_only)
        told = " " + _("checking") if detail.age else " …"
        return line(sign, Span(fit(told, width - 1), "wait"))
    if task.result is None:
        sign = state_sign(RunState.IDLE, ascii_only=frame.ascii_only)
        told = " " + _("not validated") if detail.age else ""
        return line(sign, Span(fit(told, width - 1), "dim"))
    sign = verdict_sign(now, task.result.status, ascii_only=frame.ascii_only)
    if not detail.verdict:
        return line(sign)
    name = fit(task.result.status.name, _WORD).rstrip()
    room = width - 2 - len(name)
    age = frame.formats.age(task.result.run_at, now.at)
    worded = _(" {age} old").format(age=age)
    told = fit((worded if cell_len(worded) <= room else f" {age}") if detail.age else "", room)
    return line(sign, " ", Span(name, sign.role), Span(told, "dim"))


def _alerts(now: ControllerSnapshot, frame: Frame, *, words: bool) -> Line:
    """Return how many alerts nobody has acknowledged; else, dimly, how many still stand."""
    active = [alert for alert in now.alerts if alert.active]
    unseen = [alert for alert in active if alert.acknowledged_at is None]
    shown = unseen or active
    width = 10 if words else 4
    if not shown:
        return line(" " * width)
    sign = "!" if frame.ascii_only else "▲"
    role: Role = LEVEL_ROLES[max(alert.level for alert in shown)] if unseen else "dim"
    count = len(shown)
    text = f"{sign} {count}"
    if words:
        told = ngettext("{count} alert", "{count} alerts", count).format(count=count)
        text = f"{sign} {told}"
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
