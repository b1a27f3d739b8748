"""The strip: one row of truth on top."""

from core.lifecycle import RunState
from core.operations.snapshot import DeskSnapshot
from core.text import _
from core.validation.model import Status
from tui.lines import Line, Role, Span, ends, line
from tui.views.frame import Frame, state_name, state_sign

STATUS_ROLES: dict[Status, Role] = {
    Status.PASS: "ok",
    Status.WARN: "wait",
    Status.FAIL: "bad",
    Status.ERROR: "bad",
}
_WIDE = 100


def strip(now: DeskSnapshot, frame: Frame) -> list[Line]:
    """Return the strip: back ends, workers, lag, last validation, clock."""
    gap = "   " if frame.width >= _WIDE else " "
    left = [line(Span("dropship", "bold"), "  ", Span(f"{now.broker} · {now.warehouse}", "dim"))]
    if frame.width < _WIDE:
        left = [line(Span("dropship", "bold"))]
    left.append(_worker(_("producer"), now.producer.state, now.producer.rate_actual, frame))
    left.append(_worker(_("consumer"), now.consumer.state, now.consumer.rate, frame))
    lag = now.watch.value.total_lag if now.watch.value else now.consumer.total_lag
    role: Role = "wait" if lag > 0 else "dim"
    left.append(line(Span(_("lag "), "dim"), Span(frame.formats.count(lag), role)))
    left.append(_validation(now, frame))
    joined = line(*(piece for part in left for piece in (gap, part)))
    return [ends(joined, line(Span(frame.formats.clock(now.at), "dim"), " "), frame.width)]


def _worker(name: str, state: RunState, rate: float, frame: Frame) -> Line:
    sign = state_sign(state, ascii_only=frame.ascii_only)
    label = name if frame.width >= _WIDE else name[:4]
    text = frame.formats.rate(rate) if state is RunState.RUNNING else state_name(state)
    return line(sign, " ", Span(f"{label} ", "dim"), text)


def _validation(now: DeskSnapshot, frame: Frame) -> Line:
    task = now.validation
    if task.running:
        return line(Span(_("checking"), "wait"))
    if task.result is None:
        return line(Span(_("not checked"), "dim"))
    sign = status_sign(task.result.status, ascii_only=frame.ascii_only)
    age = frame.formats.age(task.result.run_at, now.at)
    return line(sign, " ", task.result.status.name, Span(f" {age}", "dim"))


def status_sign(status: Status, *, ascii_only: bool) -> Span:
    """Return a sign that tells a status without its colour."""
    fancy = {Status.PASS: "✓", Status.WARN: "!", Status.FAIL: "✗", Status.ERROR: "✗"}
    plain = {Status.PASS: "+", Status.WARN: "!", Status.FAIL: "x", Status.ERROR: "x"}
    return Span((plain if ascii_only else fancy)[status], STATUS_ROLES[status])
