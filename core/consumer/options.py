"""What a consumer reads, how long, and how it gathers batches."""

from dataclasses import dataclass

from core.errors import UsageError
from core.text import _


@dataclass(frozen=True)
class ConsumeOptions:
    """What ends a consumer, and the bounds of one batch.

    until_caught_up: end at the offsets the topic has when asked. limit: records to store, good or
    dead. duration_s, flush_s: seconds. max_batch: records; max_batch_bytes: bytes of payloads.
    most_behind: records of one batch while many more wait on a real Kafka.
    give_up_after_s: end with an error when broker or warehouse stay away that long; None waits on.
    mark: what its commits carry, see `Settings.warehouse_mark`.
    """

    topic: str
    group_id: str
    until_caught_up: bool = False
    limit: int | None = None
    duration_s: float | None = None
    flush_s: float = 0.1
    max_batch: int = 20_000
    most_behind: int = 100_000
    max_batch_bytes: int = 32 * 1024 * 1024
    give_up_after_s: float | None = 30.0
    mark: str = ""

    def __post_init__(self) -> None:
        """Check the bounds. Errors: UsageError naming the option."""
        if self.limit is not None and self.limit < 1:
            raise UsageError(_("--limit must be at least 1"), hint=_("leave it out to read on"))
        if self.duration_s is not None and self.duration_s <= 0:
            raise UsageError(
                _("--duration must be more than 0 seconds"), hint=_("leave it out to read on")
            )
