"""The demonstration: seed, load, publish and consume at a visible rate, merge, validate."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.errors import DropshipError
from core.jobs import produce, seed
from core.lifecycle import FINAL_STATES
from core.operations.task import Task
from core.text import _

if TYPE_CHECKING:
    from core.operations.desk import Desk

_TICK_S = 0.1
_STEPS = 4


class Demonstration:
    """Runs the steps one after another on a desk; `run` is the work of a task."""

    def __init__(self, desk: "Desk", task: Task[str], orders: int, rate: float) -> None:
        self._desk = desk
        self._task = task
        self._orders = orders
        self._rate = rate

    def run(self) -> str:
        """Run all steps; return the status of the validation. Errors: what stopped a step."""
        self._step(1, _("seed"))
        self._desk.generate(seed.Options(orders=self._orders))
        self._until(lambda: not self._desk.snapshot().seed.running)
        self._fail_if(self._desk.snapshot().seed.error)
        self._step(2, _("publish and consume"))
        self._desk.start_consumer()
        self._desk.start_producer(produce.Options(rate=self._rate))
        self._until(lambda: self._desk.snapshot().producer.state in FINAL_STATES)
        self._fail_if(self._desk.snapshot().producer.error)
        self._step(3, _("catch up and merge"))
        self._until(self._merged)
        self._step(4, _("validate"))
        self._desk.refresh()
        self._desk.validate()
        self._until(lambda: not self._desk.snapshot().validation.running)
        found = self._desk.snapshot().validation.result
        return found.status.name if found is not None else ""

    def _merged(self) -> bool:
        """Whether every event the consumer stored has been merged, and none is left."""
        now = self._desk.snapshot()
        stored = now.consumer.inserted == now.merge.total.taken
        return stored and now.consumer.consumed >= now.producer.acked

    def _step(self, number: int, name: str) -> None:
        if self._task.stop.is_set():
            self._cancelled()
        self._task.start(name, _STEPS, "")
        self._task.update(name, number)

    def _until(self, condition: Callable[[], bool]) -> None:
        """Wait for a condition; a cancelled demonstration stops what it started."""
        while not condition():
            if self._task.stop.wait(_TICK_S):
                self._cancelled()

    def _cancelled(self) -> None:
        self._desk.cancel_seed()
        producer = self._desk.producer
        if producer is not None:
            producer.stop()
        raise DropshipError(_("the demonstration was cancelled"))

    def _fail_if(self, error: str) -> None:
        if error:
            raise DropshipError(error)
