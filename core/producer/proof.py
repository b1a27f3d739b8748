"""Which commits of a group count as stored: those that this warehouse holds too.

Another member of the group may store elsewhere, and what it commits would make room on an embedded
broker for records that then push out those this warehouse lacks.
"""

import logging
from collections.abc import Callable, Mapping

from core.broker.base import Broker
from core.clock import Clock
from core.errors import DropshipError
from core.text import N_, clean
from core.warehouse.base import Warehouse

_AGAIN_S = 5.0
"""A warehouse of Snowflake is billed by the second; in between our own consumer tells."""

_log = logging.getLogger(__name__)

Offsets = Mapping[int, int]


class StoredProof:
    """Keeps how far a warehouse is known to have one topic. One thread uses it at a time.

    ours: how far the consumer of this process has stored each partition.
    """

    def __init__(
        self,
        broker: Broker,
        warehouse: Warehouse,
        topic: str,
        clock: Clock,
        *,
        ours: Callable[[], Offsets],
    ) -> None:
        self._broker = broker
        self._warehouse = warehouse
        self._topic = topic
        self._clock = clock
        self._ours = ours
        self._asked_s = float("-inf")
        self._known: dict[int, int] = {}

    def of(self, committed: Offsets) -> Offsets:
        """Return how far each partition is committed and stored. Errors: BrokerError.

        The warehouse is asked only while commits are ahead of what is known, and not again and
        again; one that does not answer leaves what was known.
        """
        self._take(self._ours())
        now_s = self._clock.monotonic()
        if self._is_behind(committed) and now_s - self._asked_s >= _AGAIN_S:
            self._asked_s = now_s
            identity = self._broker.identity(self._topic)
            try:
                self._take(self._warehouse.stored_offsets(identity))
            except DropshipError as error:
                reason = {"reason": clean(error.message, 200)}
                _log.warning(N_("stored offsets cannot be read"), extra=reason)
        return {part: min(at, self._known.get(part, 0)) for part, at in committed.items()}

    def _is_behind(self, committed: Offsets) -> bool:
        return any(at > self._known.get(part, 0) for part, at in committed.items())

    def _take(self, stored: Offsets) -> None:
        for part, at in stored.items():
            self._known[part] = max(at, self._known.get(part, 0))
