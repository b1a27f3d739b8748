"""Records that end with a job: those of its own embedded broker that nobody has stored."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from core.broker.base import Broker
from core.consumer.unstored import count_unstored, lost_text
from core.errors import DropshipError
from core.jobs.base import JobContext
from core.text import N_, _, clean
from core.warehouse.base import Warehouse

log = logging.getLogger(__name__)


@dataclass
class Unstored:
    """How many records nobody has stored; None where the broker goes on, or nobody could count."""

    records: int | None = None

    @property
    def bad(self) -> str:
        """Why that makes a result bad; empty where nothing is lost."""
        return lost_text(self.records) if self.records else ""

    @property
    def lines(self) -> Sequence[str]:
        """What a person should read of it."""
        return unstored_lines(self.records)


def unstored_lines(records: int | None) -> Sequence[str]:
    """Return what a person should read of records that are lost."""
    if not records:
        return ()
    again = _("publish the same CSV file again: orders that are stored already are recognised")
    return (lost_text(records), again)


@contextmanager
def counted(context: JobContext, broker: Broker, warehouse: Warehouse) -> Iterator[Unstored]:
    """Count, once the block has ended, what would be lost with our own broker, and note it.

    Where an error ends the block, the log tells the loss too: the result will tell the error.
    """
    found = Unstored()
    ended = False
    try:
        yield found
        ended = True
    finally:
        _count(context, broker, warehouse, found)
        if found.records and not ended:
            log.error(found.bad, extra={"unstored": found.records})


def _count(context: JobContext, broker: Broker, warehouse: Warehouse, found: Unstored) -> None:
    if broker.owned:
        try:
            found.records = count_unstored(broker, warehouse, context.settings.kafka.topic)
        except DropshipError as error:
            reason = {"reason": clean(error.message, 300)}
            log.warning(N_("what is not stored could not be counted"), extra=reason)
    context.note({"unstored": found.records})
