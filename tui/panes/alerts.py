"""The alerts pane."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from core.operations.snapshot import DeskSnapshot
from core.text import N_, _, ngettext
from tui.lines import Line
from tui.panes.base import Pane
from tui.views.alerts import alerts
from tui.views.frame import Frame


class AlertsPane(Pane):
    """Lists what is wrong and what was; keys acknowledge."""

    NAME, NUMBER, TITLE, EXTRA = "alerts", "8", N_("Alerts"), True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "a",
            "acknowledge",
            N_("acknowledge"),
            id="alerts.acknowledge",
            tooltip=N_("mark the chosen alert as seen"),
        ),
        Binding(
            "A",
            "acknowledge_all",
            N_("all"),
            id="alerts.acknowledge_all",
            tooltip=N_("mark all alerts as seen"),
        ),
        Binding("j,down", "move(1)", N_("next alert"), id="alerts.next", show=False),
        Binding("k,up", "move(-1)", N_("previous alert"), id="alerts.previous", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._cursor = 0

    def view(self, now: DeskSnapshot, frame: Frame) -> list[Line]:
        """Return active and past alerts."""
        self._cursor = max(min(self._cursor, len(self._active(now)) - 1), 0)
        return alerts(now, frame, self.desk.settings.thresholds, self._cursor)

    def status(self, now: DeskSnapshot) -> str:
        """Return how many alerts stand."""
        count = len(self._active(now))
        if not count:
            return ""
        return ngettext("{count} alert", "{count} alerts", count).format(count=count)

    @staticmethod
    def _active(now: DeskSnapshot) -> list[str]:
        return [alert.rule for alert in now.alerts if alert.active]

    def action_move(self, step: int) -> None:
        """Choose another alert."""
        self._cursor = max(self._cursor + step, 0)
        self.console.tick()

    def action_acknowledge(self) -> None:
        """Mark the chosen alert as seen."""
        active = self._active(self.desk.snapshot())
        if active:
            self.desk.acknowledge(active[min(self._cursor, len(active) - 1)])
        self.console.tick()

    def action_acknowledge_all(self) -> None:
        """Mark all alerts as seen."""
        if self.desk.acknowledge():
            self.console.tell(_("All alerts are marked as seen."))
        self.console.tick()
