"""The rows of any list in full: beside the list where the terminal is wide, else over it."""

from collections.abc import Callable

from textual.geometry import Region, Spacing
from textual.widget import Widget

from tui.dialogs.row_details import RowDetails

_WIDE = 140
"""Cells from which on a list and the details of its row are side by side."""
_SHARE = 45
"""Percent of them that the details take."""


class OpenDetails:
    """One row at a time; another one takes the place of the one that is shown.

    place: the widget with the list, which gives way. move: goes so many rows on. again: opens the
    row under the cursor.
    """

    def __init__(
        self, place: Widget, move: Callable[[int], object], again: Callable[[], object]
    ) -> None:
        self._place = place
        self._move = move
        self._again = again
        self._shown: RowDetails | None = None

    def show(self, details: RowDetails) -> None:
        """Show the details of the row under the cursor."""
        if self._shown is not None:
            self._shown.take(details)
            return
        details.step = self._step
        details.beside = self._give_way
        self._shown = details
        self._place.app.push_screen(details, self._closed)

    def _step(self, rows: int) -> None:
        self._move(rows)
        self._again()

    def _give_way(self) -> Region | None:
        """Make room beside the list; return where, None where there is not enough for both."""
        styles = self._place.styles
        inner = self._place.region.shrink(styles.border.spacing)
        if inner.width < _WIDE:
            self._take_back()
            return None
        width = inner.width * _SHARE // 100
        top, right, bottom, left = styles.base.padding
        wanted = Spacing(top, right + width, bottom, left)
        if styles.padding != wanted:
            styles.padding = wanted
        return Region(inner.right - width, inner.y, width, inner.height)

    def _take_back(self) -> None:
        if self._place.styles.inline.clear_rule("padding"):
            self._place.refresh(layout=True)

    def _closed(self, _nothing: None) -> None:
        self._shown = None
        self._take_back()
