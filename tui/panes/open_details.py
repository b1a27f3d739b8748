"""The details of a row over its pane: the rows before and after it, and what is behind it."""

from typing import Protocol

from textual.app import App
from textual.message import Message

from core.text import clean
from tui.causes import Follow, Place
from tui.dialogs.row_details import RowDetails
from tui.row_table import Row
from tui.widgets.rows_view import RowsView

_LONGEST_TITLE = 200


class RowsOwner(Protocol):
    """What is asked of the pane whose rows are shown."""

    @property
    def app(self) -> App[object]:
        """The application."""
        ...

    def open_row(self, row: Row) -> None:
        """Show a row in full."""

    def cause_of(self, row: Row) -> Place | None:
        """Return where what is behind a row is seen; None for nowhere else."""
        ...

    def title_of(self, row: Row) -> str:
        """Return a row in a few words, for the breadcrumb."""
        ...

    def post_message(self, message: Message) -> bool:
        """Tell those who hold the pane."""
        ...


class OpenDetails:
    """One dialog at a time; another row takes the place of the one that is shown."""

    def __init__(self, rows: RowsView, pane: RowsOwner) -> None:
        self._rows = rows
        self._pane = pane
        self._shown: RowDetails | None = None

    def show(self, details: RowDetails) -> None:
        """Show the details of the row under the cursor."""
        row = self._rows.current or self._rows.gone
        details.cause = self._pane.cause_of(row) if row is not None else None
        if self._shown is not None:
            self._shown.take(details)
            return
        details.step = self._step
        details.follow = self.follow
        self._shown = details
        self._pane.app.push_screen(details, self._closed)

    def _closed(self, _nothing: None) -> None:
        self._shown = None

    def _step(self, rows: int) -> None:
        """Show the details of another row."""
        self._rows.move(rows)
        row = self._rows.current
        if row is not None:
            self._pane.open_row(row)

    def follow(self) -> None:
        """Go to what is behind the row under the cursor."""
        row = self._rows.current
        place = self._pane.cause_of(row) if row is not None else None
        if row is not None and place is not None:
            title = clean(self._pane.title_of(row), _LONGEST_TITLE)
            self._pane.post_message(Follow(place, title))
