"""A bordered pane: a title with its number, a state, and the keys that work in it."""

from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import ClassVar, Self, cast

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.content import Content
from textual.geometry import Region

from core.jobs.base import Table
from core.operations.controller import Controller
from core.operations.snapshot import ControllerSnapshot
from core.text import _
from tui.formats import Formats
from tui.host import Host
from tui.styled_text import Line, Span, changed_cells, line, plain
from tui.views.frame import Frame
from tui.widgets.lines_view import LinesView

View = Callable[[ControllerSnapshot, Frame], list[Line]]

_TITLE_FROM = 3
"""Cells of the border before the title."""


class Pane(Container, can_focus=True):
    """Shows the lines of a view in the room it has. Subclasses bind keys and do what they say."""

    NAME: ClassVar[str]
    NUMBER: ClassVar[str]
    TITLE: ClassVar[str]
    """In English, marked for translation."""
    EXTRA: ClassVar[bool] = False
    """Whether it always has the screen for itself."""

    def __init__(self) -> None:
        super().__init__(id=f"pane-{self.NAME}", classes="pane extra" if self.EXTRA else "pane")
        self._lines_view = LinesView(classes="pane-lines")
        self._shown_title = ""
        self._hinted_width = 0
        self._retitled: tuple[Region, ...] = ()

    def view(self, now: ControllerSnapshot, frame: Frame) -> list[Line]:
        """Return the content for a moment."""
        raise NotImplementedError

    def status(self, now: ControllerSnapshot) -> str:  # noqa: ARG002 - most panes look at the moment
        """Return the state that the title carries; empty for none."""
        return ""

    def table(self, now: ControllerSnapshot) -> Table | None:
        """Return what this pane exports of a moment, None for the lines that it shows."""
        raise NotImplementedError

    @property
    def export_name(self) -> str:
        """What files with its table are called."""
        return self.NAME

    def compose(self) -> ComposeResult:
        """Yield the lines."""
        yield self._lines_view

    def on_mount(self) -> None:
        """Show the title; one that comes after the first picture is drawn at once."""
        self._retitle("")
        if self.EXTRA:
            self.call_after_refresh(self.console.tick)

    def hints(self) -> list[tuple[str, str]]:
        """Return the keys of this pane with what they do, as the border shows them."""
        return [
            (self.app.get_key_display(binding), _(binding.description))
            for binding in self.own_bindings()
            if binding.show
        ]

    def own_bindings(self) -> list[Binding]:
        """Return what is bound in this class."""
        return [binding for binding in type(self).BINDINGS if isinstance(binding, Binding)]

    @property
    def controller(self) -> Controller:
        """The controls of the pipeline."""
        return self.console.controller

    @property
    def console(self) -> Host:
        """The application."""
        return cast("Host", self.app)

    def opened(self, *, warehouse: bool = True) -> bool:
        """Return whether the back ends are open; say why not where they are not.

        warehouse: whether that is needed too; what only publishes does without.
        """
        now = self.controller.snapshot()
        if now.ready if warehouse else now.broker_open:
            return True
        parts = (now.opening, now.opening_broker) if warehouse else (now.opening_broker,)
        why = next((part.error for part in parts if part.error), "")
        self.console.tell(why or _("Still connecting to the broker and the warehouse."))
        return False

    @property
    def lines(self) -> Sequence[Line]:
        """What is shown, for tests and copies."""
        return self._lines_view.lines

    def draw(
        self, now: ControllerSnapshot, formats: Formats, *, ascii_only: bool, full: bool
    ) -> None:
        """Draw a moment; nothing while hidden. full: the pane has the whole screen."""
        size = self._lines_view.size
        if not self.display or not size:
            return
        frame = Frame(size.width, size.height, formats, ascii_only, full, self.console.key_of)
        self._lines_view.show(self.view(now, frame))
        status = self.status(now)
        if status != self._shown_title:
            self._retitle(status)
        self._show_hints(size.width)

    def show_failure(self, text: str) -> None:
        """Show why the view cannot be drawn, in its place."""
        width = max(self._lines_view.size.width, 1)
        self._lines_view.show([line(Span(part, "bad")) for part in wrap(text, width)])

    def _show_hints(self, width: int) -> None:
        """Show the keys in the border, as many as fit whole."""
        if width == self._hinted_width:
            return
        self._hinted_width = width
        shown: list[str] = []
        room = width - 2
        for key, text in self.hints():
            hint = f"{key} {text}"
            room -= cell_len(hint) + 2
            if room < 0:
                break
            shown.append(hint)
        self.border_subtitle = Content("  ".join(shown))

    def _retitle(self, status: str) -> None:
        before = self._title(self._shown_title)
        self._shown_title = status
        after = self._title(status)
        # Both as the border shows them: what is shorter leaves room for more of the border.
        width = max(cell_len(before), cell_len(after)) + 1
        old, new = (line(text + " ", "─" * (width - cell_len(text))) for text in (before, after))
        left, top = self.content_offset
        start, cells = changed_cells(old, new)
        self._retitled = (Region(_TITLE_FROM + start - left, -top, cells, 1),)
        self.border_title = Content(after)
        self._retitled = ()

    def _title(self, status: str) -> str:
        title = f"{self.NUMBER} {_(self.TITLE)}"
        text = f"{title} · {status}" if status else title
        return plain(text) if self.console.ascii_only else text

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Repaint the border: what is inside repaints itself. A title costs what changed in it."""
        if not regions and not layout:
            regions = self._retitled or self._border
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    @property
    def _border(self) -> tuple[Region, ...]:
        """The lines of the border, as seen from the content."""
        left, top = self.content_offset
        width, height = self.outer_size
        return (
            Region(-left, -top, width, 1),
            Region(-left, height - top - 1, width, 1),
            Region(-left, -top, 1, height),
            Region(width - left - 1, -top, 1, height),
        )

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Give the border its colour; Textual would style and repaint all inside anew."""
        views = list(self.query_children(LinesView))
        for view in views:
            view.unmoved = True
        self.app.stylesheet.update_nodes([self])
        for view in views:
            view.unmoved = False
