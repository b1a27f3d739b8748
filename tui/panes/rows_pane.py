"""A pane with a table: a few lines above, rows with a cursor and a filter, a few lines below."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.jobs.base import Table
from core.operations.snapshot import ControllerSnapshot
from core.text import _, clean
from tui.causes import Follow, Place
from tui.dialogs.open_details import OpenDetails
from tui.dialogs.row_details import RowDetails
from tui.export_tables import Sheet
from tui.keys import FILTER_KEY, ROW_KEYS
from tui.panes.arranging import ArrangedRows
from tui.row_table import Row, RowTable
from tui.styled_text import Line
from tui.views.frame import Frame
from tui.widgets.lines_view import LinesView
from tui.widgets.rows_view import RowsView

_LEAST_ROWS = 2
_LONGEST_TITLE = 200


class RowsPane(ArrangedRows):
    """Subclasses give `head`, `rows_of`, `open_row` and, where there is more to say, `foot`.

    The keys of the table are bound here. followed: another pane's row led here; escape goes back.
    """

    SHEETS: ClassVar[Mapping[str, Sheet]]
    """What is exported of each list that it shows."""
    LEAST_FOOT: ClassVar[int] = 0
    """Lines of the foot that stay however many rows there are."""

    BINDINGS: ClassVar[list[BindingType]] = ROW_KEYS

    DEFAULT_CSS = """
    RowsPane {
        layout: vertical;

        .rows-head { height: 0; width: 100%; }
        .rows-foot { height: 0; width: 100%; }
        RowsView { height: 1fr; width: 100%; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines_view.set_classes("rows-head")
        self._rows_view = RowsView()
        self._foot_view = LinesView(classes="rows-foot")
        self._rows_height: int | None = None
        self._made_of: tuple[object, ...] = ()
        self._table = RowTable((), ())
        self._over = OpenDetails(self, self._rows_view.move, self._open_current)
        self.followed = False

    def head(self, now: ControllerSnapshot, frame: Frame) -> list[Line]:
        """Return the lines above the table."""
        raise NotImplementedError

    def foot(self, now: ControllerSnapshot, frame: Frame) -> list[Line]:  # noqa: ARG002 - most have none
        """Return the lines below the table; the frame's height is the room for them."""
        return []

    def stamp(self, now: ControllerSnapshot) -> tuple[object, ...]:
        """Return what the rows are made of: the same objects as long as they are the same."""
        raise NotImplementedError

    def rows_of(self, now: ControllerSnapshot, frame: Frame) -> RowTable:
        """Return the table."""
        raise NotImplementedError

    def open_row(self, row: Row) -> None:
        """Show a row in full."""

    def show_details(self, details: RowDetails) -> None:
        """Show a row in full; where one is shown already, in its place."""
        row = self._rows_view.current or self._rows_view.gone
        details.cause = self.cause_of(row) if row is not None else None
        details.follow = self.follow_row
        self._over.show(details)

    def _open_current(self) -> None:
        row = self._rows_view.current
        if row is not None:
            self.open_row(row)

    def follow_row(self) -> None:
        """Go to what is behind the row under the cursor."""
        row = self._rows_view.current
        place = self.cause_of(row) if row is not None else None
        if row is not None and place is not None:
            self.post_message(Follow(place, clean(self.title_of(row), _LONGEST_TITLE)))

    def cause_of(self, row: Row) -> Place | None:  # noqa: ARG002 - most rows are all there is
        """Return where what is behind a row is seen; None for nowhere else."""
        return None

    def key_of(self, row: Row) -> str:  # noqa: ARG002 - most rows are of no single key
        """Return the key of the pipeline that a row is about; empty for none."""
        return ""

    @property
    def key_under_cursor(self) -> str:
        """The key that the row under the cursor is about; empty for none."""
        row = self._rows_view.current
        return "" if row is None else self.key_of(row)

    def title_of(self, row: Row) -> str:
        """Return a row in a few words, for the breadcrumb."""
        return row.key

    @property
    def part(self) -> str:
        """Which of its lists is shown; empty where there is one only."""
        return ""

    def show_part(self, part: str) -> None:
        """Show one of its lists."""

    def compose(self) -> ComposeResult:
        """Yield head, rows and foot."""
        yield self._lines_view
        yield self._rows_view
        yield self._foot_view

    def own_bindings(self) -> list[Binding]:
        """Return what is bound in this class, then the keys of its table."""
        own = super().own_bindings()
        shared = [entry for entry in ROW_KEYS if isinstance(entry, Binding)]
        return own if own == shared else [*own, *shared]

    @property
    def wants(self) -> str:
        """Which reading to keep fresh while this pane is seen; see `Explorer`."""
        return ""

    @property
    def table_now(self) -> RowTable:
        """The table as it was drawn last."""
        return self._table

    @property
    def sheet(self) -> str:
        """Which list is shown, by its name in `SHEETS`: exports are called so."""
        return self.NAME

    def table(self, now: ControllerSnapshot) -> Table:  # noqa: ARG002 - what is shown was drawn already
        """Return the rows that the filter shows, each with everything it stands for."""
        return self.SHEETS[self.sheet].table([row.source for row in self._rows_view.rows])

    @property
    def export_name(self) -> str:
        """What files with its table are called."""
        return self.sheet

    def frame_now(self) -> Frame:
        """Return the frame that a screen over this pane draws with."""
        return self.console.frame(self.content_size)

    @property
    def rows_view(self) -> RowsView:
        """The table."""
        return self._rows_view

    @property
    def lines(self) -> Sequence[Line]:
        """What is shown, for tests and copies."""
        return [*self._lines_view.lines, *self._rows_view.lines, *self._foot_view.lines]

    def draw(self, now: ControllerSnapshot, *, full: bool) -> None:
        """Draw a moment; nothing while hidden."""
        size = self.content_size
        if not self.display or not size:
            return
        frame = self.console.frame(size, full=full)
        head = self.head(now, frame)[: max(size.height - 2, 0)]
        _show_whole(self._lines_view, head)
        made_of = (full, *self.stamp(now))
        if not _same(made_of, self._made_of):
            self._made_of = made_of
            self._table = self.rows_of(now, frame)
        # Before the table: it is painted for the height that is left.
        foot = self._foot_lines(now, frame, size.height - len(head))
        self._set_height(min(self._wanted(), size.height - len(head) - len(foot)) if foot else None)
        _show_whole(self._foot_view, foot)
        self._rows_view.show_table(
            self._table, ascii_only=frame.ascii_only, cursor=full or self.has_focus
        )
        self._show_hints(size.width, now)
        status = self.status(now)
        if status != self._shown_title:
            self._retitle(status)

    def renew(self) -> None:
        """Let rows be made anew too."""
        super().renew()
        self._made_of = ()

    def _set_height(self, height: int | None) -> None:
        """Give the rows a height, or all that is left (None)."""
        if height != self._rows_height:
            self._rows_height = height
            self._rows_view.styles.height = "1fr" if height is None else height

    def _wanted(self) -> int:
        """Return the lines that all rows need, with titles and filter."""
        filtering = self._rows_view.has_filter_line
        return len(self._table.rows) + self._table.head + filtering

    def _foot_lines(self, now: ControllerSnapshot, frame: Frame, height: int) -> list[Line]:
        """Return what there is room for below the rows."""
        room = max(height - self._wanted(), min(self.LEAST_FOOT, height - _LEAST_ROWS), 0)
        return self.foot(now, replace(frame, height=room))[:room] if room else []

    def view(self, now: ControllerSnapshot, frame: Frame) -> list[Line]:
        """Return the head: what a screenshot of the lines alone would show."""
        return self.head(now, frame)

    def on_key(self, event: events.Key) -> None:
        """Keys go into the filter line while it is open."""
        taken = self._rows_view.type_key(event)
        if not taken and event.key in self.console.keys_now(FILTER_KEY):
            # Here and not by the binding: what is typed at once after it must find the filter open.
            self._rows_view.begin_filter()
            taken = True
        if taken:
            event.stop()
            event.prevent_default()

    def on_blur(self) -> None:
        """Keys go elsewhere from now on; the filter stays."""
        self._rows_view.end_typing()

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text goes into the filter line while it is open."""
        if self._rows_view.typing:
            event.stop()
            self._rows_view.set_filter(self._rows_view.filter + clean(event.text.strip(), 200))

    def on_rows_view_opened(self, _event: RowsView.Opened) -> None:
        """Open a row with the mouse."""
        self.action_open()

    def action_filter(self) -> None:
        """Type a filter."""
        self._rows_view.begin_filter()

    def action_open(self) -> None:
        """Show the row under the cursor in full, also when it has left the list since."""
        row = self._rows_view.choose()
        gone = self._rows_view.gone
        if row is None and gone is not None:
            self.console.tell(_("This row has left the list; it is shown as it was."))
            row = gone
        if row is not None:
            self.open_row(row)

    def action_move(self, step: int) -> None:
        """Move the cursor."""
        self._rows_view.move(step)

    def action_end(self, last: bool) -> None:
        """Move the cursor to an end."""
        self._rows_view.move_to_end(last=last)

    def action_page(self, pages: float) -> None:
        """Move the cursor by a part of a page."""
        self._rows_view.move_page(pages)

    async def action_escape(self) -> None:
        """End the filter; without one go back to the other panes.

        What was followed came with its filter, and goes with it.
        """
        back = self.followed and not self._rows_view.typing
        if back or not self._rows_view.clear_filter():
            await self.run_action("screen.restore")


def _show_whole(view: LinesView, lines: list[Line]) -> None:
    """Show lines in a view that is exactly as high as they need."""
    if view.styles.height is None or len(lines) != len(view.lines):
        view.styles.height = len(lines)
    view.show(lines)


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Whether two stamps hold the same objects; comparing what is in them would cost more."""
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
