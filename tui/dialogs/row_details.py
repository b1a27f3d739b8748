"""One row of a table in full, beside its list or over it: scrolls, copies, closes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar, Self, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.geometry import Region
from textual.screen import ModalScreen

from core.text import N_, _, clean
from tui.causes import Place
from tui.dialogs.choose import ChooseScreen
from tui.host import Host
from tui.styled_text import Line
from tui.views.frame import Frame
from tui.views.key_hints import key_line
from tui.widgets.lines_view import LinesView

_MOST_LINES = 20_000


class RowDetails(ModalScreen[None]):
    """Shows the lines that `view` makes for the width there is; ages: once a second anew.

    parts: what can be copied apart, by name. cause, step and follow are given by the list: where
    what is behind the row is seen, and how to go on to another row or there. beside: returns where
    there is room next to the list; None where there is none.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", N_("close"), id="row.close"),
        Binding("enter", "cause", N_("go to the cause, or close"), id="row.cause", show=False),
        Binding("n", "step(1)", N_("next row"), id="row.next", show=False),
        Binding("p", "step(-1)", N_("previous row"), id="row.previous", show=False),
        Binding("j,down", "move(1)", N_("down"), id="row.down", show=False),
        Binding("k,up", "move(-1)", N_("up"), id="row.up", show=False),
        Binding("ctrl+d,pagedown,space", "page(10)", N_("page down"), id="row.page", show=False),
        Binding("ctrl+u,pageup", "page(-10)", N_("page up"), id="row.back", show=False),
        Binding("g,home", "end(False)", N_("begin"), id="row.first", show=False),
        Binding("G,end", "end(True)", N_("end"), id="row.last", show=False),
        Binding("y", "copy", N_("copy"), id="row.copy"),
        Binding("Y", "copy_part", N_("copy a part"), id="row.part", show=False),
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
            border-title-color: $text-primary;
            border-subtitle-color: $text-primary;
            background: $surface;
            padding: 0 2;
            scrollbar-gutter: stable;
        }
        &.-beside {
            align: left top;
            background: transparent;

            #row-details { max-height: 100%; padding: 0 1; }
        }
    }
    """

    def __init__(
        self,
        title: str,
        view: Callable[[Frame], list[Line]],
        frame: Frame,
        *,
        ages: bool = False,
        parts: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__()
        self._heading = title
        self._make = view
        self._frame = frame
        self._ages = ages
        self._parts = parts
        self._view = LinesView()
        self.cause: Place | None = None
        self.step: Callable[[int], None] | None = None
        self.follow: Callable[[], None] | None = None
        self.beside: Callable[[], Region | None] = lambda: None

    def compose(self) -> ComposeResult:
        """Yield the lines in a box that scrolls."""
        with VerticalScroll(id="row-details"):
            yield self._view

    @property
    def _hints(self) -> list[tuple[str, str]]:
        """Ids of actions, apart by blanks, and what they do."""
        hints = [("row.cause", _("go to the cause"))] if self.cause is not None else []
        if self.step is not None:
            hints.append(("row.next row.previous", _("next, previous")))
        hints += [("row.close", _("close")), ("row.copy", _("copy"))]
        return [*hints, ("row.part", _("copy a part"))] if self._parts else hints

    def _name_box(self, width: int) -> None:
        """Write the title, and the keys that there is room for."""
        named = [(self.console.shown_keys(ids), text) for ids, text in self._hints]
        self._box.border_title = Content(self._heading)
        self._box.border_subtitle = Content(key_line(named, width).text.strip())

    @property
    def console(self) -> Host:
        """The application."""
        return cast("Host", self.app)

    def take(self, other: Self) -> None:
        """Show another row instead."""
        self._heading, self._make = other._heading, other._make
        self._parts, self._ages = other._parts, other._ages
        self.cause = other.cause
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
        self._fit()
        self.call_after_refresh(self._draw)
        self.set_interval(1.0, self._grow_older)

    def _grow_older(self) -> None:
        if self._ages:
            self._draw()

    def on_resize(self, _event: Resize) -> None:
        """Draw for another width."""
        self.call_after_refresh(self._fit)
        self.call_after_refresh(self._draw)

    @property
    def lines(self) -> Sequence[Line]:
        """What is shown, for tests and copies."""
        return self._view.lines

    def action_move(self, step: int) -> None:
        """Scroll; beside its list go to another row of that."""
        if self.has_class("-beside") and self.step is not None:
            self.step(step)
        else:
            self._box.scroll_relative(y=step, animate=False)

    def action_page(self, lines: int) -> None:
        """Scroll by several lines."""
        self._box.scroll_relative(y=lines, animate=False)

    def action_end(self, last: bool) -> None:
        """Scroll to an end."""
        if last:
            self._box.scroll_end(animate=False)
        else:
            self._box.scroll_home(animate=False)

    def action_copy(self) -> None:
        """Copy what is shown."""
        self.app.copy_to_clipboard("\n".join(entry.text.rstrip() for entry in self.lines))
        self.console.tell(_("copied"))

    def action_copy_part(self) -> None:
        """Copy one part: which one is asked."""
        if not self._parts:
            return
        texts = dict(self._parts)

        def chosen(name: str | None) -> None:
            if name is not None:
                self.app.copy_to_clipboard(texts[name])
                self.console.tell(_("copied"))

        choices = [(name, f"{name}  {clean(text, 60)}") for name, text in self._parts]
        self.app.push_screen(ChooseScreen(_("Copy which part?"), choices), chosen)

    @property
    def _box(self) -> VerticalScroll:
        return self.query_one("#row-details", VerticalScroll)

    def _fit(self) -> None:
        """Take the place beside the list where there is one, else the middle of the screen."""
        room, styles = self.beside(), self._box.styles
        self.set_class(room is not None, "-beside")
        if room is None:
            for rule in ("width", "height", "offset"):
                styles.inline.clear_rule(rule)
        else:
            styles.width, styles.height = room.width, room.height
            styles.offset = (room.x, room.y)

    def _draw(self) -> None:
        self._name_box(self._box.size.width - 2)
        width = self._box.scrollable_content_region.width
        frame = replace(self._frame, width=width, height=0, full=True)
        lines = self._make(frame)[:_MOST_LINES]
        self._view.styles.height = len(lines)
        self._view.show(lines)
