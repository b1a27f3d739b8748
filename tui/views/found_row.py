"""A row of any columns in full: a line for each, JSON indented."""

from collections.abc import Sequence

from core.text import clean
from core.warehouse.questions import ColumnAsked
from tui.styled_text import Line, Span, fit, line
from tui.views.frame import Frame
from tui.views.payload import payload

_NAME = 24
_LONG = 200_000


def cell_lines(columns: Sequence[ColumnAsked], row: Sequence[object], frame: Frame) -> list[Line]:
    """Return a line for each column of a row, more where the cell needs them."""
    names = [clean(column.name, _NAME * 2) for column in columns]
    wide = min(max((len(name) for name in names), default=0), _NAME) + 2
    lines: list[Line] = []
    for name, cell in zip(names, row, strict=True):
        title = Span(fit(name, wide), "dim")
        if cell is None:
            lines.append(line(title, Span("NULL", "dim")))
            continue
        data = cell if isinstance(cell, bytes) else str(cell).encode("utf-8", "replace")
        first, *more = payload(data[:_LONG], len(data), max(frame.width - wide, 10), frame.formats)
        lines.append(line(title, first))
        lines += [line(" " * wide, each) for each in more]
    return lines
