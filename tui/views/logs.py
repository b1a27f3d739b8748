"""The log pane: the end of this process's log, newest last."""

import logging
from collections.abc import Mapping, Sequence

from core.clock import iso
from core.operations.logtail import LogEntry
from core.text import N_, _, clean
from tui.formats import Formats
from tui.row_table import Row, RowTable, column
from tui.styled_text import Line, Role, Span, cut, line
from tui.views.blocks import rule
from tui.views.frame import Frame
from tui.views.payload import pairs, wrapped

LEVELS = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR)
_ROLES: Mapping[str, Role] = {
    "DEBUG": "dim",
    "INFO": "text",
    "WARNING": "wait",
    "ERROR": "bad",
    "CRITICAL": "bad",
}


def logs_head(entries: Sequence[LogEntry], least: int, file: str, frame: Frame) -> list[Line]:
    """Return which levels are shown, and where the whole log is."""
    level = logging.getLevelName(least)
    spans = [
        Span(_("{level} and above").format(level=level), "bold"),
        Span("   " + _("whole log: {file}").format(file=clean(file, 300)), "dim"),
    ]
    lines = [cut(line(*spans), frame.width)]
    if not entries:
        lines.append(line(Span(_("nothing was logged since the console was opened"), "dim")))
    return lines


def logs_table(entries: Sequence[LogEntry], least: int, formats: Formats) -> RowTable:
    """Return the records of a level and above, newest last."""
    columns = (
        column(N_("time"), 9),
        column(N_("level"), 8),
        column(N_("logger"), 24, drop=2),
        column(N_("message"), 20, stretch=True),
    )
    rows = tuple(
        Row(
            str(entry.number),
            (
                Span(formats.clock(entry.at), "dim"),
                Span(clean(entry.level, 20), _ROLES.get(entry.level, "text")),
                Span(clean(entry.logger, 80), "dim"),
                _summary(entry),
            ),
            entry,
        )
        for entry in entries
        if entry.severity >= least
    )
    return RowTable(columns, rows, "last", name="logs")


def log_details(entry: LogEntry, frame: Frame) -> list[Line]:
    """Return everything a record says."""
    facts = [
        (_("time"), iso(entry.at)),
        (_("level"), clean(entry.level)),
        (_("logger"), clean(entry.logger)),
        (_("thread"), clean(entry.thread)),
        (_("message"), clean(entry.message, 20_000)),
    ]
    lines = pairs(facts, frame.width)
    if entry.fields:
        width = min(max(len(name) for name, _value in entry.fields) + 2, 30)
        found = [(clean(name, 28), clean(value, 20_000)) for name, value in entry.fields]
        lines += [line(), rule(_("fields"), frame), *pairs(found, frame.width, width)]
    if entry.trace:
        lines += [line(), rule(_("traceback"), frame)]
        lines += [line(part) for text in entry.trace for part in wrapped(clean(text), frame.width)]
    return lines


def _summary(entry: LogEntry) -> str:
    extras = " ".join(f"{name}={value}" for name, value in entry.fields)
    return clean(f"{entry.message}  {extras}" if extras else entry.message, 500)
