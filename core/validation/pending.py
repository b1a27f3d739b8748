"""What is on its way is no fault: how long the merge, or the reader, has kept records waiting.

Beside a running pipeline there always are events that are not merged yet and records that are not
read yet. They earn a WARN once they are many, or once nobody seems to be at work on them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from core.clock import utc
from core.remedies import CONSUME, MERGE, Remedy
from core.text import ngettext
from core.text.number_format import count, decimal
from core.validation.context import CheckContext, grade
from core.validation.model import Status
from core.validation.partitions import PartitionBalance


@dataclass(frozen=True)
class Pending:
    """How bad it is that records wait, in a word, and what takes them up.

    seconds: how long; None: nothing of the kind was ever taken up.
    """

    status: Status = Status.PASS
    message: str = ""
    seconds: float | None = 0.0
    remedies: tuple[Remedy, ...] = ()


def merge_backlog(context: CheckContext, backlog: int) -> Pending:
    """Return how bad so many unmerged raw events are. Errors: WarehouseError."""
    oldest, merged = context.one("validate_merge_waiting")
    if not backlog or oldest is None:
        return Pending()
    waited = max((context.now - utc(oldest)).total_seconds(), 0.0)
    limits = context.thresholds
    status = grade(backlog, limits.merge_backlog_warn, limits.merge_backlog_fail)
    if merged is not None and status is Status.PASS and waited <= limits.merge_backlog_warn_s:
        message = ngettext(
            "{count} raw event in flight to the merge, for {seconds} s",
            "{count} raw events in flight to the merge, the oldest for {seconds} s",
            backlog,
        )
        remedies: tuple[Remedy, ...] = ()
    else:
        status = max(status, Status.WARN)
        message = ngettext(
            "{count} raw event waiting for the merge",
            "{count} raw events waiting for the merge",
            backlog,
        )
        remedies = (MERGE,)
    told = message.format(count=count(backlog), seconds=decimal(waited, 1))
    return Pending(status, told, None if merged is None else waited, remedies)


def unread(context: CheckContext, read: Iterable[PartitionBalance], lag: int) -> Pending:
    """Return how bad so many unread records are; `seconds` are those since the last batch.

    read: the partitions of the topic as the broker has it now.
    """
    stored = [balance.updated_at for balance in read if balance.updated_at is not None]
    idle = max((context.now - max(stored)).total_seconds(), 0.0) if stored else None
    if not lag:
        return Pending(seconds=idle)
    limits = context.thresholds
    if idle is not None and idle <= limits.lag_warn_s and lag <= limits.lag_warn:
        message = ngettext(
            "{count} record in flight: the last batch was stored {seconds} s before this check",
            "{count} records in flight: the last batch was stored {seconds} s before this check",
            lag,
        )
        told = message.format(count=count(lag), seconds=decimal(idle, 1))
        return Pending(Status.PASS, told, idle)
    message = ngettext("{count} record not read yet", "{count} records not read yet", lag)
    return Pending(Status.WARN, message.format(count=count(lag)), idle, (CONSUME,))
