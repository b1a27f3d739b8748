"""How many records a topic holds that the warehouse does not: what an embedded broker would lose.

It is counted against the warehouse's own offsets, since Kafka's commits serve displays only.
"""

from collections.abc import Mapping

from core.broker.base import Broker, Watermark
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
