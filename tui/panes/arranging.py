"""The keys by which the rows of any list are sought, sorted and stripped of columns."""

from textual.binding import Binding

from core.text import _
from tui.host import Host
from tui.keys import ROW_KEYS
from tui.panes.base import Pane
from tui.views.frame import keyed
from tui.widgets.rows_view import RowsView

ARRANGE_KEYS = [
    one
    for one in ROW_KEYS
    if isinstance(one, Binding) and one.action in {"sort", "reverse", "hide", "show_all"}
]
"""Those of a list that is no pane."""


class Arranging:
    """Part of whatever shows lists: the one with the cursor is arranged."""

    @property
    def console(self) -> Host:
        """The application."""
        raise NotImplementedError

    @property
    def rows_view(self) -> RowsView:
        """The list with the cursor."""
        raise NotImplementedError

    def action_sort(self) -> None:
        """Sort by the next column; behind the last one rows are as they come."""
        view = self.rows_view
        view.order_rows(view.arrangement.by_next(view.columns))

    def action_reverse(self) -> None:
        """Sort the other way round."""
        self.rows_view.order_rows(self.rows_view.arrangement.reversed())

    def action_hide(self) -> None:
        """Hide the column that the rows are sorted by."""
        view = self.rows_view
        if view.arrangement.column is None:
            told = _("The sorted column is hidden: [,] sorts by the next one.")
            self.console.tell(keyed(told, {",": "rows.sort"}, self.console.key_of))
        view.order_rows(view.arrangement.without(view.columns))

    def action_show_all(self) -> None:
        """Show every column again."""
        self.rows_view.order_rows(self.rows_view.arrangement.whole())


class ArrangedRows(Pane, Arranging):
    """A pane with one table, whose rows can be arranged."""

    _rows_view: RowsView

    def action_seek(self, step: int) -> None:
        """Go to the next match of the filter, or the one before, while all rows stay."""
        if not self._rows_view.seek(step):
            told = _("Nothing to find: [/] takes the words.")
            self.console.tell(keyed(told, {"/": "rows.filter"}, self.console.key_of))
