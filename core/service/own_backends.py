"""Broker and warehouse of an attached console itself, opened when it first asks them something.

On the embedded warehouse that is the socket of the service; nothing is started or set up here.
"""

from threading import Event, Lock

from core.broker.base import Broker
from core.clock import Clock
from core.config import Settings
from core.jobs.base import JobContext
from core.operations.backends import Backends
from core.warehouse.base import Warehouse


class OwnBackends:
    """Opens each once. Called by threads that may wait. Errors: those of opening."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._stop = Event()
        self._context = JobContext(settings, stop=self._stop, clock=clock)
        self._backends = Backends(read_only=True)
        self._opening = Lock()

    def warehouse(self) -> Warehouse:
        """Return the warehouse."""
        with self._opening:
            self._backends.open_warehouse(self._context)
        return self._backends.the_warehouse()

    def broker(self) -> Broker:
        """Return the broker, another one where the service has started it anew."""
        with self._opening:
            self._backends.open_broker(self._context)
            self._backends.follow(self._context.settings)
        return self._backends.the_broker()

    def close(self) -> None:
        """Close what is open."""
        self._stop.set()
        with self._opening:
            self._backends.close()
