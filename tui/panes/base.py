"""A bordered pane: a title with its number, a state, and the keys that work in it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from textwrap import wrap
from typing import ClassVar, Self, cast

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.events import MouseScrollDown, MouseScrollUp
from textual.geometry import Region
from textual.style import Style

from core.jobs.base import Table
from core.operations.base import PipelineController
from core.operations.snapshot import ControllerSnapshot
from core.text import N_, _
from tui.commands import Command
from tui.host import Host
from tui.scroll import thumb
from tui.styled_text import Line, Span, changed_cells, cut, line, plain
from tui.views.footer_tabs import Hint
from tui.views.frame import Frame
from tui.widgets.lines_view import LinesView

View = Callable[[ControllerSnapshot, Frame], list[Line]]

_IDLE = "$key-rest dim"
"""Of a key without effect: the colour of a pane with the focus could not be read if it was dim."""
_BAR, _WHEEL = 2, 3
_TITLE_FROM = 3
"""Cells of the border before the title."""


class Pane(Container, can_focus=True):
    """Shows the lines of a view in the room it has. Subclasses bind keys and do what they say."""

    NAME: ClassVar[str]
    NUMBER: ClassVar[str]
    """The key that goes to it, unless a person has given that another."""
    TITLE: ClassVar[str]
    """In English, marked for translation."""
    EXTRA: ClassVar[bool] = False
    """Whether it always has the screen for itself."""
    WHOLE: ClassVar[int] = 0
    """Lines that it wants with the screen for itself; where there are fewer it scrolls."""
    CHANGES: ClassVar[frozenset[str]] = frozenset()
    """Ids of the bindings that change something: a read-only console names none of them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll(1)", N_("down"), id="scroll.down", show=False),
        Binding("k,up", "scroll(-1)", N_("up"), id="scroll.up", show=False),
        Binding("ctrl+d,pagedown", "scroll_page(1)", N_("page down"), id="scroll.page", show=False),
        Binding("ctrl+u,pageup", "scroll_page(-1)", N_("page up"), id="scroll.back", show=False),
        Binding("home", "scroll_page(-100)", N_("begin"), id="scroll.first", show=False),
        Binding("G,end", "scroll_page(100)", N_("end"), id="scroll.last", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id=f"pane-{self.NAME}", classes="pane extra" if self.EXTRA else "pane")
        self._lines_view = LinesView(classes="pane-lines")
        self._shown_title = ""
        self._top = 0
        self._hinted: tuple[int, list[tuple[Binding, bool]]] | None = None
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

    def hinted(self, now: ControllerSnapshot) -> list[tuple[Binding, bool]]:
        """Return the keys that the border names, and whether each does something at present."""
        return [
            (binding, self.usable(binding.id or "", now))
            for binding in self.own_bindings()
            if binding.show and not (now.read_only and binding.id in self.CHANGES)
        ]

    def usable(self, action: str, now: ControllerSnapshot) -> bool:  # noqa: ARG002 - most always are
        """Whether a key does something at present, by the id of its binding."""
        return True

    def hint_of(self, binding: Binding) -> Hint:
        """Return a key as the border shows it; a click on it presses the key."""
        action = f"app.simulate_key('{self.console.keys_now(binding)[0]}')"
        return self.app.get_key_display(binding), _(binding.description), action

    def own_bindings(self) -> list[Binding]:
        """Return what is bound in this class."""
        return [binding for binding in type(self).BINDINGS if isinstance(binding, Binding)]

    def commands(self) -> Sequence[Command]:
        """Return what the command line takes for this pane, beside its keys."""
        return ()

    @property
    def controller(self) -> PipelineController:
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
        self.console.refuse(why or _("Still connecting to the broker and the warehouse."))
        return False

    @property
    def lines(self) -> Sequence[Line]:
        """What is shown, for tests and copies."""
        return self._lines_view.lines

    def draw(self, now: ControllerSnapshot, *, full: bool) -> None:
        """Draw a moment; nothing while hidden. full: the pane has the whole screen."""
        size = self._lines_view.size
        if not self.display or not size:
            return
        frame = self.console.frame(size, full=full)
        self._lines_view.show(self._window(now, frame))
        status = self.status(now)
        if status != self._shown_title:
            self._retitle(status)
        self._show_hints(size.width, now)

    def _window(self, now: ControllerSnapshot, frame: Frame) -> list[Line]:
        """Return the lines that are seen: of a pane that does not fit a part, beside a bar."""
        room = frame.height
        together = self.screen.has_class("-spread")
        if not frame.full or room >= self.WHOLE or together:
            self._top = 0
            return self.view(now, frame)
        lines = self.view(now, replace(frame, width=frame.width - _BAR, height=self.WHOLE))
        while lines and not lines[-1].text.strip():
            lines.pop()
        self._top = min(self._top, max(len(lines) - room, 0))
        shown = lines[self._top : self._top + room]
        if len(lines) <= room:
            return shown
        width = frame.width - _BAR
        return [
            line(
                cut(each, width),
                " " * (width - min(each.width, width) + 1),
                thumb(place, room, len(lines), self._top, ascii_only=frame.ascii_only),
            )
            for place, each in enumerate(shown)
        ]

    def action_scroll(self, rows: int) -> None:
        """Show what is further down, or up; the ends are at the ends."""
        self._top = max(self._top + rows, 0)
        self.console.tick()

    def action_scroll_page(self, pages: int) -> None:
        """Scroll by what is seen at once."""
        self.action_scroll(pages * max(self._lines_view.size.height - 1, 1))

    def on_mouse_scroll_down(self, _event: MouseScrollDown) -> None:
        """Scroll down."""
        self.action_scroll(_WHEEL)

    def on_mouse_scroll_up(self, _event: MouseScrollUp) -> None:
        """Scroll up."""
        self.action_scroll(-_WHEEL)

    def renew(self) -> None:
        """Let title and keys be written anew: the language is another one."""
        self._hinted = None
        if self.is_attached:
            self._retitle(self._shown_title)

    def show_failure(self, text: str) -> None:
        """Show why the view cannot be drawn, in its place."""
        width = max(self._lines_view.size.width, 1)
        self._lines_view.show([line(Span(part, "bad")) for part in wrap(text, width)])

    def _show_hints(self, width: int, now: ControllerSnapshot) -> None:
        """Show the keys in the border, as many as fit whole; those without effect are dim."""
        wanted = (width, self.hinted(now))
        if wanted == self._hinted:
            return
        self._hinted = wanted
        shown: list[Content] = []
        room = width - 2
        for binding, usable in wanted[1]:
            key, text, action = self.hint_of(binding)
            hint = f"{key} {text}"
            room -= cell_len(hint) + 2
            if room < 0:
                break
            content = Content(hint) if usable else Content.styled(hint, _IDLE)
            shown.append(content.stylize(Style.from_meta({"@click": action})))
        self.border_subtitle = Content("  ").join(shown)

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

    @property
    def heading(self) -> str:
        """The key that goes to it and its name."""
        return f"{self.console.pane_key(self.NAME)} {_(self.TITLE)}".strip()

    def _title(self, status: str) -> str:
        text = f"{self.heading} · {status}" if status else self.heading
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
