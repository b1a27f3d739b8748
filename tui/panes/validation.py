"""The validation pane."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from core.operations.snapshot import DeskSnapshot
from core.text import N_, _
from tui.lines import Line
from tui.panes.base import Pane
from tui.views.frame import Frame
from tui.views.validation import validation

_EVERY = (0.0, 10.0, 30.0, 60.0, 300.0)


class ValidationPane(Pane):
    """Runs the checks, once or regularly."""

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
    ]

    def view(self, now: DeskSnapshot, frame: Frame) -> list[Line]:
        """Return the checks."""
        return validation(now, frame)

    def status(self, now: DeskSnapshot) -> str:
        """Return the verdict and how often it is renewed."""
        parts = []
        if now.validation.running:
            parts.append(_("checking"))
        elif now.validation.result is not None:
            parts.append(now.validation.result.status.name)
        if now.validation_every_s:
            parts.append(_("every {seconds} s").format(seconds=int(now.validation_every_s)))
        return " · ".join(parts)

    def action_validate(self) -> None:
        """Run all checks."""
        self.desk.validate()

    def action_interval(self) -> None:
        """Take the next interval."""
        present = self.desk.snapshot().validation_every_s
        later = [seconds for seconds in _EVERY if seconds > present]
        self.desk.validate_every(later[0] if later else 0.0)
