"""What reading records again brought."""

from dataclasses import dataclass

from core.errors import WarehouseError
from core.text import _, clean
from core.warehouse.model import RawBatch


@dataclass(frozen=True)
class Filled:
    """What a batch that was read again brought.

    events, letters: those that were missing. resolved: dead letters whose records are events now.
    """

    events: int = 0
    letters: int = 0
    resolved: int = 0

    def plus(self, other: "Filled") -> "Filled":
        """Return the sum of two batches."""
        return Filled(
            self.events + other.events,
            self.letters + other.letters,
            self.resolved + other.resolved,
        )


def not_stored_yet(batch: RawBatch) -> WarehouseError:
    """Return why ranges that the consumer has not stored are not filled."""
    ranges = ", ".join(
        f"{move.partition}/{move.from_offset}-{move.next_offset}" for move in batch.advances
    )
    return WarehouseError(
        _("topic {topic}: {list} is not behind the stored offsets").format(
            topic=clean(batch.identity.topic, 80), list=ranges
        ),
        hint=_("nothing was written: look at the preview again"),
    )
