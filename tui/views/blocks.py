"""Blocks of lines put together: side by side, under a heading, as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.text import ngettext
from tui.styled_text import EMPTY, Line, Role, Span, cut, fit, line
from tui.views.frame import Frame

_GAP = 3


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, its width in cells, and which side values keep to."""

    title: str
    width: int
    right: bool = False


Cell = str | Span


def rule(title: str, frame: Frame, width: int | None = None) -> Line:
    """Return a heading inside a pane."""
    dash = "-" if frame.ascii_only else "─"
    text = f"{dash * 2} {title} "
    whole = frame.width if width is None else width
    return line(Span(fit(text + dash * max(whole - len(text), 0), whole), "dim"))


def beside(left: Sequence[Line], right: Sequence[Line], width: int) -> list[Line]:
    """Return two blocks side by side, the left one in `width` cells."""
    lines = []
    for index in range(max(len(left), len(right))):
        first = cut(left[index] if index < len(left) else EMPTY, width)
        second = right[index] if index < len(right) else EMPTY
        lines.append(line(first, " " * (width - first.width + _GAP), second))
    return lines


def halves(width: int) -> tuple[int, int]:
    """Return the widths of two blocks side by side."""
    left = (width - _GAP) // 2
    return left, width - _GAP - left


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, heading: bool = True
) -> list[Line]:
    """Return rows in columns one space apart, under their headings."""
    lines = []
    if heading:
        titles = [Span(column.title, "dim") for column in columns]
        lines.append(_table_row(columns, titles))
    return lines + [_table_row(columns, row) for row in rows]


def facts(pairs: Sequence[tuple[str, Cell]], width: int, *, name_width: int = 15) -> list[Line]:
    """Return names with their values, a line each; values are cut to the width."""
    lines = []
    for name, value in pairs:
        text, role = _split(value)
        lines.append(
            line(
                Span(fit(name, name_width - 1) + " ", "dim"),
                Span(fit(text, width - name_width), role),
            )
        )
    return lines


def shortened(lines: Sequence[Line], most: int) -> list[Line]:
    """Return at most so many lines; the last one tells how many are missing."""
    if len(lines) <= most:
        return list(lines)
    missing = len(lines) - most + 1
    text = ngettext("{count} more", "{count} more", missing).format(count=missing)
    return [*lines[: most - 1], line(Span("  " + text, "dim"))]


def _split(cell: Cell) -> tuple[str, Role]:
    return (cell.text, cell.role) if isinstance(cell, Span) else (cell, "text")


def _table_row(columns: Sequence[Column], cells: Sequence[Cell]) -> Line:
    spans = []
    for index, column in enumerate(columns):
        text, role = _split(cells[index] if index < len(cells) else "")
        gap = "" if index == 0 else " "
        spans.append(Span(gap + fit(text, column.width, right=column.right), role))
    return line(*spans)
