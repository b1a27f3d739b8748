"""Rows of any columns, as a warehouse answers: a column is chosen too, sorted, hidden and shown.

More columns than fit are moved under the window by the chosen one. Every cell passes `clean`.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from core.text import N_, clean
from core.warehouse.questions import ColumnAsked, Found
from tui.row_table import Column, Row, RowTable
from tui.styled_text import Span
from tui.widgets.rows_view import RowsView

_WIDEST = 40
_GAP = 2
_EDGES = 4
_CELL = 400
_SAMPLED = 300
"""Rows that decide how wide a column is."""


class ResultGrid(RowsView, can_focus=True):
    """Shows a `Found`. Its keys work while it has the focus."""

    class Sort(Message):
        """Rows are wanted in another order. column: by its name."""

        def __init__(self, column: str) -> None:
            super().__init__()
            self.column = column

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "step(1)", N_("next row"), id="grid.next", show=False),
        Binding("k,up", "step(-1)", N_("previous row"), id="grid.previous", show=False),
        Binding("g,home", "end(False)", N_("first row"), id="grid.first", show=False),
        Binding("G,end", "end(True)", N_("last row"), id="grid.last", show=False),
        Binding("ctrl+d,pagedown", "page(0.9)", N_("page down"), id="grid.down", show=False),
        Binding("ctrl+u,pageup", "page(-0.9)", N_("page up"), id="grid.up", show=False),
        Binding("l,right", "column(1)", N_("next column"), id="grid.right", show=False),
        Binding("h,left", "column(-1)", N_("previous column"), id="grid.left", show=False),
        Binding("s", "sort", N_("sort"), id="grid.sort"),
        Binding("minus", "hide", N_("hide column"), id="grid.hide", key_display="-"),
        Binding("plus", "show_all", N_("show all columns"), id="grid.show", key_display="+"),
        Binding("enter", "open", N_("details"), id="grid.open"),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as every Textual widget names it
        super().__init__(id=id)
        self.found = Found((), ())
        self._rows_made: tuple[Row, ...] = ()
        self._widths: tuple[int, ...] = ()
        self._hidden: set[str] = set()
        self._place = 0
        self._left = 0
        self._sorted = ("", "")
        self._plain = False

    def show_found(
        self, found: Found, *, ascii_only: bool, sort: tuple[str, str] = ("", "")
    ) -> None:
        """Show what was found. sort: the column that it is sorted by, and ASC or DESC."""
        self._sorted, self._plain = sort, ascii_only
        if found is not self.found:
            if [one.name for one in found.columns] != [one.name for one in self.found.columns]:
                self._hidden.clear()
                self._place = self._left = 0
            self.found = found
            texts = [tuple(cell_text(cell) for cell in row) for row in found.rows]
            self._widths = tuple(
                _width(column, [row[place] for row in texts[:_SAMPLED]])
                for place, column in enumerate(found.columns)
            )
            self._rows_made = tuple(
                Row(str(number), cells, row)
                for number, (cells, row) in enumerate(zip(texts, found.rows, strict=True))
            )
            self.start_over()
        self.draw_columns()

    def draw_columns(self) -> None:
        """Draw the columns that are seen now."""
        places = self._seen()
        columns = tuple(self._column(place) for place in places)
        rows = tuple(
            Row(row.key, tuple(row.cells[place] for place in places), row.source)
            for row in self._rows_made
        )
        self.show_table(RowTable(columns, rows), ascii_only=self._plain)

    @property
    def column(self) -> str:
        """The chosen column by its name; empty where there is none."""
        return self.found.columns[self._place].name if self.found.columns else ""

    @property
    def hidden(self) -> int:
        """How many columns are hidden."""
        return len(self._hidden)

    @property
    def source(self) -> tuple[object, ...] | None:
        """The row under the cursor as it was found."""
        row = self.current
        return row.source if row is not None and isinstance(row.source, tuple) else None

    def action_step(self, rows: int) -> None:
        """Move the cursor."""
        self.move(rows)

    def action_end(self, last: bool) -> None:
        """Move the cursor to an end."""
        self.move_to_end(last=last)

    def action_page(self, pages: float) -> None:
        """Move the cursor by most of what is seen."""
        self.move_page(pages)

    def action_column(self, step: int) -> None:
        """Choose another column that is not hidden."""
        shown = self._shown()
        if shown:
            at = shown.index(self._place) if self._place in shown else 0
            self._place = shown[min(max(at + step, 0), len(shown) - 1)]
            self.draw_columns()

    def action_sort(self) -> None:
        """Sort by the chosen column."""
        if self.found.columns:
            self.post_message(self.Sort(self.column))

    def action_hide(self) -> None:
        """Hide the chosen column; the last one stays."""
        shown = self._shown()
        if len(shown) > 1 and self._place in shown:
            at = shown.index(self._place)
            self._hidden.add(self.column)
            self._place = [place for place in shown if place != self._place][
                min(at, len(shown) - 2)
            ]
            self.draw_columns()

    def action_show_all(self) -> None:
        """Show every column again."""
        self._hidden.clear()
        self.draw_columns()

    def action_open(self) -> None:
        """Show the row under the cursor in full."""
        if self.choose() is not None:
            self.post_message(self.Opened())

    def on_resize(self, _event: events.Resize) -> None:
        """Draw the columns that fit now."""
        self.draw_columns()

    def on_focus(self) -> None:
        """Draw the cursor."""
        self.draw_columns()

    def _shown(self) -> list[int]:
        return [
            place
            for place, column in enumerate(self.found.columns)
            if column.name not in self._hidden
        ]

    def _seen(self) -> list[int]:
        """Return the columns in the window, which the chosen one moves along."""
        shown = self._shown()
        if not shown:
            return []
        at = shown.index(self._place) if self._place in shown else 0
        self._left = min(self._left, at)
        while True:
            places: list[int] = []
            room = self.size.width - _EDGES
            for place in shown[self._left :]:
                room -= self._widths[place] + (_GAP if places else 0)
                if room < 0 and places:
                    break
                places.append(place)
            if self._left >= at or shown[at] in places or not self.size.width:
                return places
            self._left += 1

    def _column(self, place: int) -> Column:
        asked = self.found.columns[place]
        name = clean(asked.name, _WIDEST)
        by, order = self._sorted
        if by == asked.name:
            arrow = {"ASC": ("^" if self._plain else "▲"), "DESC": ("v" if self._plain else "▼")}
            name += arrow.get(order, "")
        if place == self._place:
            name = f"[{name}]"
        right = bool(self.found.rows) and all(
            row[place] is None or type(row[place]) in {int, float, Decimal}
            for row in self.found.rows[:_SAMPLED]
        )
        return Column(name, self._widths[place], right=right)


def cell_text(cell: object) -> str | Span:
    """Return a cell of a row as one harmless text."""
    if cell is None:
        return Span("NULL", "dim")
    if isinstance(cell, bytes):
        return clean(cell.decode("utf-8", "replace"), _CELL)
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "milliseconds") if cell.microsecond else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return json.dumps(cell)
    return clean(cell, _CELL)


def _width(column: ColumnAsked, cells: Sequence[str | Span]) -> int:
    """Return the cells that a column needs, with room for the signs at its title."""
    texts = (cell.text if isinstance(cell, Span) else cell for cell in cells)
    widest = max((cell_len(text) for text in texts), default=0)
    return min(max(widest, cell_len(clean(column.name, _WIDEST)) + 3, 4), _WIDEST)
