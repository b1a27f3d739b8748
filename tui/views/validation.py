"""The validation pane: every check with its verdict."""

from core.operations.snapshot import DeskSnapshot
from core.text import _
from core.validation.model import CheckResult
from tui.lines import Line, Role, Span, advice, fit, line
from tui.views.frame import Frame, problem
from tui.views.strip import status_sign

_TWO_COLUMNS = 70


def validation(now: DeskSnapshot, frame: Frame) -> list[Line]:
    """Return the checks, in two columns where there is room, worst first where there is not."""
    task = now.validation
    if task.error:
        return problem(task.error, task.hint, frame.width)
    if task.result is None:
        if task.running:
            return [line(Span(_("checking: {name}").format(name=task.note), "wait"))]
        return [
            line(_("not checked yet")),
            line(),
            *advice(_("press [v] to run all checks"), frame.width),
        ]
    checks = list(task.result.checks)
    columns = 2 if frame.width >= _TWO_COLUMNS else 1
    rows = frame.height
    if len(checks) > rows * columns:
        checks.sort(key=lambda check: -check.status)
        checks = checks[: rows * columns]
    per_column = -(-len(checks) // columns)
    width = (frame.width - (columns - 1) * 2) // columns
    lines = []
    for row in range(per_column):
        parts: list[Line | str] = []
        for column in range(columns):
            index = column * per_column + row
            if index < len(checks):
                parts += ["  "] if column else []
                parts.append(_check(checks[index], width, frame))
        lines.append(line(*parts))
    return lines


def _check(check: CheckResult, width: int, frame: Frame) -> Line:
    name = fit(check.name, 22)
    role: Role = "dim" if not check.status else "text"
    return line(
        status_sign(check.status, ascii_only=frame.ascii_only),
        " ",
        name,
        " ",
        Span(fit(check.message, width - 25), role),
    )
