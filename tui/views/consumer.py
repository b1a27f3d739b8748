"""The consumer pane: throughput over time, lag, latency, dead letters."""

from core.alerts.lag_evaluator import PartitionState
from core.consumer.snapshot import ConsumerSnapshot
from core.operations.snapshot import ControllerSnapshot
from core.text import _, ngettext
from core.text.amounts import records
from core.workers import RunState
from tui.styled_text import EMPTY, Line, Role, Span, advice, cut, ends, line
from tui.views.blocks import Column, beside, facts, halves, rule, shortened, table
from tui.views.frame import Frame, lasting, problem, wrap
from tui.views.merge import merge_spans, merge_trouble
from tui.views.timed_chart import Plotted, timed_chart

_RESTING = {RunState.IDLE, RunState.STOPPED}
_LEAST_CHART = 3
_FIXED = 3
_LEAST_PAIR, _LEAST_TABLES = 6, 8
_FULL_WIDTH, _FULL_HEIGHT = 70, 12
_PAIR_WIDTH = 90
_ROOMY = 44
_SECONDS_FROM_MS = 10_000.0
_START = {"s": "consumer.start"}


def consumer(now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return a chart of events per second, then lag, latency and counts."""
    last = now.consumer
    if last.state is RunState.IDLE and not _something(now):
        text = frame.keyed(_("press [s] to start consuming"), _START)
        return [line(_("not running")), EMPTY, *advice(text, frame.width)]
    lines = _said(now, frame)
    if frame.full and frame.width >= _FULL_WIDTH and frame.height >= _FULL_HEIGHT:
        lines += _full(now, frame, frame.height - len(lines))
    else:
        height = frame.height - _FIXED - len(lines)
        if height >= _LEAST_CHART:
            lines += throughput(now, frame, frame.width, height)
        lines += [_lag_line(now, frame), _latency_line(now, frame), _counts(now, frame)]
    return [cut(entry, frame.width) for entry in lines[: frame.height]]


def _something(now: ControllerSnapshot) -> bool:
    """Whether there is anything to draw: published, consumed or behind."""
    return any(s.produced or s.consumed or s.lag for s in now.history)


def _said(now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return what keeps the consumer from going on, and what was lost."""
    last, width = now.consumer, frame.width
    lines = []
    if last.state is RunState.FAILED:
        lines += _failure(last, frame)
    lines += merge_trouble(now, frame, frame.keyed(_("[s] starts it again"), _START))
    if last.state in _RESTING and now.external.consumed is None and now.total_lag:
        told = _("records waiting in the topic: [s] starts consuming")
        lines += advice(frame.keyed(told, _START), width)
    if last.waiting_for and last.state is not RunState.FAILED:
        hint = lasting(last.waiting_since, now.at, _("resumes automatically"), frame)
        lines += problem(last.waiting_for, hint, width)
    held_back = now.watch.value.held_back if now.watch.value is not None else 0
    if held_back:
        text = ngettext(
            "{count} record waiting behind a transaction that another producer has not ended",
            "{count} records waiting behind a transaction that another producer has not ended",
            held_back,
        )
        lines += _wrapped(text.format(count=frame.formats.count(held_back)), width, "wait")
    if last.commit_error and frame.full:
        text = _("commit to Kafka failed (lag displays only): {reason}")
        lines += _wrapped(text.format(reason=last.commit_error), width, "wait")
    if last.gaps and frame.full:
        gap = last.gaps[-1]
        text = ngettext(
            "{count} offset LOST before it was read; the last in partition {partition}: {reason}",
            "{count} offsets LOST before they were read; the last in partition {partition}: "
            "{reason}",
            last.gap_offsets,
        ).format(
            count=frame.formats.count(last.gap_offsets), partition=gap.partition, reason=gap.reason
        )
        lines += _wrapped(text, width, "bad")
    return lines


def _failure(last: ConsumerSnapshot, frame: Frame) -> list[Line]:
    """Return what ended the consumer, how to fix it, and the key that starts it again."""
    width = frame.width
    lines = _wrapped(_("the consumer failed: {why}").format(why=last.error), width, "bad")
    if last.hint:
        lines += _wrapped(last.hint, width, "dim")
    return [*lines, *advice(frame.keyed(_("[s] starts it again"), _START), width)]


def _wrapped(text: str, width: int, role: Role) -> list[Line]:
    return [line(Span(part, role)) for part in wrap(text, width)]


def throughput(now: ControllerSnapshot, frame: Frame, width: int, height: int) -> list[Line]:
    """Return what was published and what was stored per second, over time."""
    rate, known = frame.formats.rate, bool(now.history)
    produced = rate(now.produced) if known else ""
    consumed = rate(now.consumed) if known else ""
    curves = [
        Plotted(_("produced"), "accent", lambda one: one.produced, rate, produced),
        Plotted(_("consumed"), "ok", lambda one: one.consumed, rate, consumed, filled=True),
    ]
    return timed_chart(_("events/s"), curves, now, frame, (width, height))


def _lag_line(now: ControllerSnapshot, frame: Frame) -> Line:
    spans: list[Span] = []
    for told in (frame.formats.count, frame.formats.short):  # whole figures where there is room
        spans = [Span(_("lag "), "dim")]
        for partition, behind in sorted(now.lag.items()):
            role: Role = "text" if behind else "dim"
            spans += [Span(f" {partition}:", "dim"), Span(told(behind), role)]
        if len(spans) == 1:
            spans.append(Span(_("not known"), "dim"))
        if line(*spans).width <= frame.width:
            break
    gaps = now.consumer.gap_offsets
    text = ngettext("{count} offset LOST", "{count} offsets LOST", gaps).format(
        count=frame.formats.count(gaps)
    )
    right = Span(text, "bad") if gaps else Span(_account(now, frame), "dim")
    if not gaps and line(*spans, "  ", right).width > frame.width:
        right = Span("")
    return ends(line(*spans), line(right), frame.width)


def _account(now: ControllerSnapshot, frame: Frame) -> str:
    """Return what the lag counts from where that is not the warehouse as it is at this moment."""
    if not now.lag:
        return ""
    if now.counts_commits:
        return _("by commits to Kafka")
    if now.stored_at is None:
        return ""
    return _("as of {age} ago").format(age=frame.formats.age(now.stored_at, now.at))


def _latency_line(now: ControllerSnapshot, frame: Frame) -> Line:
    form, latency = frame.formats, now.consumer.latency
    return line(
        Span(_("latency "), "dim"),
        Span(" p50 ", "dim"),
        form.milliseconds(latency.p50),
        Span("  p95 ", "dim"),
        form.milliseconds(latency.p95),
        Span("  p99 ", "dim"),
        form.milliseconds(latency.p99),
    )


def _counts(now: ControllerSnapshot, frame: Frame) -> Line:
    form, last = frame.formats, now.consumer
    # A consumer that never ran here has stored nothing that we know of: others may have.
    idle = last.state is RunState.IDLE
    dead = None if idle else last.dead_lettered
    merged = None if now.merge.state is RunState.IDLE and idle else now.merge.total.taken
    spans = [
        Span(_("stored "), "dim"),
        Span(form.count(None if idle else last.inserted)),
        Span(_("  dead letters "), "dim"),
        Span(form.count(dead), "wait" if dead else "dim"),
        Span(_("  merged "), "dim"),
        Span(form.count(merged)),
    ]
    if last.commit_error:
        spans.append(Span(_("  commit failed"), "wait"))
    elif last.last_commit:
        age = form.age(last.last_commit, now.at)
        spans.append(Span(_("  commit {age} ago").format(age=age), "dim"))
    return line(*spans)


def _full(now: ControllerSnapshot, frame: Frame, room: int) -> list[Line]:
    """Return charts above, tables below; the charts share what the tables leave."""
    below = _tables(now, frame, max(room // 2, _LEAST_TABLES))
    charts = room - len(below)
    if frame.width < _PAIR_WIDTH or charts < 2 * _LEAST_PAIR:
        if charts <= _LEAST_CHART:
            return below
        chart_lines = throughput(now, frame, frame.width, charts - 1)
        return [*chart_lines, _latency_line(now, frame), *below]
    pair = charts * 2 // 5
    left, right = halves(frame.width)
    lag = _lag_chart(now, frame, left, pair)
    latency = _latency_chart(now, frame, right, pair)
    above = throughput(now, frame, frame.width, charts - pair)
    return [*above, *beside(lag, latency, left), *below]


def _lag_chart(now: ControllerSnapshot, frame: Frame, width: int, height: int) -> list[Line]:
    latest = frame.formats.count(now.total_lag) if now.history else ""

    def told(value: float | None) -> str:
        return frame.formats.short(value)

    curve = Plotted(_("lag"), "dim", lambda one: one.lag, told, latest, filled=True)
    return timed_chart(_("lag, records"), [curve], now, frame, (width, height))


def _latency_chart(now: ControllerSnapshot, frame: Frame, width: int, height: int) -> list[Line]:
    form, shown = frame.formats, frame.window.sampled(now).samples
    most = max((sample.p99_ms or 0.0 for sample in shown), default=0.0)
    scale, unit = (1_000.0, "s") if most >= _SECONDS_FROM_MS else (1.0, "ms")
    title = _("latency, {unit}").format(unit=unit)
    latest = now.consumer.latency

    def told(value: float | None) -> str:
        return form.short(None if value is None else value / scale)

    def scaled(value: float | None) -> float | None:
        return None if value is None else value / scale

    curves = [
        Plotted("p99", "bold", lambda one: scaled(one.p99_ms), form.short, told(latest.p99)),
        Plotted("p95", "text", lambda one: scaled(one.p95_ms), form.short, told(latest.p95)),
        Plotted("p50", "dim", lambda one: scaled(one.p50_ms), form.short, told(latest.p50), True),
    ]
    return timed_chart(title, curves, now, frame, (width, height))


def _tables(now: ControllerSnapshot, frame: Frame, most: int) -> list[Line]:
    left, right = halves(frame.width)
    partitions = shortened(_partitions(now, frame, left), most)
    return beside(partitions, shortened(_figures(now, frame, right), most), left)


def _partitions(now: ControllerSnapshot, frame: Frame, width: int) -> list[Line]:
    form, lag, offsets = frame.formats, now.lag, now.offsets
    offset_width, lag_width = (14, 10) if width >= _ROOMY else (11, 6)
    columns = [
        Column(_("partition"), 9, right=True),
        Column(_("next offset"), offset_width, right=True),
        Column(_("lag"), lag_width, right=True),
        Column(" " + _("state"), 7),
    ]
    rows = []
    for partition in sorted({*lag, *offsets}):
        behind = lag.get(partition)
        role: Role = "wait" if behind else "dim"
        offset = form.count(offsets[partition]) if partition in offsets else "–"
        rows.append(
            (str(partition), offset, Span(form.count(behind), role), _state(now, partition))
        )
    title = " · ".join(part for part in (_("partitions"), _account(now, frame)) if part)
    return [rule(title, frame, width), *table(columns, rows)]


def _figures(now: ControllerSnapshot, frame: Frame, width: int) -> list[Line]:
    form, last = frame.formats, now.consumer
    idle = last.state is RunState.IDLE  # then others may have stored what there is
    unmerged = idle and now.merge.state is RunState.IDLE
    latency = (last.latency_total.p50, last.latency_total.p95, last.latency_total.p99)
    commit = "–"
    if last.last_commit is not None:
        commit = _("{age} ago · {records}").format(
            age=form.age(last.last_commit, now.at), records=records(last.last_batch)
        )
    dead = Span(form.count(last.dead_lettered), "wait" if last.dead_lettered else "dim")
    pairs: list[tuple[str, str | Span]] = [
        (_("stored"), form.count(None if idle else last.inserted)),
        (_("merged"), form.count(None if unmerged else now.merge.total.taken)),
        (_("merge"), "".join(span.text for span in merge_spans(now, frame))),
        (_("already stored"), form.count(None if idle else last.already_stored)),
        (_("last commit"), commit),
        (_("latency p50 p95 p99"), " ".join(form.milliseconds(part) for part in latency)),
        (_("event age p50"), form.milliseconds(last.event_age.p50)),
        (_("dead letters"), dead),
    ]
    pairs += [
        ("  " + reason, Span(form.count(count), "wait"))
        for reason, count in sorted(last.dead_reasons.items(), key=lambda entry: -entry[1])
    ]
    return [rule(_("totals"), frame, width), *facts(pairs, width, name_width=17)]


def _state(now: ControllerSnapshot, partition: int) -> Span:
    """Return how the consumer does on a partition, as Burrow names it."""
    state = now.states.get(partition)
    if state is None:
        return Span("")
    roles: dict[PartitionState, Role] = {
        PartitionState.OK: "ok",
        PartitionState.UNREAD: "wait",
        PartitionState.WARN: "wait",
    }
    return Span(" " + state.name, roles.get(state, "bad"))
