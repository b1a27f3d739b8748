"""One check in full: its message, its figures, and the rows it found."""

from collections.abc import Mapping
from datetime import datetime

from core.text import _
from core.validation.model import MAX_ROWS, CheckResult
from tui.styled_text import EMPTY, Line, Span, fit, line
from tui.views.blocks import rule
from tui.views.frame import Frame, wrap
from tui.views.remedies import told
from tui.views.strip import STATUS_ROLES

_NAME = 24
_ROW_NAME = 20


def check_details(check: CheckResult, frame: Frame, at: datetime) -> list[Line]:
    """Return everything a check says, in lines of the frame's width. at: now, in UTC."""
    role = STATUS_ROLES[check.status]
    lines = [
        line(Span(part, role))
        for part in wrap(f"{check.status.name} · {check.told(at)}", frame.width)
    ]
    lines += told(check.remedies, check.advice, frame)
    took = frame.formats.milliseconds(check.elapsed_s * 1_000)
    lines.append(line(Span(_("checked in {span}").format(span=took), "dim")))
    if check.figures:
        lines += [EMPTY, rule(_("metrics"), frame), *_pairs(check.figures, _NAME, frame)]
    if check.rows:
        title = _("sample rows, at most {count}").format(count=MAX_ROWS)
        lines += [EMPTY, rule(title, frame)]
    for index, row in enumerate(check.rows):
        lines += [EMPTY] if index else []
        lines += _pairs(row, _ROW_NAME, frame)
    return lines


def _pairs(pairs: Mapping[str, object], name_width: int, frame: Frame) -> list[Line]:
    lines = []
    for name, value in pairs.items():
        parts = wrap(_text(value), frame.width - name_width - 1) or ["–"]
        for index, part in enumerate(parts):
            label = fit("" if index else name, name_width)
            lines.append(line(Span(label + " ", "dim"), part))
    return lines


def _text(value: object) -> str:
    """Return a figure as text; figures are harmless already."""
    if value is None or value in ({}, []):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return " · ".join(f"{name} {_text(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(
            f"({_text(item)})" if isinstance(item, Mapping) else _text(item) for item in value
        )
    return str(value)
