"""The seed pane."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from core.jobs import seed as job
from core.operations.snapshot import DeskSnapshot
from core.text import N_, _
from tui.lines import Line
from tui.panes.base import Pane
from tui.views.frame import Frame
from tui.views.seed import seed


class SeedPane(Pane):
    """Generates the CSV files."""

    NAME, NUMBER, TITLE = "seed", "1", N_("Seed")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "generate", N_("generate"), id="seed.generate"),
        Binding("c", "cancel", N_("cancel"), id="seed.cancel"),
    ]

    def view(self, now: DeskSnapshot, frame: Frame) -> list[Line]:
        """Return progress, files, or what to press."""
        return seed(now, frame)

    def status(self, now: DeskSnapshot) -> str:
        """Return whether files are being made."""
        return _("generating") if now.seed.running else ""

    def action_generate(self) -> None:
        """Generate with the defaults; what is there is replaced, so ask when there is something."""
        self.console.ask_unless(
            not self.desk.settings.paths.seed.exists(),
            _("Generate the seed files?"),
            [_("The files in {folder} are replaced.").format(folder=self.desk.settings.paths.seed)],
            lambda: self.desk.generate(job.Options()),
        )

    def action_cancel(self) -> None:
        """Give up; earlier files stay."""
        self.desk.cancel_seed()
