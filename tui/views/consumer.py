"""The consumer pane: throughput over time, lag, latency, dead letters."""

from core.lifecycle import RunState
from core.operations.snapshot import DeskSnapshot
from core.text import _
from tui.lines import Line, Role, Span, advice, cut, ends, line
from tui.views.chart import Series, chart
from tui.views.frame import Frame, problem

_LEAST_CHART = 3
_FIXED = 3


def consumer(now: DeskSnapshot, frame: Frame) -> list[Line]:
    """Return a chart of events per second, then lag, latency and counts."""
    last = now.consumer
    if last.state is RunState.IDLE and not now.history:
        return [
            line(_("nothing is consumed")),
            line(),
            *advice(_("press [s] to start storing what the topic holds"), frame.width),
        ]
    lines = []
    if last.waiting_for:
        since = frame.formats.age(last.waiting_since or now.at, now.at)
        lines += problem(
            last.waiting_for, _("for {since}; goes on by itself").format(since=since), frame.width
        )
    height = frame.height - _FIXED - len(lines)
    if height >= _LEAST_CHART:
        produced = Series(_("produced"), tuple(s.produced for s in now.history), "other")
        consumed = Series(_("consumed"), tuple(s.consumed for s in now.history), "ok")
        lines += chart([produced, consumed], frame.width, height, frame)
    lines += [_lag(now, frame), _latency(now, frame), _counts(now, frame)]
    return [cut(entry, frame.width) for entry in lines]


def _lag(now: DeskSnapshot, frame: Frame) -> Line:
    last = now.consumer
    lag = last.lag or (now.watch.value.lag if now.watch.value else {})
    spans: list[Span] = [Span(_("lag "), "dim")]
    for partition, behind in sorted(lag.items()):
        role: Role = "wait" if behind else "dim"
        spans += [Span(f" {partition}:", "dim"), Span(frame.formats.count(behind), role)]
    gaps = last.gap_offsets
    right = Span(_("{count} offsets LOST").format(count=gaps), "bad") if gaps else Span("")
    return ends(line(*spans), line(right), frame.width)


def _latency(now: DeskSnapshot, frame: Frame) -> Line:
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


def _counts(now: DeskSnapshot, frame: Frame) -> Line:
    form, last = frame.formats, now.consumer
    dead = Span(form.count(last.dead_lettered), "wait" if last.dead_lettered else "dim")
    commit = form.age(last.last_commit, now.at) if last.last_commit else "–"
    return line(
        Span(_("stored "), "dim"),
        form.count(last.inserted),
        Span(_("  dead letters "), "dim"),
        dead,
        Span(_("  merged "), "dim"),
        form.count(now.merge.total.taken),
        Span(_("  commit {age} ago").format(age=commit), "dim"),
    )
