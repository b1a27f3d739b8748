"""The scroll bar beside a window of rows, one cell a line."""

from tui.styled_text import Span


def thumb(index: int, room: int, count: int, top: int, *, ascii_only: bool) -> Span:
    """Return the cell of the bar beside a visible row.

    index: of the row in the window. room: rows that the window shows. count: rows in all. top: the
    first row shown.
    """
    if count <= room:
        return Span(" ")
    length = max(room * room // count, 1)
    start = round(top / (count - room) * (room - length))
    inside = start <= index < start + length
    return Span(("#" if ascii_only else "█") if inside else " ", "dim")
