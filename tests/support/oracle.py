"""The one question after every fault: is every acknowledged record in the warehouse, once?"""

from core.broker.base import Broker
from core.warehouse.base import Warehouse


def coordinates(warehouse: Warehouse) -> list[tuple[str, int, int]]:
    """Return (source, partition, offset) of every raw event and dead letter, sorted."""
    return sorted(warehouse.rows("oracle_coordinates"))


def check_exactly_once(broker: Broker, warehouse: Warehouse, topic: str, group_id: str) -> None:
    """Fail unless the topic as it stands is in the warehouse exactly once."""
    identity = broker.identity(topic)
    stored = warehouse.stored_offsets(identity)
    found = [entry for entry in coordinates(warehouse) if entry[0] == identity.source_id]
    expected = [
        (identity.source_id, partition, offset)
        for partition, mark in sorted(broker.watermarks(topic).items())
        for offset in range(mark.high)
    ]
    assert found == expected
    assert stored == {part: mark.high for part, mark in broker.watermarks(topic).items()}
    for partition, offset in broker.committed(topic, group_id).items():
        assert offset <= stored[partition]
