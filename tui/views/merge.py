"""What a screen says of the merge: beside its consumer, and at its warehouse."""

from core.operations.snapshot import ControllerSnapshot
from core.text import _
from core.workers import RunState, state_name
from tui.styled_text import Line, Role, Span, line
from tui.views.frame import Frame, problem, state_role, state_sign


def merge_trouble(now: ControllerSnapshot, frame: Frame, restart: str) -> list[Line]:
    """Return why the merge ended, or what it waits for. restart: how to start it again."""
    last = now.merge
    if last.state is RunState.FAILED:
        told = _("the merge failed: {reason}").format(reason=last.error or "–")
        hint = _("{hint}; {restart}").format(hint=last.hint, restart=restart)
        return problem(told, hint if last.hint else restart, frame.width)
    if last.waiting_for:
        since = frame.formats.age(last.since or now.at, now.at)
        told = _("the merge waits: {reason}").format(reason=last.waiting_for)
        return problem(
            told, _("for {since}; resumes automatically").format(since=since), frame.width
        )
    return []


def merge_line(now: ControllerSnapshot, frame: Frame) -> Line:
    """Return the merge's state, what waits for it and when it last came to its end."""
    sign = state_sign(now.merge.state, ascii_only=frame.ascii_only)
    return line(sign, Span(_(" merge "), "dim"), *merge_spans(now, frame))


def merge_spans(now: ControllerSnapshot, frame: Frame) -> list[Span]:
    """Return the same without its sign and name."""
    last, form = now.merge, frame.formats
    spans = [Span(state_name(last.state), state_role(last.state))]
    if last.backlog is not None:
        role: Role = "text" if last.backlog.events else "dim"
        told = _(" · {count} wait").format(count=form.short(last.backlog.events))
        if last.backlog.events:
            told += _(" for {span}").format(span=form.span(last.backlog.age_s(now.at)))
        spans.append(Span(told, role))
    if last.last_merge is not None:
        age = form.age(last.last_merge, now.at)
        spans.append(Span(_(" · merged {age} ago").format(age=age), "dim"))
    return spans
