"""The consumer pane."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from core.jobs.base import Table
from core.operations.snapshot import ControllerSnapshot
from core.text import N_
from core.workers import FINAL_STATES, RunState, state_name
from tui.panes.base import Pane
from tui.styled_text import Line
from tui.views.consumer import consumer
from tui.views.frame import Frame


def exported(now: ControllerSnapshot) -> Table:
    """Return what the pane exports of a moment."""
    rows = [
        (now.consumer.topic, part, offset, now.lag.get(part), _state(now, part))
        for part, offset in sorted(now.offsets.items())
    ]
    return Table(("topic", "partition", "next_offset", "lag", "state"), rows)


def _state(now: ControllerSnapshot, partition: int) -> str | None:
    state = now.states.get(partition)
    return None if state is None else state.name


class ConsumerPane(Pane):
    """Stores what the topic holds."""

    NAME, NUMBER, TITLE = "consumer", "3", N_("Consumer")
    WHOLE = 22
    CHANGES = frozenset({"consumer.start", "consumer.pause", "consumer.stop"})

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "start", N_("start"), id="consumer.start", tooltip=N_("start or resume")),
        Binding("p", "pause", N_("pause"), id="consumer.pause", tooltip=N_("pause or resume")),
        Binding("x", "stop", N_("stop"), id="consumer.stop"),
    ]

    def view(self, now: ControllerSnapshot, frame: Frame) -> list[Line]:
        """Return throughput, lag and latency."""
        return consumer(now, frame)

    def table(self, now: ControllerSnapshot) -> Table:
        """Return what it exports."""
        return exported(now)

    def status(self, now: ControllerSnapshot) -> str:
        """Return the consumer's state."""
        state = now.consumer.state
        return "" if state is RunState.IDLE else state_name(state)

    def usable(self, action: str, now: ControllerSnapshot) -> bool:
        """Whether a key does something: nothing is paused or stopped that does not run."""
        at_work = now.consumer.state not in {RunState.IDLE, *FINAL_STATES}
        if action == "consumer.start":
            return (
                not at_work
                or now.consumer.state is RunState.PAUSED
                or now.merge.state in FINAL_STATES
            )
        return at_work

    def action_start(self) -> None:
        """Start, or go on after a pause."""
        running = self.controller.consumer
        if running is not None:
            running.resume()
            self.controller.restart_merge()
        elif self.opened():
            self.controller.start_consumer()

    def action_pause(self) -> None:
        """Pause, or go on."""
        running = self.controller.consumer
        if running is not None:
            paused = running.snapshot().state is RunState.PAUSED
            running.resume() if paused else running.pause()

    def action_stop(self) -> None:
        """End cleanly."""
        running = self.controller.consumer
        if running is not None:
            running.stop()
