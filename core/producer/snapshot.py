"""What a screen or a result may know of a producer: frozen, complete, swapped in whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.producer.failures import DeliveryFailure
from core.producer.modes import Mode, Profile
from core.text import _
from core.textfiles.csv_records import RejectedRow
from core.workers import RunState


@dataclass(frozen=True)
class ProducerSnapshot:
    """One moment of a producer.

    rate_target: events per second, 0 as fast as possible. rate_actual: events per second handed to
    the client over the last seconds; after the end, over the whole run without its pauses.
    sent: events handed to the client, injected ones too; each ends up in acked or in failed.
    rejected: rows of the file left out, the first ten of them in rejected_rows. bytes: of keys and
    values. fraction: share of the work that is done, None when that cannot be known. held_reason
    and held_since: why nothing goes out at the moment, and since when. failures: why events failed,
    the counts together are `failed`; delivery_error says the same in one line. error: what ended
    the run.
    """

    state: RunState = RunState.IDLE
    mode: Mode = "replay"
    topic: str = ""
    profile: Profile = "steady"
    rate_target: float = 0.0
    rate_actual: float = 0.0
    sent: int = 0
    acked: int = 0
    failed: int = 0
    rejected: int = 0
    rejected_rows: tuple[RejectedRow, ...] = ()
    bytes: int = 0
    injected: Mapping[str, int] = field(
        default_factory=lambda: {"duplicates": 0, "late": 0, "poison": 0}
    )
    answer_key: str = ""
    fraction: float | None = None
    elapsed_s: float = 0.0
    held_reason: str = ""
    held_since: datetime | None = None
    failures: tuple[DeliveryFailure, ...] = ()
    delivery_error: str = ""
    error: str = ""
    hint: str = ""

    @property
    def waiting(self) -> int:
        """Events that were sent and are neither acknowledged nor failed yet."""
        return self.sent - self.acked - self.failed


def broker_full(*, is_read: bool, is_foreign: bool = False) -> str:
    """Return why nothing goes out to a full broker.

    is_read: a consumer is at work on it. is_foreign: another member of the group has committed what
    is not known to be in this warehouse.
    """
    if is_read:
        return _("broker full: waiting for the consumer")
    if is_foreign:
        return _(
            "broker full: what the group committed is not known to be stored in this warehouse; "
            "start its consumer"
        )
    return _("broker full: start the consumer")
