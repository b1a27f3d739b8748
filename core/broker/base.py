"""The broker seam: what producer, consumer and checks need of any Kafka cluster.

One class serves every cluster; an embedded broker differs only in who starts it, in its identity
and in `backlog_limit_bytes`. Clients are the ordinary ones of confluent-kafka.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from core.broker.identity import TopicIdentity

if TYPE_CHECKING:
    from confluent_kafka.admin import AdminClient


@dataclass(frozen=True)
class Watermark:
    """Offsets of one partition: `low` is the first still kept, `high` the next to be written.

    stable: the last stable offset (LSO). Those who read committed records only come so far: what is
    at or after it belongs to a transaction that is open, or waits behind one. None: as `high`.
    """

    low: int
    high: int
    stable: int | None = None

    @property
    def readable(self) -> int:
        """The offset up to which committed records can be read now."""
        return self.high if self.stable is None else self.stable

    @property
    def held_back(self) -> int:
        """Offsets that wait behind an open transaction."""
        return max(self.high - self.readable, 0)


@dataclass(frozen=True)
class TopicPlan:
    """A topic as it is to be made. replication: copies of each partition; -1 the cluster's rule."""

    name: str
    partitions: int
    replication: int = -1


@dataclass(frozen=True)
class Member:
    """One member of a consumer group, and the partitions of our topic that it holds."""

    member_id: str
    client_id: str
    host: str
    partitions: tuple[int, ...]


class Broker(Protocol):
    """A reachable cluster. All calls may be made from any thread, and raise BrokerError."""

    @property
    def label(self) -> str:
        """`embedded` or `kafka`, as results and screens name it."""
        ...

    @property
    def bootstrap_servers(self) -> str:
        """Where clients connect."""
        ...

    @property
    def backlog_limit_bytes(self) -> int | None:
        """Bytes of unconsumed records that a partition may hold before the broker drops some."""
        ...

    @property
    def owned(self) -> bool:
        """Whether the broker ends, and its records with it, when this object is closed."""
        ...

    def producer_config(self, *, paced: bool = False) -> dict[str, Any]:
        """Return the settings of a durable, idempotent, fast producer.

        paced: of one with a rate to keep.
        """
        ...

    def consumer_config(self, group_id: str) -> dict[str, Any]:
        """Return the settings of a consumer whose offsets live in the warehouse."""
        ...

    def identity(self, topic: str) -> TopicIdentity:
        """Return the present incarnation of a topic."""
        ...

    def ask_identity(self, topic: str) -> Callable[[], TopicIdentity]:
        """Ask for it and go on; what is returned waits for the answer. Errors come there only."""
        ...

    def partitions(self, topic: str) -> list[int]:
        """Return the partitions of a topic, in order."""
        ...

    def create_topic(self, plan: TopicPlan) -> bool:
        """Create a topic; return False when it was there already."""
        ...

    def watermarks(self, topic: str) -> Mapping[int, Watermark]:
        """Return the watermarks of every partition of a topic."""
        ...

    def committed(self, topic: str, group_id: str, *, mark: str | None = None) -> Mapping[int, int]:
        """Return the offsets a group committed to Kafka; partitions without one are left out.

        mark: only commits that carry it, see `Settings.warehouse_mark`; None: whoever made them.
        """
        ...

    def members(self, topic: str, group_id: str) -> list[Member]:
        """Return the members of a group with what they hold of a topic."""
        ...

    def since(self, topic: str, partition: int, offset: int) -> datetime | None:
        """Return when the record at an offset was written, committed or not; None: not known."""
        ...

    def admin(self) -> "AdminClient":
        """Return the client that asks for more than topics: groups, settings, offsets."""
        ...

    def metadata(self) -> Any:
        """Return topics, partitions and brokers as `confluent_kafka.admin.ClusterMetadata`."""
        ...

    def close(self) -> None:
        """Close clients; ends an embedded broker that this object owns."""
        ...
