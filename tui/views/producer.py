"""The producer pane: what goes out, how fast, and what became of it."""

from core.jobs.base import Table
from core.jobs.produce import Options
from core.operations.snapshot import ControllerSnapshot
from core.producer.options import DEFAULT_RATES
from core.producer.snapshot import ProducerSnapshot
from core.text import _, ngettext
from core.workers import FINAL_STATES, RunState
from tui.styled_text import EMPTY, Line, Span, advice, bar, cut, fit, line, sparkline
from tui.views.blocks import facts, rule
from tui.views.frame import Frame, problem, wrap
from tui.views.timed_chart import Plotted, timed_chart

_SPARK = 24
_LEAST_CHART = 4
_MOST_CHART = 24
_ROWS = 3
_ROOMY = 16
"""Lines from which on there is more than the essentials."""
_MORE = {
    "+-": "producer.faster producer.slower",
    "<>": "producer.drop producer.leap",
    "f": "producer.flat_out",
    "n": "producer.profile",
    "m": "producer.stream",
}


def exported(now: ControllerSnapshot) -> Table:
    """Return what the pane exports of a moment."""
    last = now.producer
    row = (
        last.state.value,
        last.mode,
        last.topic,
        round(last.rate_target, 2),
        round((last.rate_actual if last.state in FINAL_STATES else now.produced) or 0.0, 2),
        last.sent,
        last.acked,
        last.failed,
        last.rejected,
        last.bytes,
        *(last.injected.get(kind, 0) for kind in ("duplicates", "late", "poison")),
    )
    headers = ("state", "mode", "topic", "rate_target", "rate_actual", "sent", "acked", "failed")
    return Table((*headers, "rejected", "bytes", "duplicates", "late", "poison"), [row])


def producer(now: ControllerSnapshot, frame: Frame, plan: Options | None = None) -> list[Line]:
    """Return mode, rate against target, counts, and why nothing goes out.

    plan: what a start would publish.
    """
    last = now.producer
    if last.state is RunState.IDLE:
        return _idle(now, frame, plan or Options())
    lines = [_head(last, frame), _rate(last, now, frame), _counts(last, frame)]
    if last.fraction is not None:
        lines.append(_progress(last, frame))
    said = _said(now, frame)
    if frame.full and frame.height >= _ROOMY:
        lines += [EMPTY, *said] if said else [EMPTY]
        lines += _full(now, frame, frame.height - len(lines))
    elif said:
        # What is wrong comes before what is nice to know.
        lines = [*lines[: max(frame.height - len(said), 1)], *said]
    else:
        lines.append(_faults(last, frame))
        if last.state in FINAL_STATES:
            lines.append(line(Span(_("next: ") + planned(plan or Options(), frame), "dim")))
    return [cut(entry, frame.width) for entry in lines[: frame.height]]


def _idle(now: ControllerSnapshot, frame: Frame, plan: Options) -> list[Line]:
    lines = [line(_("not running")), EMPTY]
    if now.external.produced is not None:
        text = _("others publish {rate} to this topic")
        lines = [line(text.format(rate=frame.formats.rate(now.external.produced))), EMPTY]
    text = frame.keyed(
        _("press [s] to start, [o] for options"), {"s": "producer.start", "o": "producer.options"}
    )
    lines += [
        *(
            line(Span(part, "dim"))
            for part in wrap(_("next: ") + planned(plan, frame), frame.width)
        ),
        *advice(text, frame.width),
    ]
    if frame.full and frame.height >= _ROOMY:
        more = _("[+-] rate  [<>] rate by ten  [f] unlimited  [n] profile  [m] made-up events")
        lines += [EMPTY, *_plan(plan, frame), EMPTY, *advice(frame.keyed(more, _MORE), frame.width)]
    return [cut(entry, frame.width) for entry in lines[: frame.height]]


def _plan(plan: Options, frame: Frame) -> list[Line]:
    """Return what a start would publish, an option a line."""
    form = frame.formats
    rate = DEFAULT_RATES[plan.mode] if plan.rate is None else plan.rate
    shares = {
        _("duplicates"): plan.duplicates,
        _("late"): plan.late,
        _("poison"): plan.poison,
    }
    faults = [f"{share:.2%} {name}" for name, share in shares.items() if share]
    return [
        rule(_("options of the next run"), frame),
        *facts(
            [
                (_("mode"), f"{plan.mode} · {_source(plan.mode)}"),
                (_("rate"), form.rate(rate) if rate else _("unlimited")),
                (_("profile"), plan.profile),
                (_("limit"), _("none") if plan.limit is None else form.count(plan.limit)),
                (_("duration"), _("none") if plan.duration is None else form.span(plan.duration)),
                (_("faults"), " · ".join(faults) or "–"),
            ],
            frame.width,
        ),
    ]


def planned(plan: Options, frame: Frame) -> str:
    """Return what a start would publish, one line."""
    form = frame.formats
    rate = DEFAULT_RATES[plan.mode] if plan.rate is None else plan.rate
    speed = form.rate(rate) if rate else _("unlimited")
    parts = [_source(plan.mode), speed, plan.profile]
    if plan.limit is not None:
        text = ngettext("{count} order", "{count} orders", plan.limit)
        parts.append(text.format(count=form.count(plan.limit)))
    if plan.duration is not None:
        parts.append(form.span(plan.duration))
    if plan.duplicates or plan.late or plan.poison:
        parts.append(_("with faults"))
    return " · ".join(parts)


def _source(mode: str) -> str:
    return "orders.csv" if mode == "replay" else _("made-up events")


def _head(last: ProducerSnapshot, frame: Frame) -> Line:
    text = f"{_source(last.mode)} · {last.profile}"
    if last.elapsed_s and frame.width > 40:  # noqa: PLR2004 - cells
        text += " · " + frame.formats.span(last.elapsed_s)
    return line(f"{last.mode} ", Span(text, "dim"))


def _rate(last: ProducerSnapshot, now: ControllerSnapshot, frame: Frame) -> Line:
    form = frame.formats
    target = _("unlimited") if not last.rate_target else form.rate(last.rate_target)
    # A profile swings around its target: above it is no fault then.
    beside_it = _("of {target}") if last.profile == "steady" else _("around {target}")
    wanted = beside_it.format(target=target) if last.rate_target else target
    if last.state in FINAL_STATES:
        wanted = _("on average")
    # The mean of a run that is over; before that, the measurement that every pane shows.
    rate = last.rate_actual if last.state in FINAL_STATES else now.produced
    text = line(fit(form.rate(rate), 9), Span(f"{wanted}  ", "dim"))
    room = frame.width - text.width
    values = [sample.produced for sample in now.history]
    return line(text, sparkline(values, min(room, _SPARK), "accent", ascii_only=frame.ascii_only))


def _counts(last: ProducerSnapshot, frame: Frame) -> Line:
    """Return what became of the events; where there is little room, great counts in short."""
    form = frame.formats
    for count in (form.count, form.short):
        found = line(
            Span(_("sent "), "dim"),
            count(last.sent),
            Span(_("  acked "), "dim"),
            count(last.acked),
            Span(_("  failed "), "dim"),
            Span(count(last.failed), "bad" if last.failed else "dim"),
        )
        if found.width <= frame.width:
            return found
    if not last.failed:
        return line(*found.spans[:4])
    # What failed is seen even where there is no room for what was sent.
    failed = Span(_("  failed ").lstrip(), "dim")
    return line(failed, Span(form.short(last.failed), "bad"), *found.spans[2:4])


def _progress(last: ProducerSnapshot, frame: Frame) -> Line:
    fraction = last.fraction or 0.0
    share = fit(frame.formats.percent(fraction), 7, right=True)
    return line(bar(fraction, frame.width - 7, ascii_only=frame.ascii_only), share)


def _said(now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return why nothing goes out, or what failed."""
    last = now.producer
    if last.state is RunState.FAILED:
        return problem(last.error or _("failed; the log has the details"), last.hint, frame.width)
    if last.held_reason:
        text = last.held_reason
        if last.held_since is not None and (now.at - last.held_since).total_seconds() >= 1:
            since = frame.formats.age(last.held_since, now.at)
            text = _("{reason} · for {since}").format(reason=text, since=since)
        return [line(Span(part, "wait")) for part in wrap(text, frame.width)]
    if last.delivery_error:
        return [line(Span(part, "bad")) for part in wrap(last.delivery_error, frame.width)]
    return []


def _faults(last: ProducerSnapshot, frame: Frame) -> Line:
    parts = []
    if last.rejected:
        text = ngettext("{count} row rejected", "{count} rows rejected", last.rejected)
        parts.append(text.format(count=frame.formats.count(last.rejected)))
    parts += [f"{frame.formats.count(count)} {name}" for name, count in _injected(last) if count]
    return line(Span(" · ".join(parts), "wait")) if parts else line()


def _injected(last: ProducerSnapshot) -> list[tuple[str, int]]:
    names = {
        "duplicates": _("duplicates"),
        "late": _("late"),
        "poison": _("poison"),
        "deletes": _("deletes"),
    }
    return [(name, last.injected.get(kind, 0)) for kind, name in names.items()]


def _full(now: ControllerSnapshot, frame: Frame, room: int) -> list[Line]:
    last = now.producer
    below = _details(last, frame)
    if last.rejected_rows:
        below += _rejected(last, frame, room - len(below))
    height = min(room - len(below) - 2, _MOST_CHART)
    if height < _LEAST_CHART:
        return below
    rate = frame.formats.rate
    latest = rate(now.produced) if now.history else ""
    curve = Plotted(_("published"), "accent", lambda one: one.produced, rate, latest, filled=True)
    chart_lines = timed_chart(
        _("published per second"), [curve], now, frame, (frame.width, height + 1)
    )
    return [*chart_lines, EMPTY, *below]


def _details(last: ProducerSnapshot, frame: Frame) -> list[Line]:
    form = frame.formats
    injected = " · ".join(f"{form.count(count)} {name}" for name, count in _injected(last))
    pairs = [
        (_("topic"), last.topic),
        (_("volume"), form.bytes(last.bytes)),
        (_("in flight"), form.count(last.waiting)),
        (_("injected"), injected),
        (_("rejected rows"), form.count(last.rejected)),
    ]
    if last.answer_key:
        pairs.insert(4, (_("injection log"), last.answer_key))
    return facts(pairs, frame.width)


def _rejected(last: ProducerSnapshot, frame: Frame, room: int) -> list[Line]:
    """Return the first rejected rows; the log has all of them."""
    shown = last.rejected_rows[: max(room - 2, _ROWS)]
    lines = [rule(_("rows of the file skipped"), frame)]
    for row in shown:
        where = _("line {line}").format(line=frame.formats.count(row.line))
        lines.append(line(Span(fit(where, 15), "dim"), Span(row.reason, "wait")))
    if last.rejected > len(shown):
        more = last.rejected - len(shown)
        text = ngettext("{count} more is in the log", "{count} more are in the log", more).format(
            count=frame.formats.count(more)
        )
        lines.append(line(Span(" " * 15 + text, "dim")))
    return lines
