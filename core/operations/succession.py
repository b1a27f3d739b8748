"""An embedded broker ends with its process: then a service that used it goes on with its own.

A service may begin beside a console, or `--run broker`, that has the broker of the data directory.
Once that one is gone nobody else starts another, and waiting for it would last for ever.
"""

import logging
from collections.abc import Callable

from core.clock import Clock
from core.config import Settings
from core.operations.backends import Backends
from core.operations.workers import Workers
from core.text import N_, clean
from core.threads import WatchedThread

_GONE_S = 2.0
"""How long the broker must be gone: its owner may be followed by another one that is quicker."""
_DRAIN_S = 30.0

log = logging.getLogger(__name__)


class Succession:
    """Looked at once a second by one thread. reopen: opens what is not open."""

    def __init__(
        self,
        settings: Settings,
        backends: Backends,
        workers: Workers,
        clock: Clock,
        reopen: Callable[[], object],
    ) -> None:
        self._settings = settings
        self._backends = backends
        self._workers = workers
        self._clock = clock
        self._reopen = reopen
        self._gone_since: float | None = None
        self._consume = False
        self._thread: WatchedThread | None = None

    def look(self) -> None:
        """Begin to succeed a broker that is gone; start the consumer again once that is done."""
        if self._thread is not None and self._thread.is_alive():
            return
        if self._consume and self._backends.ready:
            self._consume = False
            self._workers.start_consumer()
        now = self._clock.monotonic()
        if not self._orphaned:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = now
        elif now - self._gone_since >= _GONE_S:
            self._gone_since = None
            self._thread = WatchedThread("succession", self._succeed)
            self._thread.start()

    @property
    def _orphaned(self) -> bool:
        """Whether our broker is an embedded one of another process, and no longer announced."""
        broker = self._backends.broker
        if broker is None or self._backends.broker_is_ours:
            return False
        if self._settings.kafka.bootstrap_servers is not None:
            return False
        from core.broker.embedded import embedded_address  # noqa: PLC0415 - imports the client

        return embedded_address(self._settings.paths) != broker.bootstrap_servers

    def _succeed(self) -> None:
        """End what works with the lost broker, and open another one. Blocks."""
        broker, consumer = self._backends.broker, self._workers.consumer
        if broker is not None:
            log.warning(
                N_("the embedded broker of another process has ended; it is followed by another"),
                extra={"servers": clean(broker.bootstrap_servers, 120)},
            )
        self._workers.stop_producer()
        if consumer is not None:
            self._consume = True
            consumer.stop()
            consumer.join(_DRAIN_S)
        self._backends.let_go_of_broker()
        self._reopen()
