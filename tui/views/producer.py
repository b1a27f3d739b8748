"""The producer pane: what goes out, how fast, and what became of it."""

from core.lifecycle import RunState
from core.operations.snapshot import DeskSnapshot
from core.producer.snapshot import ProducerSnapshot
from core.text import _
from tui.lines import Line, Span, advice, bar, cut, fit, line, sparkline
from tui.views.frame import Frame, problem


def producer(now: DeskSnapshot, frame: Frame) -> list[Line]:
    """Return mode, rate against target, counts, and why nothing goes out."""
    last = now.producer
    if last.state is RunState.IDLE:
        return [
            line(_("nothing is published")),
            line(),
            *advice(_("press [s] to replay orders.csv, [o] for options"), frame.width),
        ]
    lines = [_head(last), _rate(last, now, frame), _counts(last, frame)]
    if last.fraction is not None and last.mode == "replay":
        share = fit(frame.formats.percent(last.fraction), 7, right=True)
        lines.append(line(bar(last.fraction, frame.width - 7, ascii_only=frame.ascii_only), share))
    lines.append(_faults(last, frame))
    if last.state is RunState.FAILED:
        lines = [*lines[:1], *problem(last.error, last.hint, frame.width)]
    elif last.held_reason:
        lines.append(line(Span(last.held_reason, "wait")))
    elif last.delivery_error:
        lines.append(line(Span(last.delivery_error, "bad")))
    return [cut(entry, frame.width) for entry in lines]


def _head(last: ProducerSnapshot) -> Line:
    source = "orders.csv" if last.mode == "replay" else _("made-up orders")
    return line(f"{last.mode} ", Span(f"{source} · {last.profile}", "dim"))


def _rate(last: ProducerSnapshot, now: DeskSnapshot, frame: Frame) -> Line:
    form = frame.formats
    target = _("as fast as possible") if not last.rate_target else form.rate(last.rate_target)
    wanted = _("of {target}").format(target=target) if last.rate_target else target
    text = line(fit(form.rate(last.rate_actual), 9), Span(f"{wanted}  ", "dim"))
    room = frame.width - text.width
    values = [sample.produced for sample in now.history]
    return line(text, sparkline(values, min(room, 24), "ok", ascii_only=frame.ascii_only))


def _counts(last: ProducerSnapshot, frame: Frame) -> Line:
    form = frame.formats
    failed = Span(form.count(last.failed), "bad" if last.failed else "dim")
    return line(
        Span(_("sent "), "dim"),
        form.count(last.sent),
        Span(_("  acked "), "dim"),
        form.count(last.acked),
        Span(_("  failed "), "dim"),
        failed,
    )


def _faults(last: ProducerSnapshot, frame: Frame) -> Line:
    parts = []
    if last.rejected:
        parts.append(_("{count} rows rejected").format(count=frame.formats.count(last.rejected)))
    names = {"duplicates": _("duplicates"), "late": _("late"), "poison": _("poison")}
    parts += [
        f"{frame.formats.count(count)} {names[kind]}"
        for kind, count in last.injected.items()
        if count
    ]
    return line(Span(" · ".join(parts), "wait")) if parts else line()
