"""The way by which rows led from one pane to the next, so that each step can be taken back."""

from collections.abc import Mapping

from core.text import _
from tui.causes import Crumb
from tui.panes.base import Pane
from tui.panes.rows_pane import RowsPane
from tui.styled_text import Line, Span, ends, line


class Trail:
    """The panes that were left, the first one first; false where none was."""

    def __init__(self) -> None:
        self._crumbs: list[Crumb] = []

    def __bool__(self) -> bool:
        return bool(self._crumbs)

    def clear(self) -> None:
        """Forget the way."""
        self._crumbs.clear()

    def leave(self, here: Pane, told: str, *, maximised: bool) -> None:
        """Note how a pane is left. told: what the row says that is followed."""
        part, words, row = "", "", ""
        if isinstance(here, RowsPane):
            part, words = here.part, here.rows_view.filter
            row = here.rows_view.current.key if here.rows_view.current is not None else ""
        self._crumbs.append(Crumb(here.NAME, part, words, row, maximised, told))

    def back(self) -> Crumb:
        """Return how the last pane was left, and forget it. Errors: IndexError for no way."""
        return self._crumbs.pop()

    def told(
        self, panes: Mapping[str, Pane], here: Pane, width: int, *, ascii_only: bool
    ) -> list[Line]:
        """Return the way as a line that can be clicked; none where there is none."""
        if not self._crumbs:
            return []
        sign = Span(" > " if ascii_only else " ▸ ", "dim")
        pieces: list[Span] = [Span(" ")]
        for crumb in self._crumbs:
            pane = panes[crumb.pane]
            name = Span(pane.heading, "dim", "screen.restore")
            pieces += [name, sign, Span(crumb.told), sign]
        way = line(*pieces, Span(_(here.TITLE), "bold"))
        back = line(
            Span(here.console.shown_keys("pane.restore"), "accent", "screen.restore"),
            Span(" " + _("back"), "dim"),
        )
        return [ends(way, back, width)]
