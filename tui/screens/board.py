"""The panes of the main screen: which are there, and in which place."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Container

from core.operations.snapshot import ControllerSnapshot
from core.seed.preview import FilePreview
from tui.host import Host
from tui.panes.base import Pane
from tui.panes.consumer import ConsumerPane
from tui.panes.events import EventsPane
from tui.panes.overview import OverviewPane
from tui.panes.rows_pane import RowsPane
from tui.panes.seed import SeedPane
from tui.screens.arrangement import ALL, BOARD, EXTRA, LARGE, later


class Board(Container):
    """Holds every pane. Most come when they are first shown: the first picture is sooner so."""

    def __init__(self) -> None:
        super().__init__(id="board")
        self.seed, self.events = SeedPane(), EventsPane()
        self.overview = OverviewPane(self.pane, self._seed_files)
        made = {pane.NAME: pane for pane in (self.seed, self.events, self.overview)}
        self.panes: dict[str, Pane] = {
            kind.NAME: made.get(kind.NAME) or kind() for kind in (*BOARD, *EXTRA)
        } | {OverviewPane.NAME: self.overview}

    def compose(self) -> ComposeResult:
        """Yield the five panes of a usual screen."""
        yield from (self.panes[kind.NAME] for kind in BOARD)

    def pane(self, name: str) -> Pane:
        """Return a pane by its name."""
        return self.panes[name]

    @property
    def in_order(self) -> list[Pane]:
        """All panes but the compact board, in the order of their numbers."""
        return [self.panes[kind.NAME] for kind in ALL]

    def bring(self, name: str) -> None:
        """Let a pane be there, in its place."""
        if self.panes[name].is_attached:
            return
        after = (self.panes[each] for each in later(name))
        follower = next((pane for pane in after if pane.is_attached), None)
        self.mount(self.panes[name], before=follower)

    def furnish(self) -> None:
        """Let the panes be there that a large screen shows."""
        for kind in LARGE:
            self.bring(kind.NAME)

    def shares(self, name: str, *, large: bool) -> bool:
        """Whether a pane is seen together with others."""
        return not self.panes[name].EXTRA or (large and name in {kind.NAME for kind in LARGE})

    def choose(self, name: str, *, followed: bool, update: bool) -> None:
        """Mark the pane that keys go to. followed: a row led to it; update: style it at once.

        The mark is seen only while one pane has the screen; a change of that styles all of them.
        """
        self.bring(name)
        for pane in self.panes.values():
            if isinstance(pane, RowsPane):
                pane.followed = followed and name == pane.NAME
            if pane.is_attached:
                pane.set_class(name == pane.NAME, "-shown", update=update)

    def wants(self, chosen: Pane, *, spread: bool) -> str:
        """Return which reading somebody sees, while one pane has the keys; see `Explorer`."""
        seen = chosen.wants if isinstance(chosen, RowsPane) else ""
        return seen or (self.events.wants if spread else "")

    def draw(self, now: ControllerSnapshot, console: Host, *, full: bool, spread: bool) -> None:
        """Draw a moment. full: one pane has the screen; spread: eight share it."""
        for pane in self.panes.values():
            if pane.is_attached:
                most = full or (spread and pane.NAME == ConsumerPane.NAME)
                draw = partial(pane.draw, now, full=most)
                console.drawing.part(f"view-{pane.NAME}", draw, pane.show_failure)

    @property
    def seed_folder(self) -> Path | None:
        """Where the seed pane makes its files; None is the folder of the settings."""
        return self.seed.options.output

    def _seed_files(self) -> Sequence[FilePreview]:
        return self.seed.found
