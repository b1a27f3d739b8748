"""What a reset of offsets would do, by partition; apart from what loads the Kafka client."""

from dataclasses import dataclass, field

from core.operations.offset_target import OffsetTarget
from core.warehouse.filled import Filled


@dataclass(frozen=True)
class OffsetMove:
    """One partition. before: None without a commit; low: the first offset kept; end: last stable.

    What retention has removed is neither read again nor skipped.
    """

    partition: int
    before: int | None
    after: int
    low: int
    end: int

    @property
    def again(self) -> int:
        """Offsets that are read again."""
        return 0 if self.before is None else max(min(self.before, self.end) - self.after, 0)

    @property
    def skipped(self) -> int:
        """Offsets that are never read."""
        return 0 if self.before is None else max(self.after - max(self.before, self.low), 0)


@dataclass(frozen=True)
class Reread:
    """How far reading again came: offsets passed, of all; records read, and what they brought."""

    passed: int = 0
    total: int = 0
    records: int = 0
    filled: Filled = field(default_factory=Filled)

    @property
    def held(self) -> int:
        """Records that were stored before."""
        found = self.filled
        return self.records - found.events - found.letters - found.resolved


@dataclass(frozen=True)
class OffsetPlan:
    """A reset of a group on a topic. own: of the group of this pipeline, by its stored offsets.

    refusal: why it cannot be done; done: whether it was. reread: how far our own group's records
    were read again.
    """

    group: str
    topic: str
    target: OffsetTarget
    moves: tuple[OffsetMove, ...]
    own: bool = False
    refusal: str = ""
    done: bool = False
    reread: Reread | None = None

    @property
    def again(self) -> int:
        """Offsets of all partitions that are read again."""
        return sum(move.again for move in self.moves)

    @property
    def skipped(self) -> int:
        """Offsets of all partitions that are never read."""
        return sum(move.skipped for move in self.moves)
