"""The compact board: one line a stage, which says whether it flows and whether it is right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.kpis.model import title_of
from core.operations.snapshot import ControllerSnapshot
from core.seed.preview import FilePreview
from core.text import _, clean, ngettext
from core.validation.model import ValidationResult
from core.workers import FINAL_STATES, RunState, state_name
from tui.row_table import Column, Row, RowTable
from tui.styled_text import EMPTY, Line, Role, Span, cut, sparkline
from tui.views.consumer import throughput
from tui.views.frame import Frame, state_role, state_sign
from tui.views.kpi_values import has_cents, shown
from tui.views.seed import present
from tui.views.strip import LEVEL_ROLES, verdict_sign

_NAME, _CURVE, _MORE = 9, 8, 19
_LEAST_CHART = 5
_MOST_TOLD = 300
_NOTHING = Span(" ")


@dataclass(frozen=True)
class _Told:
    """What a line says: a sign, the state or figures, a curve of the last seconds, a count."""

    sign: Span
    text: Span
    more: Span = _NOTHING
    curve: Span = _NOTHING


def stages(now: ControllerSnapshot, frame: Frame, files: Sequence[FilePreview] = ()) -> RowTable:
    """Return a row for each stage in the order of the flow; its key is the pane that it opens.

    files: the seed files as they lie in the folder.
    """
    parts: list[tuple[str, str, str, Callable[[], _Told]]] = [
        ("seed", "1", _("seed"), lambda: _seed(now, frame, files)),
        ("producer", "2", _("producer"), lambda: _producer(now, frame)),
        ("events", "6", _("topic"), lambda: _topic(now, frame)),
        ("consumer", "3", _("consumer"), lambda: _consumer(now, frame)),
        ("warehouse", "7", _("merge"), lambda: _merge(now, frame)),
        ("validation", "4", _("checks"), lambda: _checks(now, frame)),
        ("kpis", "5", _("KPIs"), lambda: _kpis(now, frame)),
        ("alerts", "8", _("alerts"), lambda: _alerts(now, frame)),
    ]
    rows = []
    wide = 1
    for name, number, title, tell in parts:
        told = tell()
        action = frame.key_of(f"pane.{name}")
        key = number if action is None else action.key
        wide = max(wide, len(key))
        cells = (Span(key, "accent"), Span(title, "dim"), told.sign, told.text)
        rows.append(Row(name, (*cells, told.curve, told.more), name))
    columns = (
        Column("", wide),
        Column("", max(_NAME, *(len(title) for _name, _number, title, _tell in parts))),
        Column("", 1),
        Column("", 34, stretch=True),
        Column("", _CURVE, drop=2),
        Column("", _MORE, right=True, drop=1),
    )
    return RowTable(columns, tuple(rows), titles=False, name="stages")


def overview_foot(now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return the rates over time where there is room for a chart."""
    height = frame.height - 1
    if height < _LEAST_CHART or not now.history:
        return []
    return [
        EMPTY,
        *(cut(each, frame.width) for each in throughput(now, frame, frame.width, height)),
    ]


def _curve(now: ControllerSnapshot, frame: Frame, *, produced: bool) -> Span:
    values = [sample.produced if produced else sample.consumed for sample in now.history]
    role: Role = "accent" if produced else "ok"
    if not any(values[-_CURVE:]):
        return _NOTHING
    return sparkline(values, _CURVE, role, ascii_only=frame.ascii_only).spans[0]


def _mark(frame: Frame, *, good: bool) -> Span:
    if good:
        return Span("+" if frame.ascii_only else "✓", "ok")
    return Span("o" if frame.ascii_only else "○", "dim")


def _seed(now: ControllerSnapshot, frame: Frame, files: Sequence[FilePreview]) -> _Told:
    task, form = now.seed, frame.formats
    if task.running:
        sign = state_sign(RunState.STARTING, ascii_only=frame.ascii_only)
        return _Told(
            sign, Span(clean(task.note) or _("generating")), Span(form.percent(task.fraction or 0))
        )
    if task.error:
        return _Told(Span("x" if frame.ascii_only else "✗", "bad"), Span(task.error, "bad"))
    found, when = present(now, files)
    if not found:
        return _Told(_mark(frame, good=False), Span(_("no data yet"), "dim"))
    rows = [f"{clean(file.name).partition('.')[0]} {form.count(file.rows)}" for file in found]
    age = _("{age} ago").format(age=form.age(when, now.at)) if when else ""
    return _Told(_mark(frame, good=True), Span(" · ".join(reversed(rows))), Span(age, "dim"))


def _producer(now: ControllerSnapshot, frame: Frame) -> _Told:
    last, form = now.producer, frame.formats
    sign = state_sign(last.state, ascii_only=frame.ascii_only)
    if last.state in FINAL_STATES and now.external.produced is not None:
        sign = Span("o" if frame.ascii_only else "◎", "accent")
        text = _("others publish {rate}").format(rate=form.rate(now.external.produced))
        return _Told(sign, Span(text), curve=_curve(now, frame, produced=True))
    sent = _NOTHING
    if last.state is not RunState.IDLE:
        sent = Span(_("{count} sent").format(count=form.count(last.sent)), "dim")
    wrong = last.error or last.delivery_error if last.state is RunState.FAILED else ""
    why = wrong or last.held_reason
    if why:
        return _Told(sign, Span(clean(why, _MOST_TOLD), state_role(last.state)), sent)
    if last.state is not RunState.RUNNING:
        return _Told(sign, Span(state_name(last.state), state_role(last.state)), sent)
    text = form.rate(now.produced)
    if last.rate_target and last.profile == "steady":
        text += " " + _("of {target}").format(target=form.rate(last.rate_target))
    return _Told(sign, Span(f"{text} · {last.profile}"), sent, _curve(now, frame, produced=True))


def _topic(now: ControllerSnapshot, frame: Frame) -> _Told:
    form, count = frame.formats, now.total_lag
    watch = now.watch.value
    told = _NOTHING
    if watch is not None:
        told = Span(_("{count} in all").format(count=form.count(watch.records)), "dim")
    text = _("lag {count}").format(count="?" if count is None else form.count(count))
    if count and now.behind_s is not None:
        text += " · " + _("{span} behind").format(span=form.span(now.behind_s))
    if now.stored_at is not None:
        text += " · " + _("as of {age} ago").format(age=form.age(now.stored_at, now.at))
    role: Role = "text" if count else "dim"
    levels = [
        alert.level for alert in now.alerts if alert.active and alert.rule in {"lag", "behind"}
    ]
    role = LEVEL_ROLES[max(levels)] if levels else role
    return _Told(_mark(frame, good=count == 0), Span(text, role), told)


def _consumer(now: ControllerSnapshot, frame: Frame) -> _Told:
    last, form = now.consumer, frame.formats
    sign = state_sign(last.state, ascii_only=frame.ascii_only)
    if last.state in FINAL_STATES and now.external.consumed is not None:
        sign = Span("o" if frame.ascii_only else "◎", "accent")
        text = _("others store {rate}").format(rate=form.rate(now.external.consumed))
        return _Told(sign, Span(text), curve=_curve(now, frame, produced=False))
    more = _NOTHING
    if last.dead_lettered:
        text = ngettext("{count} dead letter", "{count} dead letters", last.dead_lettered)
        more = Span(text.format(count=form.count(last.dead_lettered)), "wait")
    elif last.state is not RunState.IDLE:
        more = Span(_("{count} stored").format(count=form.count(last.inserted)), "dim")
    why = last.error if last.state is RunState.FAILED else last.waiting_for
    if why:
        return _Told(sign, Span(clean(why, _MOST_TOLD), state_role(last.state)), more)
    if last.state is not RunState.RUNNING:
        return _Told(sign, Span(state_name(last.state), state_role(last.state)), more)
    text = f"{form.rate(now.consumed)} · p95 {form.milliseconds(last.latency.p95)}"
    return _Told(sign, Span(text), more, _curve(now, frame, produced=False))


def _merge(now: ControllerSnapshot, frame: Frame) -> _Told:
    last = now.merge
    sign = state_sign(last.state, ascii_only=frame.ascii_only)
    merged = _NOTHING
    if last.total.taken:
        told = _("{count} merged").format(count=frame.formats.count(last.total.taken))
        merged = Span(told, "dim")
    why = last.error if last.state is RunState.FAILED else last.waiting_for
    if why:
        return _Told(sign, Span(clean(why, _MOST_TOLD), state_role(last.state)), merged)
    waiting = last.backlog
    text = state_name(last.state)
    if waiting is not None:
        text = _("{count} waiting").format(count=frame.formats.count(waiting.events))
        if waiting.events:
            text += " · " + frame.formats.span(waiting.age_s(now.at))
    if last.last_merge is not None:
        text += " · " + _("{age} ago").format(age=frame.formats.age(last.last_merge, now.at))
    role: Role = "dim" if last.state in {RunState.IDLE, RunState.STOPPED} else "text"
    return _Told(sign, Span(text, role), merged)


def _checks(now: ControllerSnapshot, frame: Frame) -> _Told:
    task = now.validation
    if task.error:
        return _Told(Span("x" if frame.ascii_only else "✗", "bad"), Span(task.error, "bad"))
    if task.running or task.result is None:
        text = _("checking") if task.running else _("not validated")
        return _Told(_mark(frame, good=False), Span(text, "wait" if task.running else "dim"))
    result = task.result
    sign = verdict_sign(now, result.status, ascii_only=frame.ascii_only)
    age = _("{age} ago").format(age=frame.formats.age(result.run_at, now.at))
    return _Told(sign, Span(_verdict(result, now), sign.role), Span(age, "dim"))


def _verdict(result: ValidationResult, now: ControllerSnapshot) -> str:
    """Return the verdict and, where it is not PASS, the worst check and what it found."""
    bad = sorted((check for check in result.checks if check.status), key=lambda one: -one.status)
    if not bad:
        late = " · " + _("out of date") if now.since_check.outdated else ""
        return result.status.name + late
    more = f" (+{len(bad) - 1})" if len(bad) > 1 else ""
    return f"{result.status.name}{more} · {clean(bad[0].name, 60)}: {bad[0].told(now.at)}"


def _kpis(now: ControllerSnapshot, frame: Frame) -> _Told:
    reading = now.figures
    age = _NOTHING
    if reading.at is not None:
        age = Span(_("{age} ago").format(age=frame.formats.age(reading.at, now.at)), "dim")
    if reading.error:
        return _Told(Span("x" if frame.ascii_only else "✗", "bad"), Span(reading.error, "bad"), age)
    if reading.value is None or reading.value.empty:
        return _Told(_mark(frame, good=False), Span(_("no rows yet"), "dim"), age)
    told = []
    for each in reading.value.kpis.figures[:2]:
        value = shown(each.column, each.value, frame, cents=has_cents([each.value]))
        told.append(f"{title_of(each.column)} {value}")
    return _Told(_mark(frame, good=True), Span(" · ".join(told)), age)


def _alerts(now: ControllerSnapshot, frame: Frame) -> _Told:
    active = [alert for alert in now.alerts if alert.active]
    if not active:
        return _Told(_mark(frame, good=True), Span(_("no active alerts"), "dim"))
    worst = active[0]
    count = ngettext("{count} alert", "{count} alerts", len(active)).format(count=len(active))
    sign = Span("!" if frame.ascii_only else "▲", LEVEL_ROLES[worst.level])
    since = _("for {span}").format(span=frame.formats.age(worst.raised_at, now.at))
    text = clean(worst.message, _MOST_TOLD)
    role: Role = "dim" if worst.acknowledged_at else LEVEL_ROLES[worst.level]
    return _Told(sign, Span(text, role), Span(f"{count} · {since}", "dim"))
