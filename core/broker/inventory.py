"""What a cluster holds, as its clients are told: topics, consumer groups, brokers.

Light: screens import it without the Kafka client. What nobody told is None, and `problems` say why;
one part that may not be seen leaves the others there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

UNLIMITED = -1
"""Of retention: nothing is removed for its age, or its size."""


@dataclass(frozen=True)
class Problem:
    """Why a part is not known, one line, and how to mend it. part: topics, groups, brokers."""

    part: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class PartitionFacts:
    """One partition. leader: id of a broker, None for none. low, high, stable: see `Watermark`."""

    number: int
    leader: int | None
    replicas: tuple[int, ...]
    in_sync: tuple[int, ...]
    low: int | None = None
    high: int | None = None
    stable: int | None = None

    @property
    def records(self) -> int | None:
        """Offsets between begin and end; fewer records where some were compacted or aborted."""
        return None if self.low is None or self.high is None else max(self.high - self.low, 0)


@dataclass(frozen=True)
class ConfigFact:
    """A setting that is not the default. value: None for a secret; default: None for not known."""

    name: str
    value: str | None
    default: str | None = None


@dataclass(frozen=True)
class TopicFacts:
    """One topic. settings: all of them by name, None where they may not be read."""

    name: str
    partitions: tuple[PartitionFacts, ...]
    internal: bool = False
    settings: Mapping[str, str] | None = field(default=None, hash=False)
    changed: tuple[ConfigFact, ...] = ()

    @property
    def records(self) -> int | None:
        """Offsets between begin and end of all partitions, None while one is not known."""
        found = [part.records for part in self.partitions]
        return None if None in found else sum(one for one in found if one is not None)

    @property
    def out_of_sync(self) -> int:
        """Partitions with fewer copies in sync than there should be, or without a leader."""
        return sum(
            part.leader is None or len(part.in_sync) < len(part.replicas)
            for part in self.partitions
        )

    @property
    def retention_ms(self) -> int | None:
        """How long records stay, milliseconds; UNLIMITED; None for not known."""
        return self._number("retention.ms")

    @property
    def retention_bytes(self) -> int | None:
        """Bytes kept of each partition; UNLIMITED; None for not known."""
        return self._number("retention.bytes")

    @property
    def cleanup(self) -> str:
        """`delete`, `compact` or both; empty for not known."""
        return (self.settings or {}).get("cleanup.policy", "")

    def _number(self, name: str) -> int | None:
        text = (self.settings or {}).get(name, "")
        return int(text) if text.removeprefix("-").isdecimal() else None


@dataclass(frozen=True)
class GroupMember:
    """A member of a group: who it is, where it is, the (topic, partition) pairs that it holds."""

    member_id: str
    client_id: str
    host: str
    holds: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class GroupOffset:
    """How far a group is on a partition. committed: None for no commit.

    end: the last stable offset, up to which committed records can be read; None for not known.
    """

    topic: str
    partition: int
    committed: int | None
    end: int | None

    @property
    def lag(self) -> int | None:
        """Offsets between the commit and the last stable offset."""
        if self.committed is None or self.end is None:
            return None
        return max(self.end - self.committed, 0)


@dataclass(frozen=True)
class GroupFacts:
    """One consumer group. state: as Kafka names it, lower case; empty for not told.

    kind: classic, consumer, or empty. coordinator: id of a broker. members, offsets: None where
    they may not be seen.
    """

    name: str
    state: str = ""
    kind: str = ""
    assignor: str = ""
    coordinator: int | None = None
    members: tuple[GroupMember, ...] | None = None
    offsets: tuple[GroupOffset, ...] | None = None

    @property
    def lag(self) -> int | None:
        """The lag of all partitions of which it is known; None where it is of none."""
        found = [one.lag for one in self.offsets or () if one.lag is not None]
        return sum(found) if found else None


@dataclass(frozen=True)
class BrokerFacts:
    """One broker. leads: partitions it leads. version: empty where the cluster does not tell."""

    number: int
    host: str
    port: int
    rack: str = ""
    controller: bool = False
    version: str = ""
    leads: int = 0
    copies: int = 0


@dataclass(frozen=True)
class Inventory:
    """What was found. None: not asked yet, or not told; done: nothing more comes."""

    topics: tuple[TopicFacts, ...] | None = None
    groups: tuple[GroupFacts, ...] | None = None
    brokers: tuple[BrokerFacts, ...] | None = None
    problems: tuple[Problem, ...] = ()
    done: bool = False
