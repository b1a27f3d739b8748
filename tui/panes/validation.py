"""The validation pane."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.worker import get_current_worker

from core.errors import DropshipError
from core.operations.snapshot import ControllerSnapshot
from core.text import N_, _
from core.threads import reported
from core.validation.history import PastRun
from core.validation.model import CheckResult
from tui.causes import Place, cause_of_check
from tui.commands import Command, seconds
from tui.dialogs.intervals import choose_interval
from tui.dialogs.row_details import RowDetails
from tui.export_tables import Cells, Sheet
from tui.panes.rows_pane import RowsPane
from tui.row_table import Row, RowTable
from tui.styled_text import Line
from tui.views.billing import asked_every
from tui.views.check_details import check_details
from tui.views.frame import Frame, keyed
from tui.views.validation import checks_table, validation_foot, validation_head

_EVERY = (10.0, 30.0, 60.0, 300.0)
_PAST_RUNS = 100


def _check(check: CheckResult) -> Cells:
    return check.name, check.status.name, check.message, round(check.elapsed_s, 3)


class ValidationPane(RowsPane):
    """Runs the checks, once or regularly, and opens one of them."""

    NAME, NUMBER, TITLE = "validation", "4", N_("Validation")
    SHEETS: ClassVar[Mapping[str, Sheet]] = {
        "validation": Sheet("check status message elapsed_s", _check),
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "v",
            "validate",
            N_("run now"),
            id="validation.run",
            tooltip=N_("run all checks now and write a report"),
        ),
        Binding(
            "i",
            "interval",
            N_("interval"),
            id="validation.interval",
            tooltip=N_("choose how often: every 10, 30, 60, 300 seconds, or manually"),
        ),
        Binding(
            "e",
            "export",
            N_("reports"),
            id="validation.export",
            tooltip=N_("show report paths (JSON, HTML, JUnit)"),
        ),
    ]

    CHANGES = frozenset({"validation.run", "validation.interval"})

    def __init__(self) -> None:
        super().__init__()
        self._told: tuple[str, ...] = ()
        self._past: Sequence[PastRun] = ()
        self._past_of: tuple[bool, datetime | None] = (False, None)

    def head(self, now: ControllerSnapshot, frame: Frame) -> list[Line]:
        """Return what is wrong, or which key runs the checks."""
        return validation_head(now, frame)

    def stamp(self, now: ControllerSnapshot) -> tuple[object, ...]:
        """Return what the rows are made of."""
        result = now.validation.result
        told = tuple(check.told(now.at) for check in result.checks) if result else ()
        if told != self._told:
            self._told = told
        return (result, self._told, now.since_check.outdated)

    def rows_of(self, now: ControllerSnapshot, frame: Frame) -> RowTable:
        """Return the checks."""
        old = now.since_check.outdated
        return checks_table(now.validation.result, frame, now.at, old=old)

    def foot(self, now: ControllerSnapshot, frame: Frame) -> list[Line]:
        """Return reports and earlier runs."""
        return validation_foot(now, self._past, frame)

    def status(self, now: ControllerSnapshot) -> str:
        """Return the verdict and how often it is renewed."""
        parts = []
        if now.validation.running:
            parts.append(_("checking"))
        elif now.validation.result is not None:
            result = now.validation.result
            age = self.console.formats.age(result.run_at, now.at)
            parts += [result.status.name, _("{age} ago").format(age=age)]
            if now.since_check.outdated:
                parts.append(_("out of date"))
        if now.validation_every_s:
            parts.append(asked_every(now, now.validation_every_s))
        return " · ".join(parts)

    def draw(self, now: ControllerSnapshot, *, full: bool) -> None:
        """Draw a moment; read the runs before when there may be another one."""
        moment = (now.ready, now.validation.ended_at)
        if moment != self._past_of:
            self._past_of = moment
            self._read_past()
        super().draw(now, full=full)

    @work(thread=True, exclusive=True, group="past-runs", exit_on_error=False)
    def _read_past(self) -> None:
        """Ask the warehouse, off the screen's thread; without an answer the old list stays."""
        with reported("past-runs"):
            try:
                found = self.controller.past_validations(_PAST_RUNS)
            except DropshipError:
                return
            if not get_current_worker().is_cancelled:
                self._past = found

    def cause_of(self, row: Row) -> Place | None:
        """Return where what a check found is seen, beside its own figures and rows."""
        check = row.source
        if not isinstance(check, CheckResult):
            return None
        return cause_of_check(check, self.controller.settings.pipeline.definition)

    def open_row(self, row: Row) -> None:
        """Show a check with its figures and the rows it found."""
        check = row.source
        if isinstance(check, CheckResult):
            self.show_details(
                RowDetails(
                    check.name,
                    lambda frame: check_details(check, frame, self.controller.snapshot().at),
                    self.frame_now(),
                    ages=check.aging is not None,
                )
            )

    def usable(self, action: str, now: ControllerSnapshot) -> bool:
        """Whether a key does something."""
        if action == "validation.export":
            return bool(now.reports)
        return action != "validation.run" or not now.validation.running

    def commands(self) -> Sequence[Command]:
        """Return what the command line takes for this pane."""
        return (Command("every", _("seconds; 0 is manually"), self._take_interval),)

    def _take_interval(self, argument: str) -> None:
        """Repeat every so many seconds. Errors: UsageError."""
        self.controller.validate_every(seconds(argument))

    def action_validate(self) -> None:
        """Run all checks."""
        if self.opened():
            self.controller.validate()

    def action_interval(self) -> None:
        """Choose how often by itself."""
        present = self.controller.snapshot().validation_every_s
        choose_interval(
            self.app, _("Run the checks"), _EVERY, present, self.controller.validate_every
        )

    def action_export(self) -> None:
        """Say where the reports of the last run are."""
        reports = self.controller.snapshot().reports
        if reports:
            self.console.tell(_("reports: {files}").format(files=", ".join(reports)))
        else:
            told = _("There is no report yet: [v] runs the checks and writes them.")
            self.console.refuse(keyed(told, {"v": "validation.run"}, self.console.key_of))
