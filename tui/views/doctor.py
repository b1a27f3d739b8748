"""The doctor pane: what the doctor found, and the settings in force."""

from collections.abc import Mapping, Sequence

from core.doctor.model import Finding, Status
from core.operations.effective_settings import EffectiveSetting
from core.operations.snapshot import ControllerSnapshot
from core.text import N_, _, clean
from core.text.amounts import errors, warnings
from tui.row_table import Column, Row, RowTable, column
from tui.styled_text import Line, Role, Span, advice, bar, cut, line
from tui.views.frame import Frame, problem
from tui.views.payload import pairs
from tui.views.remedies import keys_of, told

_ROLES: Mapping[Status, Role] = {Status.OK: "ok", Status.WARN: "wait", Status.FAIL: "bad"}
_SIGNS = {Status.OK: ("✓", "+"), Status.WARN: ("!", "!"), Status.FAIL: ("✗", "x")}


def doctor_head(now: ControllerSnapshot, frame: Frame, *, settings: bool) -> list[Line]:
    """Return which list is shown, and how the visit goes."""
    tabs = [(_("checks"), not settings), (_("settings"), settings)]
    spans = [
        Span(f"[{name}]  " if chosen else f" {name}   ", "bold" if chosen else "dim")
        for name, chosen in tabs
    ]
    task = now.explored.doctor
    lines = [line(*spans)]
    if settings:
        return lines
    if task.running:
        done = bar(task.fraction or 0.0, 20, ascii_only=frame.ascii_only)
        lines.append(cut(line(done, Span(f"  {clean(task.note, 80)}", "dim")), frame.width))
    elif task.error:
        lines += problem(clean(task.error), clean(task.hint), frame.width)
    elif task.result is None:
        lines += advice(
            frame.keyed(_("press [r] to check everything"), {"r": "doctor.examine"}), frame.width
        )
    elif task.ended_at is not None:
        lines.append(_counts(task.result, frame.formats.age(task.ended_at, now.at)))
    return lines


def _counts(findings: Sequence[Finding], age: str) -> Line:
    count = {status: sum(one.status is status for one in findings) for status in Status}
    return line(
        Span(_("{count} ok").format(count=count[Status.OK]), "ok"),
        "  ",
        Span(
            warnings(count[Status.WARN]),
            "wait" if count[Status.WARN] else "dim",
        ),
        "  ",
        Span(
            errors(count[Status.FAIL]),
            "bad" if count[Status.FAIL] else "dim",
        ),
        Span("  " + _("{age} ago").format(age=age), "dim"),
    )


def findings_table(findings: Sequence[Finding], frame: Frame) -> RowTable:
    """Return a row for each check."""
    columns = (
        Column("", 1),
        column(N_("check"), 10),
        column(N_("found"), 30, stretch=True),
        column(N_("fix"), 40, drop=1),
    )
    rows = tuple(
        Row(
            one.name,
            (
                Span(_SIGNS[one.status][frame.ascii_only], _ROLES[one.status]),
                clean(one.name, 40),
                clean(one.detail, 600),
                Span(_how_to_fix(one, frame), "dim"),
            ),
            one,
        )
        for one in findings
    )
    return RowTable(columns, rows, name="doctor")


def settings_table(settings: Sequence[EffectiveSetting]) -> RowTable:
    """Return every setting: what is in force, and where it comes from."""
    columns = (
        column(N_("setting"), 34),
        column(N_("value"), 20, stretch=True),
        column(N_("from"), 22, drop=1),
        column(N_("change"), 16, drop=2),
    )
    rows = tuple(
        Row(
            one.name,
            (
                clean(one.name, 100),
                clean(one.value, 300),
                Span(where_from(one), "text" if one.where or one.by_option else "dim"),
                Span(when_changed(one), "wait" if one.pending else "dim"),
            ),
            one,
        )
        for one in settings
    )
    return RowTable(columns, rows, name="settings")


def where_from(one: EffectiveSetting) -> str:
    """Return where a setting comes from: an option, the environment, file and line, the default."""
    if one.by_option:
        return _("command line")
    return clean(one.where, 300) or _("default")


def when_changed(one: EffectiveSetting) -> str:
    """Return when a change of a setting takes effect, or that one waits for a restart."""
    if one.pending:
        return _("after a restart")
    if one.fixed:
        return _("not here")
    return _("at once") if one.at_once else _("at a restart")


def finding_details(found: Finding | EffectiveSetting, frame: Frame) -> list[Line]:
    """Return a check or a setting in full."""
    if isinstance(found, EffectiveSetting):
        rows = [
            (_("setting"), clean(found.name)),
            (_("value"), clean(found.value)),
            (_("from"), where_from(found)),
            (_("change"), when_changed(found)),
        ]
        return pairs(rows, frame.width)
    rows = [
        (_("check"), clean(found.name)),
        (_("status"), found.status.value),
        (_("found"), clean(found.detail)),
    ]
    fixing = told(found.remedies, found.advice, frame)
    return [*pairs(rows, frame.width), *([line(), *fixing] if fixing else [])]


def _how_to_fix(found: Finding, frame: Frame) -> str:
    """Return how to fix it in one line: by the key where there is one, else in full."""
    keys = keys_of(found.remedies, frame)
    return (
        _("; ").join(filter(None, (keys, clean(found.advice, 600))))
        if keys
        else clean(found.hint, 600)
    )
