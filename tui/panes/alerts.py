"""The alerts pane."""

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType

from core.alerts.model import Alert, rule_name
from core.config.thresholds import Thresholds
from core.operations.snapshot import ControllerSnapshot
from core.text import N_, _, ngettext
from tui.causes import Place, cause_of_rule
from tui.dialogs.row_details import RowDetails
from tui.dialogs.settings_form import LimitsForm, saved_text
from tui.export_tables import Cells, Sheet, time_of, whole
from tui.panes.rows_pane import RowsPane
from tui.row_table import Row, RowTable
from tui.styled_text import Line
from tui.views.alerts import alert_details, alerts_foot, alerts_head, alerts_table
from tui.views.frame import Frame


def _alert(alert: Alert) -> Cells:
    times = (alert.raised_at, alert.cleared_at, alert.acknowledged_at)
    return (
        alert.rule,
        alert.level.name,
        alert.worst.name,
        whole(alert.message),
        *map(time_of, times),
    )


class AlertsPane(RowsPane):
    """Lists what is wrong and what was; keys acknowledge."""

    NAME, NUMBER, TITLE, EXTRA = "alerts", "8", N_("Alerts"), True
    SHEETS: ClassVar[Mapping[str, Sheet]] = {
        "alerts": Sheet("rule level worst message raised_at cleared_at acknowledged_at", _alert),
    }
    LEAST_FOOT = 1

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "i",
            "details",
            N_("details"),
            id="alerts.details",
            tooltip=N_("show the alert under the cursor in full"),
        ),
        Binding(
            "a",
            "acknowledge",
            N_("acknowledge"),
            id="alerts.acknowledge",
            tooltip=N_("acknowledge the alert under the cursor"),
        ),
        Binding(
            "A",
            "acknowledge_all",
            N_("acknowledge all"),
            id="alerts.acknowledge_all",
            tooltip=N_("acknowledge all alerts"),
        ),
        Binding(
            "l",
            "limits",
            N_("limits"),
            id="alerts.limits",
            tooltip=N_("change the limits of the alerts; they take effect at once"),
        ),
    ]

    CHANGES = frozenset({"alerts.limits"})

    def __init__(self) -> None:
        super().__init__()
        self._limits_told: Mapping[str, float] = {}
        self._limits_read: Thresholds | None = None

    def usable(self, action: str, now: ControllerSnapshot) -> bool:
        """Whether a key does something: only what is active and new is acknowledged."""
        waiting = any(one.active and one.acknowledged_at is None for one in now.alerts)
        return waiting or not action.startswith("alerts.ack")

    def head(self, now: ControllerSnapshot, frame: Frame) -> list[Line]:
        """Return that nothing is wrong, where that is so."""
        return alerts_head(now, frame)

    def stamp(self, now: ControllerSnapshot) -> tuple[object, ...]:
        """Return what the rows are made of; those of active alerts hold how long they last."""
        lasting = any(alert.active for alert in now.alerts)
        return (now.alerts, now.at.replace(microsecond=0) if lasting else None)

    def rows_of(self, now: ControllerSnapshot, frame: Frame) -> RowTable:
        """Return active and past alerts."""
        return alerts_table(now, frame)

    def foot(self, now: ControllerSnapshot, frame: Frame) -> list[Line]:
        """Return what is watched, how the consumer does, and the last hours."""
        return alerts_foot(now, frame, self._limits(now))

    def _limits(self, now: ControllerSnapshot) -> Thresholds:
        """Return the limits in force: those of a service may be others than those of our file."""
        if now.limits is not self._limits_told or self._limits_read is None:
            self._limits_told = now.limits
            known = Thresholds.model_validate(now.limits) if now.limits else None
            self._limits_read = known or self.controller.settings.thresholds
        return self._limits_read

    def action_limits(self) -> None:
        """Change limits."""
        configuration = self.controller.configuration
        if self.controller.read_only:
            self.console.refuse(_("read-only: nothing can be changed here"))
            return
        now = self.controller.snapshot()
        limits = self._limits(now).model_dump()
        form = LimitsForm(limits, configuration.listed(), configuration)

        def given(changes: Mapping[str, str] | None) -> None:
            if changes:
                saved = configuration.save(changes)
                self.console.tell(saved_text(saved, attached=now.attached))

        self.app.push_screen(form, lambda changes: self.console.attempt(lambda: given(changes)))

    def status(self, now: ControllerSnapshot) -> str:
        """Return how many alerts stand."""
        count = sum(alert.active for alert in now.alerts)
        if not count:
            return ""
        return ngettext("{count} alert", "{count} alerts", count).format(count=count)

    def cause_of(self, row: Row) -> Place | None:
        """Return where what raised an alert is seen."""
        return cause_of_rule(row.source.rule) if isinstance(row.source, Alert) else None

    def title_of(self, row: Row) -> str:
        """Return what an alert is about, and what it says."""
        alert = row.source
        return f"{rule_name(alert.rule)}: {alert.message}" if isinstance(alert, Alert) else row.key

    def action_details(self) -> None:
        """Show an alert in full."""
        super().action_open()

    def action_open(self) -> None:
        """Go to what is behind an alert; one that has left the list is shown as it was."""
        row = self.rows_view.choose()
        if row is not None and self.cause_of(row) is not None:
            self.follow_row()
        else:
            super().action_open()

    def open_row(self, row: Row) -> None:
        """Show an alert in full."""
        alert = row.source
        if isinstance(alert, Alert):
            self.show_details(
                RowDetails(
                    rule_name(alert.rule),
                    lambda frame: self._details(alert, frame),
                    self.frame_now(),
                    ages=alert.active,
                )
            )

    def _details(self, shown: Alert, frame: Frame) -> list[Line]:
        """Return an alert as it is now: it may be worse, seen or over since it was opened."""
        now = self.controller.snapshot()
        name = (shown.rule, shown.raised_at)
        present = (one for one in now.alerts if (one.rule, one.raised_at) == name)
        return alert_details(next(present, shown), now, frame)

    def action_acknowledge(self) -> None:
        """Mark the alert under the cursor as seen."""
        row = self.rows_view.current
        alert = row.source if row else None
        if not isinstance(alert, Alert):
            gone = self.rows_view.gone is not None
            self.console.refuse(
                _("The chosen alert has left the list.") if gone else _("There is no alert.")
            )
        elif not alert.active:
            self.console.refuse(_("This alert is cleared."))
        elif not self.controller.acknowledge(alert.rule):
            self.console.refuse(_("This alert is already acknowledged."))
        self.console.tick()

    def action_acknowledge_all(self) -> None:
        """Mark all alerts as seen."""
        if self.controller.acknowledge():
            self.console.tell(_("All alerts acknowledged."))
        else:
            self.console.refuse(_("No alert to acknowledge."))
        self.console.tick()
