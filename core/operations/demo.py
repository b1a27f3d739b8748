"""The demonstration: seed, load, publish and consume at a visible rate, merge, validate.

It waits for what it published itself, by partition and offset: whatever else is in the topic, was
stored earlier, or comes at the same time neither ends it too soon nor holds it up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from core.config import Settings
from core.errors import BrokerError, DropshipError
from core.jobs import produce, seed
from core.operations.backends import Backends
from core.operations.snapshot import ControllerSnapshot
from core.operations.task import Task
from core.operations.workers import Workers
from core.text import _, clean
from core.workers import FINAL_STATES

if TYPE_CHECKING:
    from core.producer.worker import ProducerWorker

_TICK_S = 0.1
_ASK_S, _REMOTE_ASK_S = 0.25, 1.0
_STEPS = 4


@dataclass(frozen=True)
class _Published:
    """What was published: of each partition, the offset after its last record."""

    topic: str
    ends: Mapping[int, int]


class Controls(Protocol):
    """What the demonstration needs of a controller."""

    settings: Settings

    @property
    def producer(self) -> "ProducerWorker | None":
        """The producer under way."""
        ...

    def generate(self, options: seed.Options) -> bool:
        """Generate seed files in the background."""
        ...

    def cancel_seed(self) -> None:
        """Give up generating."""
        ...

    def start_producer(self, options: produce.Options) -> bool:
        """Start publishing."""
        ...

    def start_consumer(self) -> bool:
        """Start storing and merging."""
        ...

    def refresh(self) -> None:
        """Read the figures now."""
        ...

    def validate(self) -> bool:
        """Run all checks in the background."""
        ...

    def snapshot(self) -> ControllerSnapshot:
        """Return the present moment."""
        ...


class Demonstration:
    """Runs the steps one after another on a controller; `run` is the work of a task."""

    def __init__(
        self, controller: Controls, workers: Workers, backends: Backends, task: Task[str]
    ) -> None:
        self._controller = controller
        self._workers = workers
        self._backends = backends
        self._task = task
        self._ask_s = controller.settings.engine.every_s(_ASK_S, _REMOTE_ASK_S)

    def run(self, orders: int, rate: float) -> str:
        """Run all steps; return the status of the validation. Errors: what stopped a step."""
        self._step(1, _("seed"))
        if self._controller.settings.pipeline.has_generator:
            self._generate(orders)
            options = produce.Options(rate=rate)
        else:
            options = produce.Options(mode="stream", rate=rate, limit=orders)
        self._step(2, _("publish and consume"))
        published = self._publish(options)
        self._step(3, _("catch up and merge"))
        self._until(lambda: self._is_stored(published), "consumer", "merge", every_s=self._ask_s)
        self._until(lambda: self._is_merged(published), "merge", every_s=self._ask_s)
        self._step(4, _("validate"))
        self._controller.refresh()
        self._until(self._controller.validate)  # one that is under way began too soon
        self._until(lambda: not self._controller.snapshot().validation.running)
        self._fail_if(self._controller.snapshot().validation.error)
        found = self._controller.snapshot().validation.result
        return found.status.name if found is not None else ""

    def _generate(self, orders: int) -> None:
        if not self._controller.generate(seed.Options(orders=orders)):
            raise DropshipError(_("seed files are being generated already"))
        self._until(lambda: not self._controller.snapshot().seed.running)
        self._fail_if(self._controller.snapshot().seed.error)

    def _publish(self, options: produce.Options) -> _Published:
        """Publish the events, consumed at the same time; return where they went."""
        topic = self._controller.settings.kafka.topic
        try:
            before = self._ends(topic)
        except BrokerError:
            before = {}  # no topic yet: everything that will be in it counts
        self._controller.start_consumer()
        if not self._controller.start_producer(options):
            raise DropshipError(
                _("a producer is at work already"),
                hint=_("stop it, then start the demonstration again"),
            )
        self._until(
            lambda: self._controller.snapshot().producer.state in FINAL_STATES, "consumer", "merge"
        )
        self._fail_if(self._controller.snapshot().producer.error)
        after = self._ends(topic)
        return _Published(
            topic, {part: end for part, end in after.items() if end > before.get(part, 0)}
        )

    def _ends(self, topic: str) -> Mapping[int, int]:
        """Return the next offset that will be written to each partition."""
        _warehouse, broker = self._backends.both()
        return {part: mark.high for part, mark in broker.watermarks(topic).items()}

    def _is_stored(self, published: _Published) -> bool:
        warehouse, broker = self._backends.both()
        stored = warehouse.stored_offsets(broker.identity(published.topic))
        return all(stored.get(part, 0) >= end for part, end in published.ends.items())

    def _is_merged(self, published: _Published) -> bool:
        warehouse, broker = self._backends.both()
        source = broker.identity(published.topic).source_id
        rows = warehouse.rows("merge_waiting", [source])
        first = {int(partition): int(offset) for partition, offset in rows}
        return all(first.get(part, end) >= end for part, end in published.ends.items())

    def _step(self, number: int, name: str) -> None:
        if self._task.stop.is_set():
            self._cancelled()
        self._task.start(name, _STEPS, "")
        self._task.update(name, number)

    def _until(self, condition: Callable[[], bool], *needed: str, every_s: float = _TICK_S) -> None:
        """Wait for a condition; a cancelled demonstration stops what it started.

        needed: workers without which it can never hold. Errors: DropshipError once one of them has
        ended, and that of the condition, unless it passes.
        """
        while True:
            gone = [name for name in needed if not self._workers.is_alive(name)]
            # Asked after that: a worker may have done the last bit and ended in good order.
            if self._holds(condition):
                return
            if gone:
                self._stop()
                raise self._ended(gone[0])
            if self._task.stop.wait(every_s):
                self._cancelled()

    @staticmethod
    def _holds(condition: Callable[[], bool]) -> bool:
        try:
            return condition()
        except DropshipError as error:
            if not error.transient:
                raise
            return False

    def _ended(self, name: str) -> DropshipError:
        """Return the error about a worker that is needed and has ended."""
        error = self._workers.failures.get(name)
        reason = _("it was stopped") if error is None else clean(error, 300)
        titles = {"consumer": _("the consumer"), "merge": _("the merge")}
        return DropshipError(
            _("{worker} ended before the demonstration did: {reason}").format(
                worker=titles[name], reason=reason
            ),
            hint=error.hint if isinstance(error, DropshipError) else "",
        )

    def _stop(self) -> None:
        self._controller.cancel_seed()
        producer = self._controller.producer
        if producer is not None:
            producer.stop()

    def _cancelled(self) -> None:
        self._stop()
        raise DropshipError(_("the demonstration was cancelled"))

    def _fail_if(self, error: str) -> None:
        if error:
            raise DropshipError(error)
