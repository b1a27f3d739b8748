"""How far this warehouse has the topic: the account that every lag of a screen counts from.

What a group committed to Kafka proves nothing: another member may have stored it elsewhere. So the
warehouse is asked. A DuckDB file is asked at every look. Snowflake is billed by the second and is
asked together with the figures, while it is awake anyway; between them this process adds what its
own consumer stores. Kafka is believed in two cases only, which the account names: another engine
stores the events and commits for itself, or the warehouse cannot be opened here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from core.broker.base import Broker
from core.broker.identity import TopicIdentity
from core.clock import Clock
from core.config import Settings
from core.errors import BrokerError
from core.operations.backends import Backends
from core.warehouse.base import Warehouse

_AGAIN_S = 10.0

Offsets = Mapping[int, int]


@dataclass(frozen=True)
class Account:
    """How far a topic is stored.

    offsets: next offset of each partition, 0 for those that are absent; None: not known yet. at:
    when the warehouse was asked (UTC); None where that was this moment. commits: the offsets are
    those that a group committed to Kafka.
    """

    offsets: Offsets | None = None
    at: datetime | None = None
    commits: bool = False


@dataclass(frozen=True)
class _Look:
    """One look at the warehouse; ours: how far our own consumer was then."""

    identity: TopicIdentity
    offsets: Offsets
    ours: Offsets
    at: datetime


class StoredHere:
    """Keeps the account of one topic.

    ours: how far the consumer of this process has stored each partition. ask: makes whoever reads
    the figures call `look` soon. failed: whether the warehouse could not be opened.
    """

    def __init__(
        self,
        settings: Settings,
        backends: Backends,
        clock: Clock,
        *,
        ours: Callable[[], Offsets],
        ask: Callable[[], None],
        failed: Callable[[], bool],
    ) -> None:
        kafka = settings.kafka
        self._topic, self._group = kafka.topic, kafka.watched_group
        self._engine = kafka.watched_group != kafka.group_id
        self._remote = settings.engine.is_remote
        self._backends = backends
        self._clock = clock
        self._ours, self._ask, self._failed = ours, ask, failed
        self._lock = Lock()
        self._look: _Look | None = None
        self._asked_s = float("-inf")

    def look(self, warehouse: Warehouse) -> None:
        """Ask a warehouse that is billed; others are asked when the account is wanted.

        A broker that is away leaves the earlier look as it is. Errors: WarehouseError.
        """
        broker = self._backends.broker
        if broker is None or not self._remote or self._engine:
            return
        # In this order: what our consumer stores from here on is newer than the answer, or in it.
        ours, at = dict(self._ours()), self._clock.now()
        try:
            identity = broker.identity(self._topic)
        except BrokerError:
            return
        found = _Look(identity, warehouse.stored_offsets(identity), ours, at)
        with self._lock:
            self._look = found

    def account(self, broker: Broker) -> Account:
        """Return how far the topic is stored, as far as it is known now.

        Errors: BrokerError; WarehouseError from a DuckDB file.
        """
        warehouse = self._backends.warehouse
        if self._engine or (warehouse is None and self._failed()):
            return Account(broker.committed(self._topic, self._group), commits=True)
        if warehouse is None:
            return Account()
        identity = broker.identity(self._topic)
        if not self._remote:
            return Account(warehouse.stored_offsets(identity))
        with self._lock:
            found = self._look
        if found is None or found.identity != identity:
            self._ask_soon()
            return Account()
        return Account(_newer(found, self._ours()), found.at)

    def _ask_soon(self) -> None:
        """Have the warehouse asked before the figures are due, but not again and again."""
        now_s = self._clock.monotonic()
        if now_s - self._asked_s >= _AGAIN_S:
            self._asked_s = now_s
            self._ask()


def _newer(found: _Look, ours: Offsets) -> Offsets:
    """Return what the warehouse told, and what our own consumer has stored since."""
    since = {part: at for part, at in ours.items() if at > found.ours.get(part, 0)}
    return {
        part: max(found.offsets.get(part, 0), since.get(part, 0))
        for part in {*found.offsets, *since}
    }
