"""The validation pane: every check with its verdict, and the runs before."""

from collections.abc import Sequence
from datetime import datetime

from rich.cells import cell_len

from core.alerts.model import rule_name
from core.operations.snapshot import ControllerSnapshot, SinceCheck
from core.text import N_, _, clean, ngettext
from core.text.number_format import count
from core.validation.history import PastRun
from core.validation.model import CheckResult, Status, ValidationResult
from tui.row_table import Column, Row, RowTable, column
from tui.styled_text import EMPTY, Line, Role, Span, advice, cut, line
from tui.views.blocks import Column as Plain
from tui.views.blocks import rule, table
from tui.views.frame import Frame, problem, wrap
from tui.views.remedies import keys_of
from tui.views.strip import LEVEL_ROLES, STATUS_ROLES, status_sign

_NAME = 21
_FIX, _TOOK = 2, 4
"""Places of the columns that are not always there."""
_SHOWN_RUNS = 20
_LEAST_HISTORY = 3
_KEYS = {"v": "validation.run", "i": "validation.interval", "d": "app.demo"}


def validation_head(now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return what is wrong with the validation itself, or which key runs it."""
    task = now.validation
    lines: list[Line] = []
    if task.error:
        lines = [*problem(task.error, task.hint, frame.width), EMPTY]
    if task.result is None:
        lines += _none_yet(now, frame)
    else:
        lines += _doubts(now, task.result, frame)
    return [cut(entry, frame.width) for entry in lines]


def _doubts(now: ControllerSnapshot, result: ValidationResult, frame: Frame) -> list[Line]:
    """Return what the last verdict does not speak of: what came since, and what goes wrong now."""
    lines = []
    since = now.since_check
    if not result.checks:
        told = _("the report of this run is not there any more: [v] runs all checks")
        text = frame.keyed(told, _KEYS)
        lines += advice(text, frame.width)
    if since.outdated:
        role: Role = "wait" if since.dead_letters else "text"
        lines += [line(Span(part, role)) for part in wrap(outdated(since), frame.width)]
    for alert in now.errors:
        word, said = rule_name(alert.rule), clean(alert.message, 300)
        text = _("{word}: {text}").format(word=word, text=said)
        lines += [line(Span(part, LEVEL_ROLES[alert.level])) for part in wrap(text, frame.width)]
    return lines


def outdated(since: SinceCheck) -> str:
    """Return how far the pipeline has gone on since the checks ran."""
    events = ngettext("{count} event", "{count} events", since.events)
    letters = ngettext("{count} dead letter", "{count} dead letters", since.dead_letters)
    parts = [(events, since.events), (letters, since.dead_letters)]
    told = ", ".join(text.format(count=count(number)) for text, number in parts if number)
    return _("out of date: {what} since these checks").format(what=told)


def checks_table(
    result: ValidationResult | None, frame: Frame, at: datetime, *, old: bool = False
) -> RowTable:
    """Return a row for each check, the worst first; named columns in the full view only.

    The key that fixes what a check found stands before it: what was found may be cut. at: now, in
    UTC; messages tell ages. old: more has come since, so that a PASS is not green.
    """
    checks = sorted(result.checks if result else (), key=lambda check: -check.status)
    fixing = [keys_of(check.remedies, frame, whole=frame.full) for check in checks]
    columns = [
        Column("", 1),
        column(N_("check"), _NAME),
        column(N_("fix"), max(map(cell_len, fixing), default=0), drop=1),
        column(N_("found"), 40, stretch=True),
        column(N_("took"), 8, right=True, drop=2),
    ]
    places = [
        place
        for place in range(len(columns))
        if (place != _FIX or any(fixing)) and (place != _TOOK or frame.full)
    ]
    rows = []
    for check, keys in zip(checks, fixing, strict=True):
        cells = _row(check, keys, frame, at, old=old)
        rows.append(Row(check.name, tuple(cells[place] for place in places), check))
    shown = tuple(columns[place] for place in places)
    return RowTable(shown, tuple(rows), "first", titles=frame.full, name="checks")


def _row(
    check: CheckResult, keys: str, frame: Frame, at: datetime, *, old: bool
) -> tuple[str | Span, ...]:
    role: Role = "text" if check.status else "dim"
    took = frame.formats.milliseconds(check.elapsed_s * 1_000)
    sign = status_sign(check.status, ascii_only=frame.ascii_only)
    if old and check.status is Status.PASS:
        sign = Span(sign.text, "dim")
    name = clean(check.name, 60)
    return (sign, name, Span(keys, "accent"), Span(check.told(at), role), Span(took, "dim"))


def validation_foot(now: ControllerSnapshot, past: Sequence[PastRun], frame: Frame) -> list[Line]:
    """Return the reports of the last run and the runs before, as far as there is room.

    past: newest first.
    """
    if not frame.full:
        return []
    lines = _reports(now, frame) if now.validation.result else []
    lines = [EMPTY, *lines] if lines else []
    room = frame.height - len(lines)
    if past and room > _LEAST_HISTORY:
        lines += [EMPTY, rule(_("earlier runs, newest first"), frame), history(past, frame)]
        room = min(frame.height - len(lines), _SHOWN_RUNS + 1)
        lines += [EMPTY, *_runs(past[: room - 2], frame)] if room > _LEAST_HISTORY else []
    return [cut(entry, frame.width) for entry in lines[: frame.height]]


def _none_yet(now: ControllerSnapshot, frame: Frame) -> list[Line]:
    if now.validation.running:
        name = clean(now.validation.note)
        return [line(Span(_("checking: {name}").format(name=name), "wait"))]
    text = frame.keyed(_("press [v] to run all checks, [i] to run them regularly"), _KEYS)
    if now.validation.ended_at is not None and not now.validation.error:
        told = _("nothing to check yet: topic and tables are empty; [d] runs the demonstration")
        text = frame.keyed(told, _KEYS)
        return advice(text, frame.width)
    return [line(_("not checked yet")), EMPTY, *advice(text, frame.width)]


def _reports(now: ControllerSnapshot, frame: Frame) -> list[Line]:
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


def history(past: Sequence[PastRun], frame: Frame) -> Line:
    """Return a sign for each run, newest first as in the list below."""
    spans = []
    for run in past[: max(frame.width, 0)]:
        status = _status(run)
        spans.append(status_sign(status, ascii_only=frame.ascii_only))
    return line(*spans)


def _runs(past: Sequence[PastRun], frame: Frame) -> list[Line]:
    form = frame.formats
    columns = [
        Plain(_("run (UTC)"), 15),
        Plain(_("verdict"), 8),
        Plain(_("raw events"), 13, right=True),
        Plain(_("orders"), 13, right=True),
        Plain(_("dead letters"), 13, right=True),
    ]
    rows = [
        (
            form.day_time(run.run_at),
            Span(run.status, STATUS_ROLES[_status(run)]),
            form.count(run.totals.raw_events),
            form.count(run.totals.rows),
            form.count(run.totals.dead_letters),
        )
        for run in past
    ]
    return table(columns, rows)


def _status(run: PastRun) -> Status:
    return Status.__members__.get(run.status, Status.ERROR)
