"""Asks a cluster for its topic before a producer starts, in a thread of its own."""

from collections.abc import Callable

from core.broker.base import Broker
from core.errors import DropshipError
from core.failures import explained
from core.jobs.base import JobContext
from core.jobs.topic import require_topic
from core.producer.modes import Mode
from core.producer.snapshot import ProducerSnapshot
from core.threads import WatchedThread
from core.workers import RunState


class TopicCheck:
    """One question. found: called once the topic is known to be there."""

    def __init__(
        self, context: JobContext, broker: Broker, mode: Mode, found: Callable[[], None]
    ) -> None:
        self._context = context
        self._broker = broker
        self._mode = mode
        self._found = found
        self._refusal: ProducerSnapshot | None = None
        # Asking a cluster takes time, which a screen does not have.
        self._thread = WatchedThread("producer-start", self._ask, on_failure=self._refuse)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the answer is still awaited."""
        return self._thread.is_alive()

    def join(self, timeout_s: float) -> None:
        """Wait for the answer."""
        self._thread.join(timeout_s)

    def snapshot(self) -> ProducerSnapshot | None:
        """Return how a producer looks that waits for this, or that it ended; else None."""
        if self.alive:
            return ProducerSnapshot(
                state=RunState.STARTING, topic=self._context.settings.kafka.topic
            )
        return self._refusal

    def _ask(self) -> None:
        try:
            require_topic(self._context, self._broker)
        except DropshipError as error:
            self._refuse(error)
        else:
            self._found()

    def _refuse(self, error: BaseException) -> None:
        """Keep why publishing did not begin, as the end of a producer."""
        message, hint = explained(error)
        self._refusal = ProducerSnapshot(
            state=RunState.FAILED,
            mode=self._mode,
            topic=self._context.settings.kafka.topic,
            error=message,
            hint=hint,
        )
