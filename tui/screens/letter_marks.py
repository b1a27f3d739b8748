"""The cursor on the desk of dead letters, and the letters that are marked there."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, cast

from textual.binding import BindingType
from textual.screen import ModalScreen

from core.operations.snapshot import ControllerSnapshot
from core.query.letters import NEWEST, DeskLetter, LetterOrder, Sort
from core.text import _
from tui.host import Host
from tui.panes.arranging import ARRANGE_KEYS, Arranging
from tui.widgets.rows_view import RowsView

_MOST_MARKED = 5_000
_SORTS: Mapping[str, Sort] = {
    "received": "received",
    "reason": "reason",
    "topic": "topic",
    "part": "partition",
    "offset": "offset",
    "size": "size",
    "detail": "detail",
    "dismissed, why": "why",
}
"""What the warehouse sorts by, by the names of columns."""


class LetterMarks(ModalScreen[None], Arranging):
    """Moves among letters and marks them; marks stay from page to page."""

    BINDINGS: ClassVar[list[BindingType]] = [*ARRANGE_KEYS]

    _letters: RowsView
    _in_reasons: bool

    def __init__(self) -> None:
        super().__init__()
        self._marked: dict[str, DeskLetter] = {}

    @property
    def console(self) -> Host:
        """The application."""
        return cast("Host", self.app)

    @property
    def order(self) -> LetterOrder:
        """How the letters are to be sorted; by their marks the list sorts its page alone."""
        how = self.console.arrangements.of("desk")
        sort = _SORTS.get(how.column or "")
        return LetterOrder(sort, how.descending) if sort else NEWEST

    @property
    def rows_view(self) -> RowsView:
        """The list with the cursor."""
        raise NotImplementedError

    def draw_now(self) -> None:
        """Draw what is known."""
        raise NotImplementedError

    def action_move(self, step: int) -> None:
        """Move the cursor."""
        self.rows_view.move(step)

    def action_end(self, last: bool) -> None:
        """Move the cursor to an end."""
        self.rows_view.move_to_end(last=last)

    def action_page(self, pages: float) -> None:
        """Move the cursor by most of what is seen."""
        self.rows_view.move_page(pages)

    def action_mark(self) -> None:
        """Mark the letter under the cursor or take its mark away, and go on to the next."""
        row = self._letters.choose()
        if not self._in_reasons and row is not None and isinstance(row.source, DeskLetter):
            self._set_marks({row.key} ^ self._marked.keys())
            self._letters.move(1)

    def action_mark_all(self) -> None:
        """Mark every letter of the page."""
        self._set_marks(self._marked.keys() | self._shown().keys())

    def action_invert(self) -> None:
        """Mark what is not marked of the page, and the other way round."""
        self._set_marks(self._marked.keys() ^ self._shown().keys())

    def _shown(self) -> dict[str, DeskLetter]:
        return {
            row.key: row.source for row in self._letters.rows if isinstance(row.source, DeskLetter)
        }

    def _set_marks(self, keys: set[str]) -> None:
        known = self._marked | self._shown()
        if len(keys) > _MOST_MARKED:
            self.console.refuse(_("More cannot be marked: narrow the list, R and D take all."))
            return
        self._marked = {key: known[key] for key in known if key in keys}
        self.draw_now()

    def _chosen(self) -> list[DeskLetter]:
        """Return the marked letters, or the one under the cursor."""
        if self._marked:
            return list(self._marked.values())
        row = self._letters.choose()
        source = None if row is None or self._in_reasons else row.source
        return [source] if isinstance(source, DeskLetter) else []


def work_ended(now: ControllerSnapshot) -> tuple[datetime | None, ...]:
    """Return when the pieces of work that change the letters ended."""
    return (now.explored.replay.ended_at, now.explored.decision.ended_at)
