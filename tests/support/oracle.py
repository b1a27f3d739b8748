"""The one question after every fault: is every acknowledged record in the warehouse, once?"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.broker.base import Broker
from core.consumer.decode_reasons import EventError
from core.consumer.event import parse_strict
from core.warehouse.base import Warehouse
from core.warehouse.model import Row

SQL = Path(__file__).parent / "sql"


def oracle_rows(warehouse: Warehouse, name: str) -> list[Row]:
    """Run a read that only tests need: a file of `tests/support/sql`."""
    text = (SQL / f"{name}.sql").read_text()
    inside: Any = warehouse
    if warehouse.label == "snowflake":
        sql = text.replace("{schema}", inside._names.schema)
        rows: list[Row] = inside._sessions.mine().run(sql)
        return rows
    found: list[Row] = inside._db.rows(text.replace("{schema}", inside._schema))
    return found


def coordinates(warehouse: Warehouse) -> list[tuple[str, int, int]]:
    """Return (source, partition, offset) of every raw event and dead letter, sorted."""
    return sorted(oracle_rows(warehouse, "coordinates"))


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


def check_newest_orders(records: Iterable[tuple[int, int, bytes | None]], rows: list[Row]) -> None:
    """Fail unless `orders` holds exactly the newest version of each order of a topic.

    records: partition, offset and value of everything in the topic. rows: the oracle's `orders`.
    """
    newest: dict[str, tuple[tuple[object, ...], tuple[object, ...]]] = {}
    for partition, offset, value in records:
        try:
            event = parse_strict(value)
        except EventError:
            continue
        order = event.order
        version = (order.sold_at, event.timestamp, partition, offset)
        if order.id not in newest or newest[order.id][0] < version:
            newest[order.id] = (version, (order.id, order.quantity, order.unit_price))
    assert [tuple(row) for row in rows] == [entry for _key, (_v, entry) in sorted(newest.items())]
