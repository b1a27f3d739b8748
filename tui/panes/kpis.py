"""The KPI pane."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from core.jobs.base import Table
from core.kpis.model import as_json, unit_of
from core.operations.poller import Reading
from core.operations.snapshot import ControllerSnapshot, Figures
from core.text import N_, _
from tui.causes import OpenFigures
from tui.commands import Command, seconds
from tui.dialogs.intervals import choose_interval
from tui.panes.base import Pane
from tui.styled_text import Line
from tui.views.billing import asked_every
from tui.views.frame import Frame
from tui.views.kpis import kpis

_EVERY = (1.0, 2.0, 5.0, 15.0, 60.0)


def exported(now: ControllerSnapshot) -> Table | None:
    """Return the newest rows, else the first list, else the figures; None: nothing was read."""
    found = now.figures.value
    if found is None:
        return None
    for part in found.kpis.shown("recent", "top", "split", "series"):
        headers = tuple(column.name for column in part.kpi.columns)
        return Table(headers, [tuple(row.values()) for row in part.to_json()])
    rows = [
        (figure.column.name, as_json(figure.column, figure.value), unit_of(figure.column))
        for figure in found.kpis.figures
    ]
    return Table(("figure", "value", "unit"), rows)


class KpisPane(Pane):
    """Shows what the pipeline earns."""

    NAME, NUMBER, TITLE = "kpis", "5", N_("KPIs")
    WHOLE = 44

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "figures",
            N_("what is behind"),
            id="kpis.figures",
            tooltip=N_("choose a figure and see the rows behind it"),
        ),
        Binding("r", "refresh", N_("refresh"), id="kpis.refresh"),
        Binding(
            "i",
            "interval",
            N_("interval"),
            id="kpis.interval",
            tooltip=N_("choose how often: every 1, 2, 5, 15, 60 seconds, or manually"),
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._viewed: tuple[Reading[Figures], Frame, list[Line]] | None = None

    def view(self, now: ControllerSnapshot, frame: Frame) -> list[Line]:
        """Return the figures; those that are read already are laid out once."""
        read, known = now.figures, self._viewed
        if known is not None and known[0] is read and known[1] == frame:
            return known[2]
        lines = kpis(now, frame)
        settled = read.value is not None and not read.error
        self._viewed = (read, frame, lines) if settled else None
        return lines

    def renew(self) -> None:
        """Lay the figures out anew too."""
        self._viewed = None
        super().renew()

    def table(self, now: ControllerSnapshot) -> Table | None:
        """Return what it exports."""
        return exported(now)

    def status(self, now: ControllerSnapshot) -> str:
        """Return how old the figures are."""
        if now.figures.at is None:
            return ""
        age = self.console.formats.age(now.figures.at, now.at)
        every = asked_every(now, now.figures_every_s) if now.figures_every_s else _("manual")
        return _("{age} ago").format(age=age) + f" · {every}"

    def action_figures(self) -> None:
        """Choose one of the figures."""
        if self.controller.snapshot().figures.value is None:
            self.console.tell(_("There are no figures yet."))
            return
        self.post_message(OpenFigures())

    def commands(self) -> Sequence[Command]:
        """Return what the command line takes for this pane."""
        return (Command("every", _("seconds; 0 is manually"), self._take_interval),)

    def _take_interval(self, argument: str) -> None:
        """Repeat every so many seconds. Errors: UsageError."""
        self.controller.refresh_every(seconds(argument))

    def action_refresh(self) -> None:
        """Read now."""
        self.controller.refresh()

    def action_interval(self) -> None:
        """Choose how often by itself."""
        present = self.controller.snapshot().figures_every_s
        choose_interval(
            self.app, _("Refresh the figures"), _EVERY, present, self.controller.refresh_every
        )
