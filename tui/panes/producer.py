"""The producer pane."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from core.jobs import produce
from core.lifecycle import RunState
from core.operations.snapshot import DeskSnapshot
from core.text import N_, _
from tui.lines import Line
from tui.panes.base import Pane
from tui.views.frame import Frame, state_name
from tui.views.producer import producer

_STEP = 1.25
_LEAST = 1.0


class ProducerPane(Pane):
    """Publishes orders, at a rate that keys change while it runs."""

    NAME, NUMBER, TITLE = "producer", "2", N_("Producer")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "start", N_("start"), id="producer.start"),
        Binding(
            "m", "stream", N_("stream"), id="producer.stream", tooltip=N_("publish made-up orders")
        ),
        Binding("p", "pause", N_("pause"), id="producer.pause", tooltip=N_("pause or go on")),
        Binding("x", "stop", N_("stop"), id="producer.stop"),
        Binding(
            "plus,equals_sign",
            "faster",
            N_("rate"),
            id="producer.faster",
            key_display="+ -",
            tooltip=N_("a quarter faster, or slower"),
        ),
        Binding("minus", "slower", N_("slower"), id="producer.slower", show=False),
    ]

    def view(self, now: DeskSnapshot, frame: Frame) -> list[Line]:
        """Return rates and counts."""
        return producer(now, frame)

    def status(self, now: DeskSnapshot) -> str:
        """Return the producer's state."""
        state = now.producer.state
        return "" if state is RunState.IDLE else state_name(state)

    def action_start(self) -> None:
        """Replay orders.csv, or go on after a pause."""
        running = self.desk.producer
        if running is not None:
            running.resume()
        elif not (self.desk.settings.paths.seed / "orders.csv").exists():
            self.console.tell(_("There is no orders.csv yet: generate it in the seed pane."))
        else:
            self.console.attempt(lambda: self.desk.start_producer(produce.Options(rate=200.0)))

    def action_stream(self) -> None:
        """Publish made-up orders."""
        if not (self.desk.settings.paths.seed / "inventory.csv").exists():
            self.console.tell(_("There is no catalogue yet: generate it in the seed pane."))
        else:
            options = produce.Options(mode="stream", rate=200.0)
            self.console.attempt(lambda: self.desk.start_producer(options))

    def action_pause(self) -> None:
        """Pause, or go on."""
        running = self.desk.producer
        if running is not None:
            paused = running.snapshot().state is RunState.PAUSED
            running.resume() if paused else running.pause()

    def action_stop(self) -> None:
        """End cleanly."""
        running = self.desk.producer
        if running is not None:
            running.stop()

    def action_faster(self) -> None:
        """Raise the rate by a quarter."""
        self._change(_STEP)

    def action_slower(self) -> None:
        """Lower the rate by a fifth: the way back."""
        self._change(1 / _STEP)

    def _change(self, factor: float) -> None:
        running = self.desk.producer
        if running is None:
            return
        now = running.snapshot()
        rate = now.rate_target or now.rate_actual
        self.console.attempt(lambda: running.set_rate(max(rate * factor, _LEAST)))
