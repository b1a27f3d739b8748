"""The main screen: the strip, the panes (all at once, or one at a time), the footer."""

from functools import partial
from pathlib import Path
from typing import ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from core.operations.snapshot import ControllerSnapshot
from core.text import N_, _
from tui.host import Host
from tui.panes.alerts import AlertsPane
from tui.panes.base import Pane
from tui.panes.consumer import ConsumerPane
from tui.panes.doctor import DoctorPane
from tui.panes.events import EventsPane
from tui.panes.kpis import KpisPane
from tui.panes.logs import LogsPane
from tui.panes.producer import ProducerPane
from tui.panes.rows_pane import RowsPane
from tui.panes.seed import SeedPane
from tui.panes.validation import ValidationPane
from tui.panes.warehouse import WarehousePane
from tui.styled_text import Line, Span, line, parted
from tui.views.banner import banner
from tui.views.footer_tabs import footer, span_of, tabs
from tui.views.frame import Frame
from tui.views.strip import strip
from tui.widgets.lines_view import LinesView

_BOARD: tuple[type[Pane], ...] = (SeedPane, ProducerPane, KpisPane, ConsumerPane, ValidationPane)
"""On one screen where there is room, in the order of the grid."""
_EXTRA: tuple[type[Pane], ...] = (
    EventsPane,
    WarehousePane,
    AlertsPane,
    LogsPane,
    DoctorPane,
)
"""Always alone on the screen."""
_ALL = tuple(sorted(_BOARD + _EXTRA, key=lambda kind: (kind.NUMBER == "0", kind.NUMBER)))
_WIDE, _TALL, _ROOMY = 110, 30, 36
_TINY_WIDTH, _TINY_HEIGHT = 40, 10
_ALWAYS = {"app.help", "app.quit"}
"""Keys that the footer never leaves out."""


class MainScreen(Screen[None]):
    """Five panes. `draw` shows a moment; keys of a pane are bound in the pane."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(
                kind.NUMBER,
                f"choose('{kind.NAME}')",
                kind.TITLE,
                id=f"pane.{kind.NAME}",
                show=False,
            )
            for kind in _ALL
        ),
        Binding(
            "z",
            "maximise",
            N_("maximise"),
            id="pane.maximise",
            tooltip=N_("maximise or restore the pane"),
        ),
        Binding(
            "escape",
            "restore",
            N_("back"),
            id="pane.restore",
            show=False,
            tooltip=N_("back to all panes"),
        ),
    ]

    AUTO_FOCUS = ""  # on_mount chooses; Textual would take the first pane of a small terminal
    # Textual's own repaints the whole screen when the focus moves; the panes repaint themselves.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(self) -> None:
        super().__init__(id="main")
        self._strip, self._clock = LinesView(id="strip-parts"), LinesView(id="clock")
        self._banner = LinesView(id="banner")
        self._tabs = LinesView(id="tabs")
        self._footer = LinesView(id="footer")
        self._panes = {kind.NAME: kind() for kind in _BOARD + _EXTRA}
        self._chosen = self._last_on_board = "producer"
        self._maximised = False

    def compose(self) -> ComposeResult:
        """Yield strip, banner, tabs, panes and footer."""
        # Before there is anything whose styles the layout's classes would change.
        self.set_class(self.console.ascii_only, "-ascii")
        self._fit()
        # The clock moves when nothing else does: alone it costs a tenth of the bytes.
        yield Container(self._strip, self._clock, id="strip")
        yield self._banner
        yield self._tabs
        # The other panes come when they are first shown: the first picture is sooner without them.
        yield Container(*(self._panes[kind.NAME] for kind in _BOARD), id="board")
        yield self._footer

    def on_mount(self) -> None:
        """Show the first pane as chosen."""
        self.action_choose(self._chosen)

    def on_resize(self, _event: events.Resize) -> None:
        """Take the layout that fits, and draw at once."""
        self._fit()
        self.call_after_refresh(self.console.tick)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Follow the focus: keys and tabs are those of its pane."""
        if isinstance(event.widget, Pane) and self._chosen != event.widget.NAME:
            self._choose(event.widget.NAME)

    @property
    def console(self) -> Host:
        """The application."""
        return cast("Host", self.app)

    @property
    def single(self) -> bool:
        """Whether one pane has the whole screen."""
        return any(self.has_class(name) for name in ("-alone", "-narrow", "-low"))

    @property
    def panes(self) -> list[Pane]:
        """All panes in the order of their numbers."""
        return [self._panes[kind.NAME] for kind in _ALL]

    @property
    def chosen(self) -> Pane:
        """The pane that keys go to."""
        return self._panes[self._chosen]

    @property
    def seed_folder(self) -> Path | None:
        """Where the seed pane makes its files; None is the folder of the settings."""
        seed = self._panes[SeedPane.NAME]
        return seed.options.output if isinstance(seed, SeedPane) else None

    def pane(self, name: str) -> Pane:
        """Return a pane by its name."""
        return self._panes[name]

    def draw(self, now: ControllerSnapshot) -> None:
        """Show a moment."""
        console = self.console
        formats, plain = console.formats, console.ascii_only
        frame = Frame(self.size.width, 1, formats, plain)
        part = console.drawing.part
        part("view-strip", lambda: self._draw_strip(now, frame), self._say_in_strip)
        part("view-edges", lambda: self._draw_edges(now, frame))
        # What nobody sees is not read.
        seen = self.chosen.wants if isinstance(self.chosen, RowsPane) else ""
        console.controller.explorer.look_at(seen)
        full = self.single
        for pane in self._panes.values():
            if pane.is_attached:
                draw = partial(pane.draw, now, formats, ascii_only=plain, full=full)
                part(f"view-{pane.NAME}", draw, pane.show_failure)

    def _draw_strip(self, now: ControllerSnapshot, frame: Frame) -> None:
        (whole,) = strip(now, frame)
        parts, clock = parted(whole, self._strip.size.width)
        self._strip.show([parts])
        self._clock.show([clock])

    def _say_in_strip(self, text: str) -> None:
        self._strip.show([line(Span(text, "bad"))])

    def _draw_edges(self, now: ControllerSnapshot, frame: Frame) -> None:
        self._show_banner(banner(now, frame))
        if self.single:
            titles = [(pane.NUMBER, _(pane.TITLE)) for pane in self.panes]
            self._tabs.show([tabs(titles, self.chosen.NUMBER, frame.width)])
        self._footer.show([self._foot_line(frame.width)])

    def action_choose(self, name: str) -> None:
        """Focus a pane, or show it where there is room for one only."""
        before, pane = self.chosen, self._panes[name]
        self._choose(name)
        # At once, so that keys typed quickly after it reach this pane already; one that is not
        # displayed yet could not have the focus.
        for changed in {before, pane}:
            self.app.stylesheet.apply(changed)
        self.set_focus(pane)

    def action_maximise(self) -> None:
        """Give the chosen pane the whole screen, or give it back."""
        self._maximised = not self._maximised
        self._choose(self._chosen)

    def action_restore(self) -> None:
        """Give the screen back to all panes."""
        if self._panes[self._chosen].EXTRA:
            self._maximised = False
            self.action_choose(self._last_on_board)
        elif self._maximised:
            self.action_maximise()

    def _choose(self, name: str) -> None:
        self._chosen = name
        extra = self._panes[name].EXTRA
        if not extra:
            self._last_on_board = name
        if not self._panes[name].is_attached:
            self.query_one("#board").mount(self._panes[name])
        for pane in self._panes.values():
            if pane.is_attached:
                # Seen only while one pane has the screen; a change of that looks at all of them.
                pane.set_class(name == pane.NAME, "-shown", update=self.single)
        self.set_class(extra or self._maximised, "-alone")
        self.call_after_refresh(self.console.tick)

    def _fit(self) -> None:
        width, height = self.app.size
        tiny = width < _TINY_WIDTH or height < _TINY_HEIGHT
        self.set_class(width < _WIDE, "-narrow")
        self.set_class(height < _TALL, "-low")
        self.set_class(height >= _ROOMY, "-roomy")
        self.set_class(tiny, "-tiny")

    def _show_banner(self, lines: list[Line]) -> None:
        """Give the banner the height of its lines; most of the time there are none."""
        if self.has_class("-tiny"):
            lines = []
        if len(lines) != len(self._banner.lines):
            self._banner.styles.height = len(lines)
            self._banner.display = bool(lines)
        self._banner.show(lines)

    def _foot_line(self, width: int) -> Line:
        pairs = [
            (binding.id, self.app.get_key_display(binding), _(binding.description))
            for binding in self.console.shown_bindings()
        ]
        always = [(key, text) for name, key, text in pairs if name in _ALWAYS]
        hints = [(key, text) for name, key, text in pairs if name not in _ALWAYS]
        hints.insert(0, (span_of([kind.NUMBER for kind in _ALL]), _("panes")))
        return footer(hints, always, width)
