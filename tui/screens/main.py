"""The main screen: the strip, the panes (all at once, or one at a time), the footer."""

from dataclasses import replace
from pathlib import Path
from typing import ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from core.operations.snapshot import ControllerSnapshot
from core.text import N_, _
from tui.causes import Follow, OpenBehind, OpenTrace
from tui.host import Host
from tui.keys import CHART_KEYS, TRACE_KEY
from tui.panes.base import Pane
from tui.panes.overview import OverviewPane
from tui.panes.rows_pane import RowsPane
from tui.screens.arrangement import ALL, layout
from tui.screens.board import Board
from tui.screens.edges import Edges
from tui.screens.trail import Trail
from tui.time_window import TimeWindow
from tui.views.banner import banner
from tui.views.frame import Frame


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
            for kind in ALL
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
        TRACE_KEY,
        *CHART_KEYS,
    ]

    AUTO_FOCUS = ""  # on_mount chooses; Textual would take the first pane of a small terminal
    # Textual's own repaints the whole screen when the focus moves; the panes repaint themselves.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(self) -> None:
        super().__init__(id="main")
        self._edges = Edges()
        self._board = Board()
        self._chosen = self._last_on_board = "producer"
        self._maximised = False
        self.window = TimeWindow()
        self._trail = Trail()

    def compose(self) -> ComposeResult:
        """Yield strip, banner, tabs, panes and footer."""
        # Before there is anything whose styles the layout's classes would change.
        self.set_class(self.console.ascii_only, "-ascii")
        self._fit()
        yield from self._edges.above()
        yield self._board
        yield self._edges.footer

    def on_mount(self) -> None:
        """Show the first pane as chosen, or the compact board."""
        self._furnish()
        self.action_choose(OverviewPane.NAME if self.small else self._chosen)

    def on_resize(self, _event: events.Resize) -> None:
        """Take the layout that fits, and draw at once."""
        small, large = self.small, self.has_class("-large")
        self._fit()
        self._furnish()
        if small != self.small:
            self._turn()
        elif large != self.has_class("-large"):
            self._choose(self._chosen)
        self.call_after_refresh(self.console.tick)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Follow the focus: keys and tabs are those of its pane."""
        if isinstance(event.widget, Pane) and self._chosen != event.widget.NAME:
            self._choose(event.widget.NAME)

    @property
    def console(self) -> Host:
        """The application."""
        return cast("Host", self.app)

    def _turn(self) -> None:
        """Go from all panes to the compact board, or back; a pane that has the screen keeps it."""
        compact = self._chosen == OverviewPane.NAME
        if compact and not self.small:
            self.action_choose(self._last_on_board)
        elif self.small and not self.has_class("-alone"):
            self.action_choose(OverviewPane.NAME)

    def _furnish(self) -> None:
        """Let the panes that a large board shows be there."""
        if self.has_class("-large"):
            self._board.furnish()

    def _on_board(self, name: str) -> bool:
        """Whether a pane is seen together with others."""
        return self._board.shares(name, large=self.has_class("-large"))

    @property
    def small(self) -> bool:
        """Whether the terminal has no room for all panes: a compact board stands for them."""
        return self.has_class("-narrow") or self.has_class("-low")

    @property
    def single(self) -> bool:
        """Whether one pane has the whole screen."""
        return any(self.has_class(name) for name in ("-alone", "-narrow", "-low"))

    @property
    def panes(self) -> list[Pane]:
        """All panes in the order of their numbers."""
        return self._board.in_order

    @property
    def chosen(self) -> Pane:
        """The pane that keys go to."""
        return self.pane(self._chosen)

    @property
    def seed_folder(self) -> Path | None:
        """Where the seed pane makes its files; None is the folder of the settings."""
        return self._board.seed_folder

    def pane(self, name: str) -> Pane:
        """Return a pane by its name."""
        return self._board.pane(name)

    def draw(self, now: ControllerSnapshot) -> None:
        """Show a moment."""
        console = self.console
        frame = console.frame(Size(self.size.width, 1), full=False)
        part = console.drawing.part
        part("view-strip", lambda: self._edges.draw_strip(now, frame), self._edges.say)
        part("view-edges", lambda: self._draw_edges(now, frame))
        spread = self.has_class("-spread")
        # What nobody sees is not read.
        console.controller.explorer.look_at(self._board.wants(self.chosen, spread=spread))
        self._board.draw(now, console, full=self.single, spread=spread)

    def _draw_edges(self, now: ControllerSnapshot, frame: Frame) -> None:
        crumbs = self._trail.told(
            self._board.panes, self.chosen, self.size.width - 1, ascii_only=frame.ascii_only
        )
        tiny = self.has_class("-tiny")
        self._edges.show_banner([] if tiny else [*crumbs, *banner(now, frame)])
        if self.single:
            shown = [self._board.overview, *self.panes] if self.small else self.panes
            key_of = self.console.pane_key
            titles = [(pane.NAME, key_of(pane.NAME), _(pane.TITLE)) for pane in shown]
            self._edges.show_tabs(titles, self._chosen, frame.width)
        leads_back = self.single and self._chosen != OverviewPane.NAME
        keys = [self.console.pane_key(kind.NAME) for kind in ALL]
        self._edges.show_keys(self.console, keys, frame.width, leads_back=leads_back)

    def action_choose(self, name: str) -> None:
        """Focus a pane, or show it where there is room for one only."""
        self._trail.clear()
        self._go(name)

    def on_follow(self, event: Follow) -> None:
        """Show what is behind a row, already filtered; escape comes back from there."""
        event.stop()
        if event.place.behind is not None:
            self.post_message(OpenBehind(event.place.behind))
            return
        self._trail.leave(self.chosen, event.told, maximised=self._maximised)
        self._maximised = True
        self._enter(event.place.pane, event.place.part, event.place.words)

    def _enter(self, name: str, part: str, words: str) -> None:
        pane = self.pane(name)
        self._go(name)
        if isinstance(pane, RowsPane):
            pane.show_part(part)
            pane.rows_view.set_filter(words)

    def _step_back(self) -> None:
        """Go back to where the last row was followed, as it was there."""
        crumb = self._trail.back()
        left = self.chosen
        if isinstance(left, RowsPane):
            left.rows_view.clear_filter()
        self._maximised = crumb.maximised
        self._enter(crumb.pane, crumb.part, crumb.words)
        pane = self.chosen
        if isinstance(pane, RowsPane):
            pane.rows_view.point_at(crumb.row)

    def _go(self, name: str) -> None:
        before, pane = self.chosen, self.pane(name)
        if isinstance(pane, OverviewPane) and before.is_attached:
            pane.rows_view.point_at(before.NAME)
        self._choose(name)
        # At once, so that keys typed quickly after it reach this pane already; one that is not
        # displayed yet could not have the focus.
        for changed in {before, pane}:
            self.app.stylesheet.apply(changed)
        self.set_focus(pane)

    def action_maximise(self) -> None:
        """Give the chosen pane the whole screen, or give it back."""
        if self.small:
            stage = self._board.overview.stage
            here = self._chosen == OverviewPane.NAME
            self.action_choose(stage.NAME if here and stage is not None else OverviewPane.NAME)
            return
        self._maximised = not self._maximised
        self._choose(self._chosen)

    def action_restore(self) -> None:
        """Give the screen back to all panes, or to the compact board; first end what is read."""
        if self.window.back is not None:
            self.window = replace(self.window, back=None)
            self.console.tick()
            return
        if self._trail:
            self._step_back()
            return
        if self.small:
            self._maximised = False
            self.action_choose(OverviewPane.NAME)
            return
        if not self._on_board(self._chosen):
            self._maximised = False
            self.action_choose(self._last_on_board)
        elif self._maximised:
            self.action_maximise()

    def action_trace(self) -> None:
        """Show where the key under the cursor is; ask which where there is none."""
        pane = self.chosen
        self.post_message(OpenTrace(pane.key_under_cursor if isinstance(pane, RowsPane) else ""))

    def action_range(self, step: int) -> None:
        """Show a longer stretch of time in charts, or a shorter one."""
        self.window = self.window.longer(step)
        self.console.tick()

    def action_read(self, step: int) -> None:
        """Read another value off the charts."""
        self.window = self.window.moved(step, self.console.controller.snapshot())
        self.console.tick()

    def action_hold(self) -> None:
        """Hold the charts, or let them go on."""
        self.window = self.window.paused(self.console.controller.snapshot())
        self.console.tick()

    def _choose(self, name: str) -> None:
        alone, self._chosen = self.single, name
        extra = not self._on_board(name)
        if not self.pane(name).EXTRA and name != OverviewPane.NAME:
            self._last_on_board = name
        self._board.choose(name, followed=bool(self._trail), update=self.single)
        self.set_class(extra or self._maximised, "-alone")
        self.set_class(self.has_class("-large") and not self.single, "-spread")
        # Where all panes stay where they are only marks change: the next moment draws the rest, and
        # the key is answered sooner.
        if alone or self.single:
            self.call_after_refresh(self.console.tick)

    def _fit(self) -> None:
        classes = layout(*self.app.size)
        for name, fits in classes.items():
            self.set_class(fits, name)
        self.set_class(classes["-large"] and not self.has_class("-alone"), "-spread")
