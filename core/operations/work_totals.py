"""What the workers of a session did in all."""

from dataclasses import dataclass

from core.consumer.snapshot import ConsumerSnapshot
from core.merge.snapshot import MergeSnapshot
from core.producer.snapshot import ProducerSnapshot


@dataclass(frozen=True)
class WorkTotals:
    """What the workers of a session did in all: events, or records that became dead letters."""

    published: int = 0
    stored: int = 0
    dead_lettered: int = 0
    merged: int = 0

    @property
    def anything(self) -> bool:
        """Whether there is something to tell."""
        return any((self.published, self.stored, self.dead_lettered, self.merged))

    def plus(self, other: "WorkTotals") -> "WorkTotals":
        """Return the sum of both."""
        return WorkTotals(
            self.published + other.published,
            self.stored + other.stored,
            self.dead_lettered + other.dead_lettered,
            self.merged + other.merged,
        )


def totals_of(
    sent: ProducerSnapshot, stored: ConsumerSnapshot, merged: MergeSnapshot
) -> WorkTotals:
    """Return what a producer, a consumer and a merge loop did, by their moments."""
    return WorkTotals(sent.acked, stored.inserted, stored.dead_lettered, merged.total.taken)
