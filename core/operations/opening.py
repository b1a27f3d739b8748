"""Opens warehouse and broker, each on its own, so that what is in reach can be used.

A warehouse that another process holds does not hide the topic, and a broker that is away does not
hide the figures. A broker of our own is started only by who holds the warehouse too: it must store
what it publishes.
"""

import os
from contextlib import ExitStack, closing, suppress

from core.broker.base import Broker
from core.config import Settings
from core.errors import BrokerError, DropshipError
from core.holding import read_holder
from core.jobs.backends import open_broker, open_warehouse
from core.jobs.base import JobContext
from core.text import _, clean
from core.warehouse.base import Warehouse


class Backends:
    """The open back ends of a desk; None while they are not. `open` may be tried again.

    read_only: never starts a broker.
    """

    def __init__(self, *, read_only: bool = False) -> None:
        self._read_only = read_only
        self._stack = ExitStack()
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

    def open(self, context: JobContext) -> bool:
        """Open what is not open yet. Errors: that of the warehouse, else that of the broker."""
        problem: DropshipError | None = None
        if self.warehouse is None:
            try:
                self.warehouse = self._stack.enter_context(open_warehouse(context))
            except DropshipError as error:
                problem = error
        try:
            self._open_broker(context, start=problem is None and not self._read_only)
        except DropshipError as error:
            problem = problem or error
        if problem is not None:
            raise problem
        return True

    def _open_broker(self, context: JobContext, *, start: bool) -> None:
        if self.broker is not None:
            return
        settings = context.settings
        embedded = settings.kafka.bootstrap_servers is None
        if embedded and not start and not self._announced(context):
            raise BrokerError(
                _("no embedded broker runs for {folder}").format(folder=clean(settings.paths.data)),
                hint=_("start one in another terminal with `dropship --run broker`"),
            )
        self.broker = self._stack.enter_context(open_broker(context, start_embedded=start))
        holder = read_holder(settings.paths.broker_lock)
        self.broker_is_ours = embedded and holder.pid == os.getpid()

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
        self.broker = self._stack.enter_context(closing(found))
        present.close()
        return True

    @staticmethod
    def _announced(context: JobContext) -> bool:
        """Whether another process keeps an embedded broker up that answers."""
        from core.broker.embedded import find_embedded  # noqa: PLC0415 - imports the client

        found = find_embedded(context.settings.paths)
        if found is None:
            return False
        found.close()
        return True

    def close(self) -> None:
        """Close what is open."""
        with suppress(DropshipError):
            self._stack.close()
        self.broker = self.warehouse = None
