"""The seed pane."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.worker import get_current_worker

from core.jobs import seed as job
from core.jobs.base import Table
from core.operations.snapshot import ControllerSnapshot
from core.seed.preview import FILES, FilePreview, preview
from core.text import N_, _, clean
from core.text.amounts import customers, orders, products
from core.threads import reported
from tui.dialogs.options_form import OptionsForm
from tui.panes.base import Pane
from tui.styled_text import EMPTY, Line, advice, line
from tui.views.frame import Frame, wrap
from tui.views.seed import seed

FORM = ("customers", "products", "orders", "seed", "start", "end")
"""The options that are asked for, in this order."""


def exported(now: ControllerSnapshot) -> Table:
    """Return what the pane exports of a moment."""
    files = now.seed.result.files if now.seed.result else ()
    rows = [(str(file.path), file.rows, file.bytes, file.sha256) for file in files]
    return Table(("path", "rows", "bytes", "sha256"), rows)


class SeedPane(Pane):
    """Generates the CSV files. `options` are those of the session, as last given."""

    NAME, NUMBER, TITLE = "seed", "1", N_("Seed")
    WHOLE = 26
    CHANGES = frozenset({"seed.generate", "seed.options", "seed.cancel"})

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "generate", N_("generate"), id="seed.generate"),
        Binding(
            "o",
            "options",
            N_("options"),
            id="seed.options",
            tooltip=N_("how many rows, which seed, which days"),
        ),
        Binding("c", "cancel", N_("cancel"), id="seed.cancel"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.options = job.Options()
        self._found: Sequence[FilePreview] = ()
        self._looked_for: tuple[datetime | None, bool] | None = None

    @property
    def found(self) -> Sequence[FilePreview]:
        """The files as they lay in the folder when it was last looked at."""
        return self._found

    def view(self, now: ControllerSnapshot, frame: Frame) -> list[Line]:
        """Return progress, files, or what to press."""
        if not self.controller.settings.pipeline.has_generator:
            text = _("press [d] for the demonstration; in the producer's pane [m] streams events")
            return [
                *(line(part) for part in wrap(self._without_generator(), frame.width)),
                EMPTY,
                *advice(frame.keyed(text, {"d": "app.demo", "m": "producer.stream"}), frame.width),
            ]
        return seed(now, frame, self._found)

    def _without_generator(self) -> str:
        name = self.controller.settings.pipeline.name
        return _("The pipeline {name} has no generator of seed files.").format(name=name)

    def table(self, now: ControllerSnapshot) -> Table:
        """Return what it exports."""
        return exported(now)

    def status(self, now: ControllerSnapshot) -> str:
        """Return whether files are being made."""
        return _("generating") if now.seed.running else ""

    def draw(self, now: ControllerSnapshot, *, full: bool) -> None:
        """Draw a moment; look at the files again when they may have changed."""
        moment = (now.seed.ended_at, now.seed.running)
        if moment != self._looked_for and not now.seed.running:
            self._looked_for = moment
            self._look()
        super().draw(now, full=full)

    @work(thread=True, exclusive=True, group="seed-files", exit_on_error=False)
    def _look(self) -> None:
        """Read what lies in the folder; a file may be large, so not on the screen's thread."""
        with reported("seed-files"):
            found = preview(self.options.output or self.controller.settings.paths.seed)
            if not get_current_worker().is_cancelled:
                self._found = found

    def usable(self, action: str, now: ControllerSnapshot) -> bool:
        """Whether a key does something: cancel while files are made, the others while none are."""
        return now.seed.running == (action == "seed.cancel")

    def action_generate(self) -> None:
        """Generate; files that are there are replaced, so ask when there are some."""
        if not self.controller.settings.pipeline.has_generator:
            self.console.refuse(self._without_generator())
            return
        folder = self.options.output or self.controller.settings.paths.seed
        there = [name for name in FILES if (folder / name).exists()]
        made = _("{customers}, {products} and {orders}").format(
            customers=customers(self.options.customers),
            products=products(self.options.products),
            orders=orders(self.options.orders),
        )
        self.console.confirm(
            not there,
            _("Replace the seed files?"),
            [
                _("replaced: {files}").format(files=", ".join(there)),
                _("in {folder}").format(folder=clean(folder)),
                _("by {made}").format(made=made),
            ],
            lambda: self.controller.generate(self.options),
        )

    def action_options(self) -> None:
        """Ask what to generate, then generate it."""
        if not self.controller.settings.pipeline.has_generator:
            self.console.refuse(self._without_generator())
            return

        def given(options: job.Options | None) -> None:
            if options is not None:
                self.options = options
            if form.started:
                self.action_generate()
            self.console.tick()

        start = _("Save and generate")
        form = OptionsForm(_("Generate"), self.options, FORM, job.spec_of, start)
        self.app.push_screen(form, given)

    def action_cancel(self) -> None:
        """Give up; earlier files stay."""
        self.controller.cancel_seed()
