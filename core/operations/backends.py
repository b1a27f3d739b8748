"""Opens warehouse and broker, each on its own, so that what is in reach can be used.

A warehouse that another process holds does not hide the topic, and a broker that is away does not
hide the figures. A broker of our own is started only by who holds the warehouse too: it must store
what it publishes.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, closing, suppress
from threading import Lock
from typing import TypeVar

from core.broker.base import Broker
from core.clock import Clock
from core.config import Settings
from core.errors import BrokerError, CancelledError, DropshipError
from core.jobs.backends import open_broker, open_warehouse
from core.jobs.base import JobContext
from core.operations.task import Task
from core.text import _, clean
from core.warehouse.base import Warehouse

B = TypeVar("B")

_LONGEST_WAIT_S = 20.0
"""Seconds that a question waits for what is being opened: a cancelled one is not over before."""


class Backends:
    """The open back ends of a controller; None while they are not. Each may be tried again.

    read_only: never starts a broker. broker_is_ours: it runs in this process, and its records end
    with it.
    """

    def __init__(self, *, read_only: bool = False) -> None:
        self._read_only = read_only
        self._brokers, self._warehouses = ExitStack(), ExitStack()
        self._lock = Lock()
        self._closed = False
        self.broker: Broker | None = None
        self.warehouse: Warehouse | None = None
        self.broker_is_ours = False

    @property
    def ready(self) -> bool:
        """Whether both are open."""
        return self.warehouse is not None and self.broker is not None

    def both(self) -> tuple[Warehouse, Broker]:
        """Return warehouse and broker. Errors: DropshipError while one is not open."""
        if self.warehouse is None or self.broker is None:
            raise DropshipError(_("broker and warehouse are not open yet"))
        return self.warehouse, self.broker

    def the_warehouse(self) -> Warehouse:
        """Return the warehouse. Errors: DropshipError while it is not open."""
        if self.warehouse is None:
            raise DropshipError(_("the warehouse is not open yet"))
        return self.warehouse

    def the_broker(self) -> Broker:
        """Return the broker. Errors: DropshipError while it is not open."""
        if self.broker is None:
            raise DropshipError(_("the broker is not open yet"))
        return self.broker

    def open_warehouse(self, context: JobContext) -> bool:
        """Open the warehouse. Errors: WarehouseError, StorageError, CancelledError."""
        if self.warehouse is None:
            self.warehouse = self._kept(self._warehouses, open_warehouse(context))
        return True

    def needs_warehouse(self, settings: Settings) -> bool:
        """Whether a broker can only be had by starting one, which needs the warehouse."""
        return settings.kafka.bootstrap_servers is None and not self._announced(settings)

    def open_broker(self, context: JobContext) -> bool:
        """Open the broker, or start one where the warehouse is open.

        Errors: BrokerError, CancelledError.
        """
        settings = context.settings
        if self.broker is not None:
            return True
        start = self.warehouse is not None and not self._read_only
        if not start and self.needs_warehouse(settings):
            raise BrokerError(
                _("no embedded broker runs for {folder}").format(folder=clean(settings.paths.data)),
                hint=_("start one in another terminal with `dropship --run broker`"),
            )
        self.broker = self._kept(self._brokers, open_broker(context, start_embedded=start))
        self.broker_is_ours = self.broker.owned
        return True

    def follow(self, settings: Settings) -> bool:
        """Turn to the embedded broker that others have started anew; return whether there is one.

        Only for who uses the broker for nothing but looking: clients of the old one stay with it.
        """
        present = self.broker
        if present is None or self.broker_is_ours or settings.kafka.bootstrap_servers is not None:
            return False
        from core.broker.embedded import (  # noqa: PLC0415 - imports the client
            embedded_address,
            find_embedded,
        )

        if embedded_address(settings.paths) in {None, present.bootstrap_servers}:
            return False
        found = find_embedded(settings.paths)
        if found is None:
            return False
        try:
            self.broker = self._kept(self._brokers, closing(found))
        except CancelledError:
            return False
        present.close()
        return True

    def let_go_of_broker(self) -> None:
        """Close a broker that is gone, so that another one can be opened."""
        with suppress(DropshipError):
            self._brokers.close()
        self.broker = None

    @staticmethod
    def _announced(settings: Settings) -> bool:
        """Whether another process keeps an embedded broker up that answers."""
        from core.broker.embedded import find_embedded  # noqa: PLC0415 - imports the client

        found = find_embedded(settings.paths)
        if found is None:
            return False
        found.close()
        return True

    def _kept(self, stack: ExitStack, opening: AbstractContextManager[B]) -> B:
        """Open one, to be closed with the others; at once where these have been closed meanwhile.

        Errors: those of the opening; CancelledError.
        """
        with ExitStack() as alone:
            self._refuse_if_closed()
            opened = alone.enter_context(opening)
            with self._lock:
                self._refuse_if_closed()
                stack.push(alone.pop_all())
            return opened

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise CancelledError(_("nothing is opened any more: this process is ending"))

    def close(self) -> None:
        """Close what is open, and whatever is being opened as soon as it is; opens nothing more."""
        with self._lock:
            self._closed = True
        for stack in (self._brokers, self._warehouses):
            with suppress(DropshipError):
                stack.close()
        self.broker = self.warehouse = None


class Opening:
    """Opens the back ends of a controller, a task for each. Any thread may call it.

    warm: called before each, so that no key has to wait for it once they are open.
    """

    def __init__(
        self, settings: Settings, backends: Backends, clock: Clock, warm: Callable[[], None]
    ) -> None:
        self._settings = settings
        self._backends = backends
        self._clock = clock
        self._warm = warm
        self.warehouse: Task[bool] = Task("open-warehouse", clock)
        self.broker: Task[bool] = Task("open-broker", clock)
        self.warehouse_failed = False
        """Whether the latest attempt at the warehouse that ended has failed."""

    @property
    def tasks(self) -> tuple[Task[bool], Task[bool]]:
        """Both tasks."""
        return self.warehouse, self.broker

    def the_warehouse(self) -> Warehouse:
        """Return the warehouse, once it is open where that is under way. Errors: DropshipError."""
        self.warehouse.join(_LONGEST_WAIT_S)
        return self._backends.the_warehouse()

    def the_broker(self) -> Broker:
        """Return the broker, once it is open where that is under way. Errors: DropshipError."""
        self.broker.join(_LONGEST_WAIT_S)
        return self._backends.the_broker()

    def run(self, warehouse: Callable[[], None], broker: Callable[[], None]) -> bool:
        """Open what is not open yet; each is told when it is. Return whether anything began."""
        began = False
        if self._backends.warehouse is None:
            began = self.warehouse.run(lambda: self._open_warehouse(warehouse))
        if self._backends.broker is None:
            began = self.broker.run(lambda: self._open_broker(broker)) or began
        return began

    def failed_before(self, seconds: float) -> bool:
        """Whether one of them failed at least so many seconds ago."""
        ends = [task.latest.ended_at for task in self.tasks if task.latest.error]
        now = self._clock.now()
        return any(end is not None and (now - end).total_seconds() > seconds for end in ends)

    def _open_warehouse(self, opened: Callable[[], None]) -> bool:
        self._warm()
        try:
            self._backends.open_warehouse(self._context(self.warehouse))
        except DropshipError:
            self.warehouse_failed = True
            raise
        self.warehouse_failed = False
        opened()
        return True

    def _open_broker(self, opened: Callable[[], None]) -> bool:
        self._warm()
        if self._backends.needs_warehouse(self._settings):
            self.warehouse.join()
        self._backends.open_broker(self._context(self.broker))
        opened()
        return True

    def _context(self, task: Task[bool]) -> JobContext:
        return JobContext(self._settings, progress=task, stop=task.stop, clock=self._clock)
