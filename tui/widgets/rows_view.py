"""A table of rows with a cursor, a filter line and a window, drawn like `LinesView`.

The cursor stays on its row while rows come and go; at the end that a table follows it stays at
that end. Only lines that changed are painted. Keys belong to the pane (`tui.panes.rows_pane`).
"""

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from core.text import _, clean
from tui.lines import EMPTY, Line, Span, cut, fit, line
from tui.rows import Layout, Row, RowTable, filtered, lay_out
from tui.widgets.lines_view import LinesView

_EDGES = 2
_LONGEST_FILTER = 200
_WHEEL = 3


class RowsView(LinesView):
    """Shows a `RowTable`. `show_table` takes the next content."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor"}

    DEFAULT_CSS = """
    RowsView {
        .rows--cursor { background: $panel-lighten-1; text-style: bold; }
    }
    """

    class Opened(Message):
        """A row was chosen with the mouse, twice."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as every Textual widget names it
        super().__init__(id=id, classes=classes)
        self._table = RowTable((), ())
        self._rows: tuple[Row, ...] = ()
        self._cursor = 0
        self._top = 0
        self._filter = ""
        self._typing = False
        self._ascii = False
        self._cursor_shown = True
        self._painted_cursor = -1

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self._cursor] if self._rows else None

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows that pass the filter."""
        return self._rows

    @property
    def filter(self) -> str:
        """What the rows are filtered by."""
        return self._filter

    @property
    def typing(self) -> bool:
        """Whether keys go into the filter line."""
        return self._typing

    def show_table(self, table: RowTable, *, ascii_only: bool = False, cursor: bool = True) -> None:
        """Show a table; the cursor stays on its row. cursor: whether it is seen."""
        self._ascii = ascii_only
        self._cursor_shown = cursor
        if table is not self._table:
            self._table = table
            self._refill()
        self._paint()

    def move(self, step: int) -> None:
        """Move the cursor by so many rows; it stays at the ends."""
        self._cursor = min(max(self._cursor + step, 0), max(len(self._rows) - 1, 0))
        self._paint()

    def move_page(self, pages: float) -> None:
        """Move the cursor by a part of the visible rows."""
        self.move(int(self._room * pages) or (1 if pages > 0 else -1))

    def move_to_end(self, *, last: bool) -> None:
        """Move the cursor to the first or the last row."""
        self.move(len(self._rows) if last else -len(self._rows))

    def begin_filter(self) -> None:
        """Send keys into the filter line."""
        self._typing = True
        self._paint()

    def end_typing(self) -> None:
        """Keep the filter; send no more keys into it."""
        if self._typing:
            self._typing = False
            self._paint()

    def clear_filter(self) -> bool:
        """End the filter; return whether there was one."""
        was = self._typing or bool(self._filter)
        self._typing = False
        self.set_filter("")
        return was

    def set_filter(self, text: str) -> None:
        """Show only rows with every word of a text."""
        self._filter = text[:_LONGEST_FILTER]
        self._refill()
        self._paint()

    def type_key(self, event: events.Key) -> bool:
        """Take a key into the filter line; return whether it was one for it."""
        if not self._typing:
            return False
        if event.key == "escape":
            self.clear_filter()
        elif event.key == "enter":
            self.end_typing()
        elif event.key == "backspace":
            self.set_filter(self._filter[:-1])
        elif event.key == "ctrl+u":
            self.set_filter("")
        elif event.is_printable and event.character:
            self.set_filter(self._filter + clean(event.character))
        else:
            return False
        return True

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move down."""
        event.stop()
        self.move(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move up."""
        event.stop()
        self.move(-_WHEEL)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row under the pointer; a second click opens it."""
        line_number = event.y - self._table.head
        index = self._top + line_number
        if not 0 <= line_number < self._room or index >= len(self._rows):
            return
        self._cursor = index
        self._paint()
        if event.chain > 1:
            self.post_message(self.Opened())

    def on_resize(self, _event: events.Resize) -> None:
        """Draw for another size."""
        self._paint()

    @property
    def _room(self) -> int:
        """Rows that fit below the titles, above the filter line."""
        return max(self.size.height - self._table.head - bool(self._typing or self._filter), 1)

    def _refill(self) -> None:
        """Filter anew and find the cursor's row again, on the line of the screen where it was."""
        before, at = self.current, self._cursor
        follow, count = self._table.follow, len(self._rows)
        at_end = (follow == "first" and at == 0) or (follow == "last" and at >= count - 1)
        self._rows = filtered(self._table.rows, self._filter)
        last = max(len(self._rows) - 1, 0)
        if at_end:
            self._cursor = 0 if follow == "first" else last
            return
        place = at
        if before is not None:
            place = next((i for i, row in enumerate(self._rows) if row.key == before.key), at)
        self._cursor = min(place, last)
        self._top = max(self._top + self._cursor - at, 0)

    def _paint(self) -> None:
        width, room = self.size.width, self._room
        if not self.size:
            return
        if not self._top <= self._cursor < self._top + room:
            self._top = self._cursor if self._cursor < self._top else self._cursor - room + 1
        self._top = max(min(self._top, len(self._rows) - room), 0)
        layout = lay_out(self._table.columns, width - _EDGES - 2)
        head = self._table.head
        lines = [line("  ", layout.head())][:head] + self._visible(layout, room)
        if self._typing or self._filter:
            lines += [EMPTY] * (room + head - len(lines)) + [self._filter_line(width)]
        seen = self._rows and self._cursor_shown
        cursor = head + self._cursor - self._top if seen else -1
        moved = {cursor, self._painted_cursor} - {-1} if cursor != self._painted_cursor else set()
        self._painted_cursor = cursor
        self.show(lines)
        self.refresh(*(Region(0, y, width, 1) for y in moved)) if moved else None

    def _visible(self, layout: Layout, room: int) -> list[Line]:
        shown = self._rows[self._top : self._top + room]
        pointer = ">" if self._ascii else "▸"
        lines = []
        for index, row in enumerate(shown):
            here = self._cursor_shown and self._top + index == self._cursor
            mark = pointer if here else " "
            body = line(Span(mark, "accent"), " ", layout.line(row))
            lines.append(line(body, " ", self._thumb(index, room)))
        return lines

    def _thumb(self, index: int, room: int) -> Span:
        """Return the cell of the scroll bar beside a visible row."""
        count = len(self._rows)
        if count <= room:
            return Span(" ")
        length = max(room * room // count, 1)
        start = round(self._top / (count - room) * (room - length))
        inside = start <= index < start + length
        return Span(("#" if self._ascii else "█") if inside else " ", "dim")

    def _filter_line(self, width: int) -> Line:
        block = ("_" if self._ascii else "▏") if self._typing else ""
        total = len(self._table.rows)
        found = _("{shown} of {total}").format(shown=len(self._rows), total=total)
        text = line(Span("/", "accent"), fit_end(self._filter, max(width - 24, 4)), block)
        return cut(line(text, Span(f"   {found}", "dim")), width)

    def render_line(self, y: int) -> Strip:
        """Return one line; that of the cursor stands out."""
        strip = super().render_line(y)
        if y != self._painted_cursor:
            return strip
        style = self.get_component_rich_style("rows--cursor", partial=True)
        return Strip([Segment(part.text, (part.style or style) + style) for part in strip])


def fit_end(text: str, width: int) -> str:
    """Return the end of a text that is too long."""
    return text if len(text) <= width else "…" + fit(text[-(width - 1) :], width - 1).rstrip()
