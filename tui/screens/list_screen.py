"""A list over the console: a head, rows with a cursor, the keys; what it lists its heirs say."""

from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from core.text import N_
from tui.dialogs.open_details import OpenDetails
from tui.dialogs.row_details import RowDetails
from tui.host import Host
from tui.panes.arranging import ARRANGE_KEYS, Arranging
from tui.styled_text import Line
from tui.views.frame import Frame
from tui.views.key_hints import key_line
from tui.widgets.lines_view import LinesView
from tui.widgets.rows_view import RowsView

_EVERY_S = 0.1


class ListScreen(ModalScreen[None], Arranging):
    """Draws ten times a second. Subclasses give `draw_rows`, `head`, `hints` and `details`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", N_("details"), id="list.open"),
        Binding("j,down", "move(1)", N_("next row"), id="list.next", show=False),
        Binding("k,up", "move(-1)", N_("previous row"), id="list.previous", show=False),
        Binding("g,home", "end(False)", N_("first row"), id="list.first", show=False),
        Binding("G,end", "end(True)", N_("last row"), id="list.last", show=False),
        Binding("ctrl+d,pagedown", "page(0.9)", N_("page down"), id="list.down", show=False),
        Binding("ctrl+u,pageup", "page(-0.9)", N_("page up"), id="list.up", show=False),
        *ARRANGE_KEYS,
        Binding("escape,q", "dismiss", N_("back"), id="list.leave"),
    ]

    DEFAULT_CSS = """
    ListScreen {
        background: $background;
        layout: vertical;

        .list-head { height: 1; width: 100%; }
        .list-keys { height: 1; width: 100%; }
        RowsView { height: 1fr; width: 100%; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._head_view = LinesView(classes="list-head")
        self._rows_view = RowsView()
        self._keys_view = LinesView(classes="list-keys")
        self._over = OpenDetails(self, self._rows_view.move, self.action_open)

    def compose(self) -> ComposeResult:
        """Yield the head, the rows and the keys."""
        yield self._head_view
        yield self._rows_view
        yield self._keys_view

    def on_mount(self) -> None:
        """Draw from now on."""
        self.set_interval(_EVERY_S, self.draw_now)
        self.call_after_refresh(self.draw_now)

    @property
    def console(self) -> Host:
        """The application."""
        return cast("Host", self.app)

    @property
    def rows_view(self) -> RowsView:
        """The table."""
        return self._rows_view

    def head(self) -> list[Line]:
        """Return the lines above the rows."""
        raise NotImplementedError

    def draw_rows(self, rows: RowsView) -> None:
        """Show what is listed now."""
        raise NotImplementedError

    def hints(self) -> list[tuple[str, str]]:
        """Return ids of actions, apart by blanks, and what they do."""
        raise NotImplementedError

    def details(self) -> RowDetails | None:
        """Return the row under the cursor in full; None where there is none."""
        raise NotImplementedError

    def action_open(self) -> None:
        """Show a row in full; from there one goes on to the next."""
        details = self.details()
        if details is not None:
            self._over.show(details)

    def draw_now(self) -> None:
        """Draw what is known."""
        head = self.head()
        if len(head) != len(self._head_view.lines):
            self._head_view.styles.height = len(head)
        self._head_view.show(head)
        self.draw_rows(self._rows_view)
        named = [(self.console.shown_keys(ids), text) for ids, text in self.hints()]
        self._keys_view.show([key_line(named, self._keys_view.size.width)])

    def frame_now(self) -> Frame:
        """Return the frame that a screen over this one draws with."""
        return self.console.frame(self.content_size)

    def action_move(self, step: int) -> None:
        """Move the cursor."""
        self._rows_view.move(step)

    def action_end(self, last: bool) -> None:
        """Move the cursor to an end."""
        self._rows_view.move_to_end(last=last)

    def action_page(self, pages: float) -> None:
        """Move the cursor by most of what is seen."""
        self._rows_view.move_page(pages)

    def on_rows_view_opened(self) -> None:
        """Open a row with the mouse."""
        self.action_open()
