"""The log pane."""

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType

from core.operations.logtail import LogEntry
from core.operations.snapshot import ControllerSnapshot
from core.text import N_
from tui.dialogs.row_details import RowDetails
from tui.export_tables import Cells, Sheet, time_of, whole
from tui.panes.rows_pane import RowsPane
from tui.row_table import Row, RowTable
from tui.styled_text import Line
from tui.views.frame import Frame
from tui.views.logs import LEVELS, log_details, logs_head, logs_table


def _log(entry: LogEntry) -> Cells:
    fields = " ".join(f"{name}={value}" for name, value in entry.fields)
    return (
        time_of(entry.at),
        entry.level,
        whole(entry.logger),
        whole(entry.thread),
        whole(entry.message),
        whole(fields),
    )


class LogsPane(RowsPane):
    """Follows the log; a cursor that is moved up holds it."""

    NAME, NUMBER, TITLE, EXTRA = "logs", "9", N_("Logs"), True
    SHEETS: ClassVar[Mapping[str, Sheet]] = {
        "logs": Sheet("at level logger thread message fields", _log),
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "l",
            "level",
            N_("level"),
            id="logs.level",
            tooltip=N_("show DEBUG, INFO, WARNING or ERROR and above"),
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._least = LEVELS[1]

    def head(self, now: ControllerSnapshot, frame: Frame) -> list[Line]:
        """Return the level and where the file is."""
        file = str(self.controller.settings.paths.log_file)
        return logs_head(now.explored.log, self._least, file, frame)

    def stamp(self, now: ControllerSnapshot) -> tuple[object, ...]:
        """Return what the rows are made of."""
        return (self._least, now.explored.log)

    def rows_of(self, now: ControllerSnapshot, frame: Frame) -> RowTable:
        """Return the records of the level."""
        return logs_table(now.explored.log, self._least, frame.formats)

    def open_row(self, row: Row) -> None:
        """Show a record in full."""
        entry = row.source
        if isinstance(entry, LogEntry):
            self.show_details(
                RowDetails(entry.level, lambda frame: log_details(entry, frame), self.frame_now())
            )

    def action_level(self) -> None:
        """Take the next level."""
        self._least = LEVELS[(LEVELS.index(self._least) + 1) % len(LEVELS)]
        self.console.tick()
