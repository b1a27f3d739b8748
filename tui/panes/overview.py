"""The compact board, where there is no room for all panes: a line a stage, which keys act on."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding

from core.operations.snapshot import ControllerSnapshot
from core.seed.preview import FilePreview
from core.text import N_
from tui.export_tables import Cells, Sheet
from tui.panes.base import Pane
from tui.panes.rows_pane import RowsPane
from tui.row_table import Row, RowTable
from tui.styled_text import Line
from tui.views.frame import Frame
from tui.views.overview import overview_foot, stages

_OPEN = Binding("enter", "open", N_("open"), id="rows.open")


def _stage(name: str) -> Cells:
    return (name,)


class OverviewPane(RowsPane):
    """Opens the pane of a stage; the keys of that pane work on its line already.

    stage_of: the pane of a name. files: the seed files as they were found last.
    """

    NAME, NUMBER, TITLE = "overview", "", N_("Board")
    SHEETS: ClassVar[Mapping[str, Sheet]] = {"overview": Sheet("stage", _stage)}

    def __init__(
        self, stage_of: Callable[[str], Pane], files: Callable[[], Sequence[FilePreview]]
    ) -> None:
        super().__init__()
        self.add_class("extra")
        self._stage_of = stage_of
        self._files = files

    @property
    def stage(self) -> Pane | None:
        """The pane of the line under the cursor."""
        row = self.rows_view.current
        return self._stage_of(row.key) if row is not None else None

    def head(self, _now: ControllerSnapshot, _frame: Frame) -> list[Line]:
        """Return nothing: the banner says what there is to say."""
        return []

    def stamp(self, now: ControllerSnapshot) -> tuple[object, ...]:
        """Return the moment: some figure of it is always another one."""
        return (now,)

    def rows_of(self, now: ControllerSnapshot, frame: Frame) -> RowTable:
        """Return the stages."""
        return stages(now, frame, self._files())

    def foot(self, now: ControllerSnapshot, frame: Frame) -> list[Line]:
        """Return the rates over time."""
        return overview_foot(now, frame)

    def hinted(self, now: ControllerSnapshot) -> list[tuple[Binding, bool]]:
        """Return the key that opens a stage, and those of the stage under the cursor."""
        stage = self.stage
        if stage is None or not stage.is_attached:
            return [(_OPEN, True)]
        own = self._keys_of(stage)
        return [(_OPEN, True), *(each for each in stage.hinted(now) if each[0] in own)]

    def _keys_of(self, stage: Pane) -> list[Binding]:
        """Return what is bound for a stage whose pane is there; those of lists are our own."""
        if not stage.is_attached:
            return []
        keys_now = self.console.keys_now
        shared = [keys_now(entry) for entry in RowsPane.BINDINGS if isinstance(entry, Binding)]
        return [entry for entry in stage.own_bindings() if keys_now(entry) not in shared]

    def on_key(self, event: events.Key) -> None:
        """Keys of the stage under the cursor act on it; there is nothing to filter."""
        stage = self.stage
        if stage is None:
            return
        for binding in self._keys_of(stage):
            if event.key in self.console.keys_now(binding):
                event.stop()
                event.prevent_default()
                self.call_later(self.app.run_action, binding.action, stage)
                return

    def action_filter(self) -> None:
        """There is nothing to filter."""

    def open_row(self, row: Row) -> None:
        """Open the pane of a stage."""
        self.call_later(self.run_action, f"screen.choose('{row.key}')")
