"""How many records a topic holds that the warehouse does not: what an embedded broker would lose.

It is counted against the warehouse's own offsets, since Kafka's commits serve displays only.
"""

from collections.abc import Mapping

from core.broker.base import Broker, Watermark
from core.text import ngettext
from core.text.number_format import count
from core.warehouse.base import Warehouse


def unstored_records(marks: Mapping[int, Watermark], stored: Mapping[int, int]) -> int:
    """Return how many of the records that are kept have not been stored.

    stored: the next offset to store of each partition; one that is missing has nothing stored.
    """
    return sum(
        max(mark.high - max(stored.get(partition, 0), mark.low), 0)
        for partition, mark in marks.items()
    )


def count_unstored(broker: Broker, warehouse: Warehouse, topic: str) -> int:
    """Return how many records of a topic the warehouse lacks, whoever published them.

    Errors: BrokerError, WarehouseError, StorageError.
    """
    marks = broker.watermarks(topic)
    return unstored_records(marks, warehouse.stored_offsets(broker.identity(topic)))


def lost_text(unstored: int) -> str:
    """Return how a loss is told: in results, in the log, on stderr."""
    return ngettext(
        "{count} record was not stored and ended with the embedded broker: it is lost",
        "{count} records were not stored and ended with the embedded broker: they are lost",
        unstored,
    ).format(count=count(unstored))
