"""A table of rows with a cursor, a filter line and a window, drawn like `LinesView`.

The cursor is on a row, known by its key, and goes with it while rows come and go. A table that
follows an end shows that end until the cursor is moved; a row that leaves the screen then is chosen
no more, and none is until a key chooses one. So a key never acts on a row that came under the
cursor by itself. Only lines that changed are painted. Keys belong to the pane
(`tui.panes.rows_pane`).
"""

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from core.text import _, clean
from tui.row_table import Layout, Row, RowTable, filtered, lay_out
from tui.scroll import thumb
from tui.styled_text import EMPTY, Line, Span, cut, fit_end, line
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
        """A row was clicked."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as every Textual widget names it
        super().__init__(id=id, classes=classes)
        self._table = RowTable((), ())
        self._rows: tuple[Row, ...] = ()
        self._chosen: Row | None = None
        self._cursor: int | None = None
        self._place = 0
        self._fresh = self._following = True
        self._top = 0
        self._filter = ""
        self._typing = False
        self._ascii = False
        self._cursor_shown = True
        self._painted_cursor = -1

    @property
    def current(self) -> Row | None:
        """The row under the cursor; None while none is chosen, or the chosen one is gone."""
        return None if self._cursor is None else self._chosen

    @property
    def gone(self) -> Row | None:
        """The row that was under the cursor until it left the table."""
        return self._chosen if self._cursor is None else None

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
        """Move the cursor by so many rows; it stays at the ends. Without one, choose a row."""
        if self._cursor is None:
            self._put(self._first_place())
        else:
            self._put(self._cursor + step)
        self._paint()

    def move_page(self, pages: float) -> None:
        """Move the cursor by a part of the visible rows."""
        self.move(int(self._room * pages) or (1 if pages > 0 else -1))

    def move_to_end(self, *, last: bool) -> None:
        """Move the cursor to the first or the last row, and follow the table there."""
        self._put(len(self._rows) if last else 0)
        self._following = self._table.follow == ("last" if last else "first")
        self._paint()

    def point_at(self, key: str) -> None:
        """Put the cursor on the row of a key, where there is one."""
        place = next((place for place, row in enumerate(self._rows) if row.key == key), None)
        if place is not None:
            self._put(place)
            self._paint()

    def choose(self) -> Row | None:
        """Return the row under the cursor; put it at the end that is followed where none is."""
        if self._cursor is None and self._chosen is None:
            self.move(0)
        return self.current

    def start_over(self) -> None:
        """Forget rows, cursor and filter: another table follows."""
        self._table = RowTable((), ())
        self._chosen, self._cursor, self._place, self._top = None, None, 0, 0
        self._fresh = self._following = True
        self.clear_filter()

    def _put(self, place: int) -> None:
        """Put the cursor on the row at a place, or on the last one before it."""
        if not self._rows:
            return
        self._following = self._fresh = False
        self._set_cursor(min(max(place, 0), len(self._rows) - 1))

    def _set_cursor(self, place: int) -> None:
        """Take a row as the chosen one; there is none in an empty table."""
        self._cursor = place if self._rows else None
        self._chosen = self._rows[place] if self._rows else None
        self._place = max(place, 0)

    @property
    def _follows(self) -> bool:
        """Whether an end of the table is shown, whatever comes."""
        return self._following and bool(self._table.follow)

    def _first_place(self) -> int:
        """Return where a cursor appears: at the end that is followed, or where it was last."""
        if not self._following:
            return self._place
        return len(self._rows) - 1 if self._table.follow == "last" else 0

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

    async def on_click(self, event: events.Click) -> None:
        """Open the row under the pointer."""
        line_number = event.y - self._table.head
        index = self._top + line_number
        if not 0 <= line_number < self._room or index >= len(self._rows) or self._on_bar(event):
            return
        self._put(index)
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
        return event.x >= self.size.width - 1 and len(self._rows) > self._room

    def _drag(self, event: events.MouseEvent) -> None:
        """Put the cursor as far down the rows as the pointer is down the bar."""
        share = (event.y - self._table.head) / max(self._room - 1, 1)
        self._put(round(min(max(share, 0.0), 1.0) * (len(self._rows) - 1)))
        self._paint()

    def on_resize(self, _event: events.Resize) -> None:
        """Draw for another size."""
        self._paint()

    @property
    def _room(self) -> int:
        """Rows that fit below the titles, above the filter line."""
        return max(self.size.height - self._table.head - bool(self._typing or self._filter), 1)

    def _refill(self) -> None:
        """Filter anew and find the chosen row again, on the line of the screen where it was."""
        at, chosen = self._cursor, self._chosen
        self._rows = filtered(self._table.rows, self._filter)
        if self._fresh:
            if self._rows:
                self._fresh = False
                self._set_cursor(self._first_place())
            return
        if chosen is None:
            return
        place = next((i for i, row in enumerate(self._rows) if row.key == chosen.key), None)
        if place is not None:
            self._set_cursor(place)
            self._top = max(self._top + place - (place if at is None else at), 0)
        elif at is not None and any(row.key == chosen.key for row in self._table.rows):
            # Only the filter leaves it out.
            self._set_cursor(min(at, len(self._rows) - 1))
            self._fresh = not self._rows
        else:
            self._cursor = None
            if self._follows:
                self._chosen = None

    def _window(self, room: int) -> None:
        """Choose the rows on the screen: those at the end that is followed, or the cursor's."""
        last_top = max(len(self._rows) - room, 0)
        if self._follows:
            self._top = last_top if self._table.follow == "last" else 0
            if self._cursor is not None and not self._top <= self._cursor < self._top + room:
                self._cursor = self._chosen = None
        elif self._cursor is not None and not self._top <= self._cursor < self._top + room:
            self._top = self._cursor if self._cursor < self._top else self._cursor - room + 1
        self._top = min(self._top, last_top)

    def _paint(self) -> None:
        width, room = self.size.width, self._room
        if not self.size:
            return
        self._window(room)
        layout = lay_out(self._table.columns, width - _EDGES - 2)
        head = self._table.head
        lines = [line("  ", layout.head())][:head] + self._visible(layout, room)
        if self._typing or self._filter:
            lines += [EMPTY] * (room + head - len(lines)) + [self._filter_line(width)]
        seen = self._cursor is not None and self._cursor_shown
        cursor = head + (self._cursor or 0) - self._top if seen else -1
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
            bar = thumb(index, room, len(self._rows), self._top, ascii_only=self._ascii)
            lines.append(line(body, " ", bar))
        return lines

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
