"""One row of a table in full, over the pane: scrolls, copies, closes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar, Self, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen

from core.text import N_, _
from tui.causes import Place
from tui.host import Host
from tui.styled_text import Line
from tui.views.frame import Frame
from tui.widgets.lines_view import LinesView

_MOST_LINES = 20_000


class RowDetails(ModalScreen[None]):
    """Shows the lines that `view` makes for the width there is; ages: once a second anew.

    cause, step and follow are given by the pane: where what is behind the row is seen, and how to
    go on to another row or there.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", N_("close"), id="row.close"),
        Binding("enter", "cause", N_("go to the cause, or close"), id="row.cause", show=False),
        Binding("n", "step(1)", N_("next row"), id="row.next", show=False),
        Binding("p", "step(-1)", N_("previous row"), id="row.previous", show=False),
        Binding("j,down", "move(1)", N_("down"), id="row.down", show=False),
        Binding("k,up", "move(-1)", N_("up"), id="row.up", show=False),
        Binding("ctrl+d,pagedown,space", "move(10)", N_("page down"), id="row.page", show=False),
        Binding("ctrl+u,pageup", "move(-10)", N_("page up"), id="row.back", show=False),
        Binding("g,home", "end(False)", N_("begin"), id="row.first", show=False),
        Binding("G,end", "end(True)", N_("end"), id="row.last", show=False),
        Binding("y", "copy", N_("copy"), id="row.copy"),
    ]

    DEFAULT_CSS = """
    RowDetails {
        align: center middle;
        background: $background 60%;

        #row-details {
            width: 110;
            max-width: 100%;
            height: auto;
            max-height: 96%;
            border: round $border;
            background: $surface;
            padding: 0 2;
            scrollbar-gutter: stable;
        }
    }
    """

    def __init__(
        self, title: str, view: Callable[[Frame], list[Line]], frame: Frame, *, ages: bool = False
    ) -> None:
        super().__init__()
        self._heading = title
        self._make = view
        self._frame = frame
        self._ages = ages
        self._view = LinesView()
        self.cause: Place | None = None
        self.step: Callable[[int], None] | None = None
        self.follow: Callable[[], None] | None = None

    def compose(self) -> ComposeResult:
        """Yield the lines in a box that scrolls."""
        with VerticalScroll(id="row-details") as box:
            self._name_box(box)
            yield self._view

    def _name_box(self, box: VerticalScroll) -> None:
        told = [_("y copies · escape closes")]
        if self.step is not None:
            told.insert(0, _("n p next, previous"))
        if self.cause is not None:
            told.insert(0, _("enter goes to the cause"))
        box.border_title = Content(self._heading)
        box.border_subtitle = Content(" · ".join(told))

    def take(self, other: Self) -> None:
        """Show another row instead."""
        self._heading, self._make = other._heading, other._make
        self.cause = other.cause
        self._name_box(self._box)
        self._box.scroll_home(animate=False)
        self._draw()

    def action_step(self, rows: int) -> None:
        """Show the next row, or the one before."""
        if self.step is not None:
            self.step(rows)

    def action_cause(self) -> None:
        """Go to what is behind the row, where there is something; close."""
        self.dismiss()
        if self.cause is not None and self.follow is not None:
            self.follow()

    def on_mount(self) -> None:
        """Draw once the width is known."""
        self.call_after_refresh(self._draw)
        if self._ages:
            self.set_interval(1.0, self._draw)

    def on_resize(self, _event: Resize) -> None:
        """Draw for another width."""
        self.call_after_refresh(self._draw)

    @property
    def lines(self) -> Sequence[Line]:
        """What is shown, for tests and copies."""
        return self._view.lines

    def action_move(self, step: int) -> None:
        """Scroll."""
        self._box.scroll_relative(y=step, animate=False)

    def action_end(self, last: bool) -> None:
        """Scroll to an end."""
        if last:
            self._box.scroll_end(animate=False)
        else:
            self._box.scroll_home(animate=False)

    def action_copy(self) -> None:
        """Copy what is shown."""
        self.app.copy_to_clipboard("\n".join(entry.text.rstrip() for entry in self.lines))
        cast("Host", self.app).tell(_("copied"))

    @property
    def _box(self) -> VerticalScroll:
        return self.query_one("#row-details", VerticalScroll)

    def _draw(self) -> None:
        width = self._box.scrollable_content_region.width
        frame = replace(self._frame, width=width, height=0, full=True)
        lines = self._make(frame)[:_MOST_LINES]
        self._view.styles.height = len(lines)
        self._view.show(lines)
