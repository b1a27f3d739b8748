"""What this process alone holds: records of its own embedded broker that no consumer has stored.

That broker keeps them in memory, so they end with the process unless they are stored first. They
are counted against the warehouse, whoever published them.
"""

import logging
from collections.abc import Mapping
from threading import Lock

from core.broker.base import Broker
from core.clock import Clock
from core.config import Settings
from core.consumer.unstored import unstored_records
from core.errors import DropshipError
from core.operations.backends import Backends
from core.text import N_, clean

_REMOTE_S = 60.0
"""Each question keeps a warehouse of Snowflake awake; between them our own consumer tells."""

log = logging.getLogger(__name__)


class UnstoredCount:
    """Counts what would be lost with this process. Any thread may call it.

    latest: the last count; None while the broker is not ours, or nothing could be counted yet.
    """

    def __init__(self, settings: Settings, backends: Backends, clock: Clock) -> None:
        self._topic = settings.kafka.topic
        self._every_s = settings.engine.every_s(0.0, _REMOTE_S)
        self._backends = backends
        self._clock = clock
        self._lock = Lock()
        self._asked_s = float("-inf")
        self._stored: dict[int, int] = {}
        self.latest: int | None = None

    def count(self, ours: Mapping[int, int], *, ask: bool = False) -> int | None:
        """Count anew; return None while the broker is not ours.

        ours: how far our own consumer has stored each partition. ask: the warehouse too, even if
        it was asked a moment ago. One that does not answer leaves what was known to be stored, so
        that the count is rather too high. Errors: BrokerError.
        """
        with self._lock:
            broker = self._backends.broker
            if broker is None or not self._backends.broker_is_ours:
                self.latest = None
                return None
            marks = broker.watermarks(self._topic)
            if ask or self._clock.monotonic() - self._asked_s >= self._every_s:
                self._take(self._told_by_warehouse(broker))
            self._take(ours)
            self.latest = unstored_records(marks, self._stored)
            return self.latest

    def _take(self, stored: Mapping[int, int]) -> None:
        for partition, following in stored.items():
            self._stored[partition] = max(following, self._stored.get(partition, 0))

    def _told_by_warehouse(self, broker: Broker) -> Mapping[int, int]:
        warehouse = self._backends.warehouse
        if warehouse is None:
            return {}
        try:
            found = warehouse.stored_offsets(broker.identity(self._topic))
        except DropshipError as error:
            log.warning(N_("stored offsets cannot be read"), extra={"reason": clean(error, 200)})
            return {}
        self._asked_s = self._clock.monotonic()
        return found
