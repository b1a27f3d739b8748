"""The doctor pane: checks of everything around the pipeline, and the settings in force."""

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType

from core.doctor.model import Finding, Status
from core.operations.effective_settings import EffectiveSetting
from core.operations.snapshot import ControllerSnapshot
from core.text import N_, _, clean
from tui.dialogs.row_details import RowDetails
from tui.export_tables import Cells, Sheet, whole
from tui.panes.rows_pane import RowsPane
from tui.row_table import Row, RowTable
from tui.styled_text import Line
from tui.views.doctor import doctor_head, finding_details, findings_table, settings_table
from tui.views.frame import Frame


def _finding(found: Finding) -> Cells:
    return found.name, found.status.value, whole(found.detail), whole(found.hint)


def _setting(setting: EffectiveSetting) -> Cells:
    return setting.name, whole(setting.value), whole(setting.where) or "default"


class DoctorPane(RowsPane):
    """Runs the doctor, and shows settings with where they come from."""

    NAME, NUMBER, TITLE, EXTRA = "doctor", "0", N_("Doctor"), True
    SHEETS: ClassVar[Mapping[str, Sheet]] = {
        "doctor": Sheet("check status found fix", _finding),
        "settings": Sheet("setting value from", _setting),
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "examine", N_("check everything"), id="doctor.run"),
        Binding(
            "tab",
            "switch",
            N_("settings"),
            id="doctor.switch",
            tooltip=N_("checks, or the settings in force"),
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._settings = False

    def head(self, now: ControllerSnapshot, frame: Frame) -> list[Line]:
        """Return the verdict."""
        return doctor_head(now, frame, settings=self._settings)

    def stamp(self, now: ControllerSnapshot) -> tuple[object, ...]:
        """Return what the rows are made of."""
        return ("settings",) if self._settings else ("checks", now.explored.doctor.result)

    def rows_of(self, now: ControllerSnapshot, frame: Frame) -> RowTable:
        """Return checks or settings."""
        if self._settings:
            return settings_table(self.controller.explorer.settings())
        found = now.explored.doctor.result or ()
        return findings_table(found, frame)

    @property
    def sheet(self) -> str:
        """Checks or settings."""
        return "settings" if self._settings else "doctor"

    def status(self, now: ControllerSnapshot) -> str:
        """Return the verdict in a word."""
        if now.explored.doctor.running:
            return _("checking")
        found = now.explored.doctor.result
        if found is None:
            return ""
        worst = [status for status in Status if any(one.status is status for one in found)]
        return worst[-1].value if worst else ""

    def open_row(self, row: Row) -> None:
        """Show a check or a setting in full."""
        source = row.source
        if isinstance(source, (Finding, EffectiveSetting)):
            self.show_details(
                RowDetails(
                    clean(source.name, 60),
                    lambda frame: finding_details(source, frame),
                    self.frame_now(),
                )
            )

    def action_examine(self) -> None:
        """Check everything."""
        self.controller.explorer.examine()
        self.console.tick()

    def action_switch(self) -> None:
        """Show checks or settings."""
        self._settings = not self._settings
        self.rows_view.start_over()
        self.console.tick()
