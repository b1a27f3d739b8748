"""Records into the tables of the product in the plain way: what other programs here are given.

Imports nothing of the product. msgspec decodes each record into typed fields; good events and dead
letters go in by Arrow, orders by MERGE, within the transaction of the caller. What it leaves out is
what the product adds: the fence, gaps, ids and times checked by pattern, duplicate keys,
quarantine, headers, checksums.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
import pyarrow as pa

Record = tuple[int, int, bytes | None, bytes | None]
"""Partition, offset, key, value."""
SOURCE = "0123456789abcdef"


class _Order(msgspec.Struct, gc=False):
    id: str
    product_id: str
    customer_id: str
    quantity: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    unit_price: Decimal
    sold_at: datetime


class _Event(msgspec.Struct, gc=False):
    event_type: str
    order: _Order
    timestamp: datetime


_EVENTS = f"""
INSERT INTO main.orders_events (
    seq, event_id, event_type, payload, created_at, source_id, kafka_partition, kafka_offset
)
SELECT
    ? + row_number() OVER (), concat('{SOURCE}-', kafka_partition, '-', kafka_offset),
    'order_created', payload, ?, '{SOURCE}', kafka_partition, kafka_offset
FROM good
"""  # noqa: S608 - constants only
_DEAD = f"""
INSERT INTO main.dead_letters (
    event_id, stage, reason, detail, topic, source_id, kafka_partition, kafka_offset, message_key,
    payload, received_at
)
SELECT
    concat('{SOURCE}-', kafka_partition, '-', kafka_offset), 'decode', 'invalid', detail, ?,
    '{SOURCE}', kafka_partition, kafka_offset, message_key, payload, ?
FROM bad
"""  # noqa: S608 - constants only
_NEWEST = """
CREATE OR REPLACE TEMP TABLE newest AS
SELECT
    field[1] AS id, field[2] AS product_id, field[3] AS customer_id,
    TRY_CAST(field[4] AS INTEGER) AS quantity, TRY_CAST(field[5] AS DECIMAL(10, 2)) AS unit_price,
    TRY_CAST(field[6] AS TIMESTAMP) AS sold_at, TRY_CAST(field[7] AS TIMESTAMP) AS event_time,
    kafka_offset
FROM (
    SELECT
        kafka_offset,
        json_extract_string(
            payload,
            [
                '$.order.id', '$.order.product_id', '$.order.customer_id', '$.order.quantity',
                '$.order.unit_price', '$.order.sold_at', '$.timestamp'
            ]
        ) AS field
    FROM good
)
WHERE unit_price IS NOT NULL AND sold_at IS NOT NULL AND event_time IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY id ORDER BY sold_at DESC, kafka_offset DESC) = 1
"""
_ORDERS = """
MERGE INTO main.orders AS target USING newest AS source ON target.id = source.id
WHEN MATCHED AND (source.sold_at, source.kafka_offset) > (target.sold_at, target.kafka_offset)
THEN UPDATE SET
    product_id = source.product_id, customer_id = source.customer_id,
    quantity = source.quantity, unit_price = source.unit_price, sold_at = source.sold_at,
    ingested_at = ?, event_time = source.event_time, kafka_offset = source.kafka_offset
WHEN NOT MATCHED THEN INSERT VALUES (
    source.id, source.product_id, source.customer_id, source.quantity, source.unit_price,
    source.sold_at, ?, source.event_time, source.kafka_offset
)
"""

decode = msgspec.json.Decoder(_Event).decode
"""Return a typed event. Errors: those of NOT_AN_EVENT."""
NOT_AN_EVENT = (msgspec.DecodeError, UnicodeDecodeError, TypeError)


def now() -> datetime:
    """Return this moment as the tables have it: UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def store(database: Any, topic: str, records: Iterable[Record], done: int) -> None:
    """Store records in the open transaction. done: events are numbered behind so many."""
    good: list[Record] = []
    dead: list[tuple[Record, str]] = []
    for record in records:
        try:
            decode(record[3])  # type: ignore[arg-type]  # a value of None is a TypeError, hence bad
        except NOT_AN_EVENT as error:
            dead.append((record, str(error)))
        else:
            good.append(record)
    moment = now()
    database.register("good", _events(good))
    database.execute(_EVENTS, [done, moment])
    if dead:
        database.register("bad", _dead_letters(dead))
        database.execute(_DEAD, [topic, moment])
    database.execute(_NEWEST)
    database.execute(_ORDERS, [moment, moment])


def _events(good: Sequence[Record]) -> pa.Table:
    return pa.table(
        {
            "payload": pa.array([record[3] for record in good], pa.string()),
            "kafka_partition": pa.array([record[0] for record in good], pa.int32()),
            "kafka_offset": pa.array([record[1] for record in good], pa.int64()),
        }
    )


def _dead_letters(dead: Sequence[tuple[Record, str]]) -> pa.Table:
    return pa.table(
        {
            "kafka_partition": pa.array([record[0] for record, _why in dead], pa.int32()),
            "kafka_offset": pa.array([record[1] for record, _why in dead], pa.int64()),
            "detail": pa.array([why for _record, why in dead], pa.string()),
            "message_key": pa.array([record[2] for record, _why in dead], pa.binary()),
            "payload": pa.array([record[3] for record, _why in dead], pa.binary()),
        }
    )
