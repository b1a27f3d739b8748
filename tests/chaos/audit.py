"""The audit after a run: what the broker acknowledged against what the warehouse holds."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from core.broker.base import Broker
from core.clock import SystemClock
from core.config import Paths, Settings
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.record_headers import headers_from
from tests.chaos.tap import UNSEEN, Tap, digest, digest_of_all
from tests.support.decoding import parse_strict
from tests.support.oracle import check_checksums

EVENT_BYTES = """
    SELECT event_id, kafka_partition, kafka_offset, encode(CAST(payload AS VARCHAR))
    FROM mon_schema.orders_events WHERE source_id = ?
"""
LETTER_BYTES = """
    SELECT event_id, kafka_partition, kafka_offset, payload, message_key, headers
    FROM mon_schema.dead_letters WHERE source_id = ? AND stage = 'decode'
"""
PLACES = """
    SELECT kafka_partition, kafka_offset FROM mon_schema.orders_events
    UNION ALL
    SELECT kafka_partition, kafka_offset FROM mon_schema.dead_letters WHERE stage = 'decode'
"""
WHOLE = f"""
    SELECT kafka_partition, count(*), count(DISTINCT kafka_offset), min(kafka_offset),
        max(kafka_offset) + 1
    FROM ({PLACES}) GROUP BY ALL
"""
OFFSETS = "SELECT kafka_partition, next_offset FROM mon_schema.consumer_offsets"
EVENTS = "SELECT kafka_offset, CAST(payload AS VARCHAR) FROM mon_schema.orders_events"
ORDERS = """
    SELECT id, product_id, customer_id, quantity, unit_price, sold_at FROM mon_schema.orders
    ORDER BY id
"""
Order = tuple[str, str, str, int, Decimal, datetime]
Version = tuple[datetime, datetime, int]


@dataclass(frozen=True)
class Audit:
    """What a warehouse holds after a run; every figure was checked."""

    records: int
    events: int
    dead_letters: int
    orders: int
    compared: int

    def as_json(self) -> dict[str, Any]:
        return vars(self)


def check_torn(file: Path, committed: dict[int, int]) -> int:
    """Fail unless a warehouse that nobody has open is whole; return the records it holds.

    Whole: each partition is there from offset 0 up to the stored offset, each once, and Kafka was
    told no more than that.
    """
    with duckdb.connect(str(file), read_only=True) as base:
        stored = dict(base.execute(OFFSETS).fetchall())
        total = 0
        for partition, rows, distinct, low, high in base.execute(WHOLE).fetchall():
            found = (rows, distinct, low, high)
            ends = stored[partition]
            assert found == (ends, ends, 0, ends), f"partition {partition}: {found}, {ends} stored"
            total += rows
        for partition, offset in committed.items():
            assert offset <= stored.get(partition, 0), f"{partition}: Kafka was told {offset}"
        assert total == sum(stored.values())
    return total


def audit(file: Path, broker: Broker, topic: str, group: str, tap: Tap) -> Audit:
    """Fail unless the warehouse holds the topic exactly once, byte for byte, and its newest orders.

    Nobody else may have the file open.
    """
    ends = {part: mark.high for part, mark in broker.watermarks(topic).items()}
    tap.catch_up(ends)
    records = check_torn(file, dict(broker.committed(topic, group)))
    assert records == sum(ends.values()), f"{records} stored, {ends} in the topic"
    source = broker.identity(topic).source_id
    with duckdb.connect(str(file), read_only=True) as base:
        compared = _compare_events(base, source, tap) + _compare_letters(base, source, tap)
        events, orders = _check_orders(base)
        (dead,) = base.execute(
            "SELECT count(*) FROM mon_schema.dead_letters WHERE stage = 'decode'"
        ).fetchone() or (0,)
        (gaps,) = base.execute("SELECT count(*) FROM mon_schema.offset_gaps").fetchone() or (0,)
    assert gaps == 0
    assert events + dead == records
    _check_checksums(file)
    return Audit(records, events, dead, orders, compared)


def _compare_events(base: duckdb.DuckDBPyConnection, source: str, tap: Tap) -> int:
    """Compare the bytes of every event that the tap saw; return how many those were."""
    compared = 0
    rows = base.execute(EVENT_BYTES, [source])
    while block := rows.fetchmany(10_000):
        for event_id, partition, offset, value in block:
            assert event_id == f"{source}-{partition}-{offset}", f"{event_id}: {partition}/{offset}"
            known = tap.seen[partition][offset]
            if known != UNSEEN:
                compared += 1
                assert known == digest(value), f"{event_id} holds other bytes"
    return compared


def _compare_letters(base: duckdb.DuckDBPyConnection, source: str, tap: Tap) -> int:
    """Compare payload, key and headers of every dead letter that the tap saw; return how many."""
    compared = 0
    rows = base.execute(LETTER_BYTES, [source])
    while block := rows.fetchmany(1_000):
        for event_id, partition, offset, value, key, headers in block:
            assert event_id == f"{source}-{partition}-{offset}", f"{event_id}: {partition}/{offset}"
            known = tap.whole[partition][offset]
            if known != UNSEEN:
                compared += 1
                found = digest_of_all(value, key, headers_from(headers))
                assert known == found, f"letter {event_id} holds other bytes"
    return compared


def _check_checksums(file: Path) -> None:
    """Fail unless everything in a file agrees with its checksum, also what the tap never saw."""
    settings = Settings(paths=Paths(data=file.parent))
    warehouse = DuckDbWarehouse(settings, clock=SystemClock(), read_only=True)
    try:
        check_checksums(warehouse)
    finally:
        warehouse.close()


def _check_orders(base: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """Compare `orders` with a merge in plain Python; return raw events and orders."""
    newest: dict[str, tuple[Version, Order]] = {}
    events = 0
    rows = base.execute(EVENTS)
    while block := rows.fetchmany(10_000):
        for offset, payload in block:
            events += 1
            event = parse_strict(payload.encode())
            order = event.order
            version = (order.sold_at, event.timestamp, offset)
            if order.id not in newest or newest[order.id][0] < version:
                entry = (
                    order.id,
                    order.product_id,
                    order.customer_id,
                    order.quantity,
                    order.unit_price,
                    order.sold_at.replace(tzinfo=None),
                )
                newest[order.id] = (version, entry)
    found = base.execute(ORDERS).fetchall()
    assert len(found) == len(newest), f"{len(found)} orders, {len(newest)} expected"
    for row in found:
        assert tuple(row) == newest[row[0]][1], f"order {row[0]}: {row}, {newest[row[0]]}"
    return events, len(found)
