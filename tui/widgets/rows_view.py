"""A table of rows with a cursor, a filter line and a window, drawn like `LinesView`.

Which row the cursor is on is told by `tui.widgets.row_cursor`: a key never acts on a row that came
under the cursor by itself. Only lines that changed are painted. Keys belong to the pane
(`tui.panes.rows_pane`).
"""

from collections.abc import Sequence
from typing import ClassVar, cast

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from core.text import _, clean
from tui.row_order import Arrangement, KeepsArrangements, arranged
from tui.row_table import Layout, Row, RowTable, lay_out
from tui.scroll import thumb
from tui.styled_text import EMPTY, Line, Span, cut, fit_end, line
from tui.widgets.lines_view import LinesView
from tui.widgets.row_cursor import RowCursor

_EDGES = 2
_LONGEST_FILTER = 200
_WHEEL = 3


class RowsView(LinesView):
    """Shows a `RowTable`. `show_table` takes the next content."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor"}

    DEFAULT_CSS = """
    RowsView {
        .rows--cursor { background: $row-cursor; text-style: bold; }
        &:light .rows--cursor { color: $row-cursor-text; }
        &:ansi .rows--cursor { color: $row-cursor-text; }
    }
    """

    class Opened(Message):
        """A row was clicked."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as every Textual widget names it
        super().__init__(id=id, classes=classes)
        self._cursor = RowCursor()
        self._typing = False
        self._given = RowTable((), ())
        self._ascii = False
        self._cursor_shown = True
        self._painted_cursor = -1

    @property
    def current(self) -> Row | None:
        """The row under the cursor; None while none is chosen, or the chosen one is gone."""
        return self._cursor.current

    @property
    def gone(self) -> Row | None:
        """The row that was under the cursor until it left the table."""
        return self._cursor.gone

    @property
    def follows(self) -> bool:
        """Whether an end of the table is shown, whatever comes: no key has moved the cursor."""
        return self._cursor.follows

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows that pass the filter."""
        return self._cursor.rows

    @property
    def filter(self) -> str:
        """What the rows are filtered by."""
        return self._cursor.filter

    @property
    def typing(self) -> bool:
        """Whether keys go into the filter line."""
        return self._typing

    def show_table(self, table: RowTable, *, ascii_only: bool = False, cursor: bool = True) -> None:
        """Show a table; the cursor stays on its row. cursor: whether it is seen."""
        self._ascii = ascii_only
        self._cursor_shown = cursor
        if table is not self._given:
            self._given = table
            self._cursor.take(arranged(table, self.arrangement, ascii_only=ascii_only))
        self._paint()

    @property
    def arrangement(self) -> Arrangement:
        """How the rows of this list are arranged; the console knows each list by its name."""
        return cast("KeepsArrangements", self.app).arrangements.of(self._given.name)

    def order_rows(self, how: Arrangement) -> None:
        """Arrange the rows otherwise; the cursor stays on its row."""
        cast("KeepsArrangements", self.app).arrangements.put(self._given.name, how)
        self._cursor.take(arranged(self._given, how, ascii_only=self._ascii))
        self._paint()

    @property
    def columns(self) -> Sequence[str]:
        """What the columns of the list are known by, hidden ones too."""
        return self._given.column_names

    def seek(self, step: int) -> bool:
        """Go to the next match of what was filtered by, while all rows stay."""
        self._typing = False
        found = self._cursor.seek(step)
        self._paint()
        return found

    def move(self, step: int) -> None:
        """Move the cursor by so many rows; it stays at the ends. Without one, choose a row."""
        self._cursor.move(step)
        self._paint()

    def move_page(self, pages: float) -> None:
        """Move the cursor by a part of the visible rows."""
        self.move(int(self._room * pages) or (1 if pages > 0 else -1))

    def move_to_end(self, *, last: bool) -> None:
        """Move the cursor to the first or the last row, and follow the table there."""
        self._cursor.move_to_end(last=last)
        self._paint()

    def point_at(self, key: str) -> None:
        """Put the cursor on the row of a key, where there is one."""
        if self._cursor.point_at(key):
            self._paint()

    def choose(self) -> Row | None:
        """Return the row under the cursor; put it at the end that is followed where none is."""
        if self.current is None and self.gone is None:
            self.move(0)
        return self.current

    def start_over(self) -> None:
        """Forget rows, cursor and filter: another table follows."""
        self._given = RowTable((), ())
        self._cursor.start_over()
        self.clear_filter()

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
        was = self._typing or bool(self.filter) or bool(self._cursor.sought)
        self._typing = False
        self.set_filter("")
        return was

    def set_filter(self, text: str) -> None:
        """Show only rows with every word of a text."""
        self._cursor.narrow(text[:_LONGEST_FILTER])
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
            self.set_filter(self.filter[:-1])
        elif event.key == "ctrl+u":
            self.set_filter("")
        elif event.is_printable and event.character:
            self.set_filter(self.filter + clean(event.character))
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

    async def on_click(self, event: events.Click) -> None:
        """Open the row under the pointer."""
        line_number = event.y - self._cursor.table.head
        index = self._cursor.top + line_number
        if not 0 <= line_number < self._room or index >= len(self.rows) or self._on_bar(event):
            return
        self._cursor.put(index)
        self._paint()
        self.post_message(self.Opened())

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the scroll bar."""
        if self._on_bar(event):
            self.capture_mouse()
            self._drag(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Go where the scroll bar is pulled to."""
        if self.app.mouse_captured is self:
            self._drag(event)

    def on_mouse_up(self, _event: events.MouseUp) -> None:
        """Let go of the scroll bar."""
        if self.app.mouse_captured is self:
            self.release_mouse()

    def _on_bar(self, event: events.MouseEvent) -> bool:
        """Whether the pointer is on the scroll bar, which is there where rows do not fit."""
        return event.x >= self.size.width - 1 and len(self.rows) > self._room

    def _drag(self, event: events.MouseEvent) -> None:
        """Put the cursor as far down the rows as the pointer is down the bar."""
        share = (event.y - self._cursor.table.head) / max(self._room - 1, 1)
        self._cursor.put(round(min(max(share, 0.0), 1.0) * (len(self.rows) - 1)))
        self._paint()

    def on_resize(self, _event: events.Resize) -> None:
        """Draw for another size."""
        self._paint()

    @property
    def _room(self) -> int:
        """Rows that fit below the titles, above the filter line."""
        return max(self.size.height - self._cursor.table.head - self.has_filter_line, 1)

    def _paint(self) -> None:
        width, room = self.size.width, self._room
        if not self.size:
            return
        self._cursor.fit(room)
        layout = lay_out(self._cursor.table.columns, width - _EDGES - 2)
        head = self._cursor.table.head
        lines = [line("  ", layout.head())][:head] + self._visible(layout, room)
        if self.has_filter_line:
            lines += [EMPTY] * (room + head - len(lines)) + [self._filter_line(width)]
        place = self._cursor.place
        seen = place is not None and self._cursor_shown
        cursor = head + (place or 0) - self._cursor.top if seen else -1
        moved = {cursor, self._painted_cursor} - {-1} if cursor != self._painted_cursor else set()
        self._painted_cursor = cursor
        self.show(lines)
        self.refresh(*(Region(0, y, width, 1) for y in moved)) if moved else None

    def _visible(self, layout: Layout, room: int) -> list[Line]:
        shown = self.rows[self._cursor.top : self._cursor.top + room]
        pointer = ">" if self._ascii else "▸"
        lines = []
        for index, row in enumerate(shown):
            here = self._cursor_shown and self._cursor.top + index == self._cursor.place
            mark = pointer if here else " "
            body = line(Span(mark, "accent"), " ", layout.line(row))
            bar = thumb(index, room, len(self.rows), self._cursor.top, ascii_only=self._ascii)
            lines.append(line(body, " ", bar))
        return lines

    @property
    def has_filter_line(self) -> bool:
        """Whether a line below the rows says what they are filtered by, or what is sought."""
        return bool(self._typing or self.filter or self._cursor.sought)

    def _filter_line(self, width: int) -> Line:
        block = ("_" if self._ascii else "▏") if self._typing else ""
        total = len(self._cursor.table.rows)
        found = _("{shown} of {total}").format(shown=len(self.rows), total=total)
        words = self.filter
        if self._cursor.sought:
            words, matches = self._cursor.sought, self._cursor.matches
            place = matches.index(self._cursor.place) + 1 if self._cursor.place in matches else 0
            found = _("match {place} of {total}").format(place=place, total=len(matches))
        text = line(Span("/", "accent"), fit_end(words, max(width - 24, 4)), block)
        return cut(line(text, Span(f"   {found}", "dim")), width)

    def render_line(self, y: int) -> Strip:
        """Return one line; that of the cursor stands out."""
        strip = super().render_line(y)
        if y != self._painted_cursor:
            return strip
        style = self.get_component_rich_style("rows--cursor", partial=True)
        return Strip([Segment(part.text, (part.style or style) + style) for part in strip])
