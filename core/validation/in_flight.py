"""What is on its way is no fault: how long the merge, or the reader, has kept records waiting.

Beside a running pipeline there always are events that are not merged yet and records that are not
read yet. They earn a WARN once they are many, or once nobody seems to be at work on them.
"""

from collections.abc import Iterable

from core.text import ngettext
from core.text.figures import count, decimal
from core.validation.context import CheckContext, over
from core.validation.model import Status, utc
from core.validation.partitions import PartitionBalance


def merge_backlog(context: CheckContext, backlog: int) -> tuple[Status, str, float | None]:
    """Return how bad so many unmerged raw events are, a message, and the seconds they wait.

    None: no merge ever took anything. Errors: WarehouseError.
    """
    oldest, merged = context.one("validate_merge_waiting")
    if not backlog or oldest is None:
        return Status.PASS, "", 0.0
    waited = max((context.now - utc(oldest)).total_seconds(), 0.0)
    limits = context.thresholds
    status = over(backlog, limits.merge_backlog_warn, limits.merge_backlog_fail)
    if merged is not None and status is Status.PASS and waited <= limits.merge_backlog_warn_s:
        message = ngettext(
            "{count} raw event on its way to the merge, for {seconds} s",
            "{count} raw events on their way to the merge, the oldest for {seconds} s",
            backlog,
        )
    else:
        status = max(status, Status.WARN)
        message = ngettext(
            "{count} raw event waits for the merge: run `dropship --run transform`",
            "{count} raw events wait for the merge: run `dropship --run transform`",
            backlog,
        )
    told = message.format(count=count(backlog), seconds=decimal(waited, 1))
    return status, told, None if merged is None else waited


def unread(
    context: CheckContext, read: Iterable[PartitionBalance], lag: int
) -> tuple[Status, str, float | None]:
    """Return how bad so many unread records are, a message, and the seconds since the last batch.

    read: the partitions of the topic as the broker has it now. None: nothing was stored of it yet.
    """
    stored = [balance.updated_at for balance in read if balance.updated_at is not None]
    idle = max((context.now - max(stored)).total_seconds(), 0.0) if stored else None
    if not lag:
        return Status.PASS, "", idle
    limits = context.thresholds
    if idle is not None and idle <= limits.lag_warn_s and lag <= limits.lag_warn:
        message = ngettext(
            "{count} record on its way: the last batch was stored {seconds} s before this check",
            "{count} records on their way: the last batch was stored {seconds} s before this check",
            lag,
        )
        return Status.PASS, message.format(count=count(lag), seconds=decimal(idle, 1)), idle
    message = ngettext(
        "{count} record not read yet: run `dropship --run consume --until-caught-up`",
        "{count} records not read yet: run `dropship --run consume --until-caught-up`",
        lag,
    )
    return Status.WARN, message.format(count=count(lag)), idle
