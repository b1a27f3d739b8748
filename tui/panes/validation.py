"""The validation pane."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual import events, work
from textual.binding import Binding, BindingType
from textual.worker import get_current_worker

from core.errors import DropshipError
from core.operations.snapshot import DeskSnapshot
from core.text import N_, _
from core.validation.history import PastRun
from core.validation.model import CheckResult
from tui.formats import Formats
from tui.lines import Line
from tui.panes.base import Pane
from tui.screens.check_details import CheckDetails
from tui.views.frame import Frame
from tui.views.validation import listed, validation

_EVERY = (0.0, 10.0, 30.0, 60.0, 300.0)
_PAST_RUNS = 100


class ValidationPane(Pane):
    """Runs the checks, once or regularly, and opens one of them."""

    NAME, NUMBER, TITLE = "validation", "4", N_("Validation")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "validate", N_("run now"), id="validation.run"),
        Binding(
            "i",
            "interval",
            N_("every"),
            id="validation.interval",
            tooltip=N_("run every 10, 30, 60, 300 seconds, or only when asked"),
        ),
        Binding(
            "enter",
            "details",
            N_("details"),
            id="validation.details",
            tooltip=N_("figures and rows of the check under the cursor"),
        ),
        Binding("j,down", "move(1)", N_("next check"), id="validation.next", show=False),
        Binding("k,up", "move(-1)", N_("check before"), id="validation.before", show=False),
        Binding(
            "e",
            "export",
            N_("export"),
            id="validation.export",
            tooltip=N_("say where the reports are: JSON, HTML, JUnit"),
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._selected = ""
        self._past: Sequence[PastRun] = ()
        self._past_of: tuple[bool, datetime | None] = (False, None)
        self._frame: Frame | None = None

    def view(self, now: DeskSnapshot, frame: Frame) -> list[Line]:
        """Return the checks."""
        self._frame = frame
        selected = self._selected if self.has_focus else ""
        return validation(now, frame, selected, self._past)

    def status(self, now: DeskSnapshot) -> str:
        """Return the verdict and how often it is renewed."""
        parts = []
        if now.validation.running:
            parts.append(_("checking"))
        elif now.validation.result is not None:
            result = now.validation.result
            age = self.console.formats.age(result.run_at, now.at)
            parts.append(result.status.name + " · " + _("{age} ago").format(age=age))
        if now.validation_every_s:
            parts.append(_("every {seconds} s").format(seconds=int(now.validation_every_s)))
        return " · ".join(parts)

    def draw(self, now: DeskSnapshot, formats: Formats, *, ascii_only: bool, full: bool) -> None:
        """Draw a moment; read the runs before when there may be another one."""
        moment = (now.ready, now.validation.ended_at)
        if moment != self._past_of:
            self._past_of = moment
            self._read_past()
        super().draw(now, formats, ascii_only=ascii_only, full=full)

    @work(thread=True, exclusive=True, group="past-runs", exit_on_error=False)
    def _read_past(self) -> None:
        """Ask the warehouse, off the screen's thread; without an answer the old list stays."""
        try:
            found = self.desk.past_validations(_PAST_RUNS)
        except DropshipError:
            return
        if not get_current_worker().is_cancelled:
            self._past = found

    def action_validate(self) -> None:
        """Run all checks."""
        if self.opened():
            self.desk.validate()

    def action_interval(self) -> None:
        """Take the next interval."""
        present = self.desk.snapshot().validation_every_s
        later = [seconds for seconds in _EVERY if seconds > present]
        self.desk.validate_every(later[0] if later else 0.0)

    def action_move(self, step: int) -> None:
        """Move the cursor; it stays at the ends."""
        checks = self._checks()
        if not checks:
            return
        names = [check.name for check in checks]
        if self._selected not in names:
            self._selected = names[0 if step > 0 else -1]
        else:
            place = names.index(self._selected) + step
            self._selected = names[min(max(place, 0), len(names) - 1)]
        self.console.tick()

    def action_details(self) -> None:
        """Open the check under the cursor; without one the first that is not well."""
        checks = self._checks()
        if not checks or self._frame is None:
            return
        chosen = [check for check in checks if check.name == self._selected]
        worst = max(checks, key=lambda check: check.status)
        self.app.push_screen(CheckDetails((chosen or [worst])[0], self._frame))

    def action_export(self) -> None:
        """Say where the reports of the last run are."""
        reports = self.desk.snapshot().reports
        if reports:
            self.console.tell(_("reports: {files}").format(files=", ".join(reports)))
        else:
            self.console.tell(_("There is no report yet: [v] runs the checks and writes them."))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the check under the pointer; a second click opens it."""
        y = event.screen_y - self.content_region.y
        x = event.screen_x - self.content_region.x
        if not 0 <= y < len(self.lines):
            return
        text = self.lines[y].text
        places = {check.name: text.find(f" {check.name} ") for check in self._checks()}
        under = [name for name, place in places.items() if 0 <= place <= x + 2]
        if under:
            again = self._selected == max(under, key=places.__getitem__)
            self._selected = max(under, key=places.__getitem__)
            self.console.tick()
            if again:
                self.action_details()

    def _checks(self) -> list[CheckResult]:
        result = self.desk.snapshot().validation.result
        if result is None or self._frame is None:
            return []
        return listed(result, self._frame)
