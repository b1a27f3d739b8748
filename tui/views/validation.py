"""The validation pane: every check with its verdict, and the runs before."""

from collections.abc import Sequence

from core.operations.snapshot import DeskSnapshot
from core.text import _, clean
from core.validation.history import PastRun
from core.validation.model import CheckResult, Status, ValidationResult
from tui.lines import EMPTY, Line, Role, Span, advice, cut, fit, line
from tui.views.blocks import Column, rule, table
from tui.views.frame import Frame, problem, wrap
from tui.views.strip import STATUS_ROLES, status_sign

_TWO_COLUMNS = 70
_NAME = 21
_CELL = 25
_SHOWN_RUNS = 20
_LEAST_HISTORY = 4


def validation(
    now: DeskSnapshot, frame: Frame, selected: str = "", past: Sequence[PastRun] = ()
) -> list[Line]:
    """Return the checks, in two columns where there is room, worst first where there is not.

    selected: name of the check under the cursor, empty for none. past: earlier runs, newest first.
    """
    task = now.validation
    lines: list[Line] = []
    if task.error:
        lines = [*problem(task.error, task.hint, frame.width), EMPTY]
    if task.result is None:
        lines += _none_yet(now, frame)
        return _with_history(lines, past, frame)
    if frame.full:
        lines += _whole(task.result, frame, selected, frame.height - len(lines) - _below(now, past))
        lines += _reports(now, frame)
        return _with_history(lines, past, frame)
    return (lines + _brief(task.result, frame, selected))[: frame.height]


def listed(result: ValidationResult, frame: Frame) -> list[CheckResult]:
    """Return the checks in the order in which they are shown: worst first in a small pane."""
    checks = list(result.checks)
    if not frame.full or len(checks) > frame.height:
        checks.sort(key=lambda check: -check.status)
    return checks


def _none_yet(now: DeskSnapshot, frame: Frame) -> list[Line]:
    if now.validation.running:
        name = clean(now.validation.note)
        return [line(Span(_("checking: {name}").format(name=name), "wait"))]
    text = _("press [v] to run all checks, [i] to run them regularly")
    return [line(_("not checked yet")), EMPTY, *advice(text, frame.width)]


def _brief(result: ValidationResult, frame: Frame, selected: str) -> list[Line]:
    """Return a line for each check that is not well; the others need no more than their names."""
    checks = listed(result, frame)
    if len(checks) <= frame.height:
        return [_check(check, frame.width, frame, selected) for check in checks]
    bad = [check for check in checks if check.status]
    well = checks[len(bad) :]
    columns = max((frame.width + 1) // _CELL, 1)
    if not bad and -(-len(well) // 2) <= frame.height and frame.width >= _TWO_COLUMNS:
        return _columns(well, 2, frame, selected)
    lines = [_check(check, frame.width, frame, selected) for check in bad]
    lines += _columns(well, columns, frame, selected)
    if len(lines) > frame.height and frame.width >= _TWO_COLUMNS:
        lines = _columns(checks, 2, frame, selected)
    return _window(lines, frame.height)


def _window(lines: list[Line], height: int) -> list[Line]:
    """Return the lines from the top, or as far down as the cursor is."""
    marked = [
        index
        for index, entry in enumerate(lines)
        if any(span.role == "accent" and span.text.strip() for span in entry.spans)
    ]
    start = max(marked[0] - max(height, 1) + 1, 0) if marked else 0
    return lines[start:]


def _columns(
    checks: Sequence[CheckResult], columns: int, frame: Frame, selected: str
) -> list[Line]:
    """Return checks in columns, read row by row."""
    width = (frame.width - (columns - 1)) // columns
    lines = []
    for start in range(0, len(checks), columns):
        parts: list[Line | str] = []
        for check in checks[start : start + columns]:
            parts += [" "] if parts else []
            parts.append(_check(check, width, frame, selected))
        lines.append(line(*parts))
    return lines


def _whole(result: ValidationResult, frame: Frame, selected: str, room: int) -> list[Line]:
    """Return every check with its whole message, as far as there is room."""
    checks = listed(result, frame)
    blocks = [_wrapped(check, frame, selected) for check in checks]
    if sum(map(len, blocks)) > room:
        blocks = [[_check(check, frame.width, frame, selected)] for check in checks]
    return _window([entry for block in blocks for entry in block], room)


def _check(check: CheckResult, width: int, frame: Frame, selected: str) -> Line:
    role: Role = "text" if check.status else "dim"
    head = _head(check, frame, selected)
    return cut(line(head, Span(fit(check.message, width - head.width), role)), width)


def _wrapped(check: CheckResult, frame: Frame, selected: str) -> list[Line]:
    head = _head(check, frame, selected)
    role: Role = "text" if check.status else "dim"
    parts = wrap(check.message, frame.width - head.width) or [""]
    return [
        line(head if not index else " " * head.width, Span(part, role))
        for index, part in enumerate(parts)
    ]


def _head(check: CheckResult, frame: Frame, selected: str) -> Line:
    here = check.name == selected
    mark = (">" if frame.ascii_only else "▸") if here else " "
    name_role: Role = "bold" if here else "text"
    return line(
        Span(mark, "accent"),
        status_sign(check.status, ascii_only=frame.ascii_only),
        " ",
        Span(fit(check.name, _NAME) + " ", name_role),
    )


def _reports(now: DeskSnapshot, frame: Frame) -> list[Line]:
    if not now.reports:
        return []
    result = now.validation.result
    took = frame.formats.span(result.elapsed_s) if result else ""
    title = _("reports · checked in {span}").format(span=took)
    paths = [line(Span(cut_start(clean(path), frame.width), "dim")) for path in now.reports]
    return [rule(title, frame), *paths]


def cut_start(text: str, width: int) -> str:
    """Return a path in at most `width` characters; its end matters most."""
    return text if len(text) <= width else "…" + text[len(text) - width + 1 :]


def _below(now: DeskSnapshot, past: Sequence[PastRun]) -> int:
    """Return the lines that reports and history need at least."""
    reports = len(now.reports) + 1 if now.reports else 0
    return reports + (_LEAST_HISTORY if past else 0)


def _with_history(lines: list[Line], past: Sequence[PastRun], frame: Frame) -> list[Line]:
    room = frame.height - len(lines)
    if not frame.full or not past or room < 2:  # noqa: PLR2004 - a heading and the row of signs
        return [cut(entry, frame.width) for entry in lines[: frame.height]]
    shown = [*lines, rule(_("earlier runs, newest last"), frame), history(past, frame)]
    room = min(frame.height - len(shown), _SHOWN_RUNS + 1)
    if room > 1:
        shown += _runs(past[: room - 1], frame)
    return [cut(entry, frame.width) for entry in shown]


def history(past: Sequence[PastRun], frame: Frame) -> Line:
    """Return a sign for each run, oldest first: what a sparkline of verdicts is."""
    spans = []
    for run in reversed(past[: max(frame.width, 0)]):
        status = _status(run)
        spans.append(status_sign(status, ascii_only=frame.ascii_only))
    return line(*spans)


def _runs(past: Sequence[PastRun], frame: Frame) -> list[Line]:
    form = frame.formats
    columns = [
        Column(_("run (UTC)"), 15),
        Column(_("verdict"), 8),
        Column(_("raw events"), 13, right=True),
        Column(_("orders"), 13, right=True),
        Column(_("dead letters"), 13, right=True),
    ]
    rows = [
        (
            form.day_time(run.run_at),
            Span(run.status, STATUS_ROLES[_status(run)]),
            form.count(run.totals.raw_events),
            form.count(run.totals.orders),
            form.count(run.totals.dead_letters),
        )
        for run in past
    ]
    return table(columns, rows)


def _status(run: PastRun) -> Status:
    return Status.__members__.get(run.status, Status.ERROR)
