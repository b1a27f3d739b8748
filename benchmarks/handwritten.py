"""The reference of `benchmarks.consume`: the same parts in one plain loop, as a script would be.

Records are read a thousand at a time into batches of 20,000; msgspec decodes each into typed
fields; good events, dead letters and offsets go into the tables of the product by Arrow, and into
`orders` by MERGE, in one transaction a batch. What it leaves out is what the product adds: the
fence, gaps, ids and times checked by pattern, duplicate keys, quarantine, headers, lag, latency,
pause and stop, retries.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import duckdb
import msgspec
import pyarrow as pa
from confluent_kafka import Consumer, TopicPartition

from core.broker.cluster import Cluster
from core.warehouse.sqlfiles import script

BATCH = 20_000
SOURCE = "0123456789abcdef"
_OPTIONS = {"checkpoint_threshold": "256MB", "preserve_insertion_order": "false"}


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
_OFFSET = (
    "UPDATE main.consumer_offsets SET next_offset = ?, updated_at = ? WHERE kafka_partition = ?"
)


def opened(file: Path, topic: str, partitions: Sequence[int]) -> duckdb.DuckDBPyConnection:
    """Return a new database with the tables of the product and the offsets at zero."""
    database = duckdb.connect(str(file), config=dict(_OPTIONS))
    for statement in script("duckdb", "setup", "main"):
        database.execute(statement)
    database.executemany(
        "INSERT INTO main.consumer_offsets VALUES (?, '', ?, '0', ?, 0, 0, 0, now())",
        [[SOURCE, topic, partition] for partition in partitions],
    )
    return database


def consume(database: Any, broker: Cluster, topic: str, group_id: str, count: int) -> None:
    """Take `count` records of a topic into an opened database."""
    consumer = Consumer(broker.consumer_config(group_id))
    consumer.assign([TopicPartition(topic, part, 0) for part in broker.partitions(topic)])
    done = 0
    while done < count:
        records: list[Any] = []
        while len(records) < BATCH and done + len(records) < count:
            records += consumer.consume(1_000, 0.05)
        ends = {record.partition(): record.offset() + 1 for record in records}
        _store(database, topic, records, ends, done)
        offsets = [TopicPartition(topic, partition, end) for partition, end in ends.items()]
        consumer.commit(asynchronous=True, offsets=offsets)
        done += len(records)
    consumer.close()


def stored(database: Any) -> tuple[int, int]:
    """Return how many orders and dead letters there are."""
    orders, dead = database.execute(
        "SELECT (SELECT count(*) FROM main.orders), (SELECT count(*) FROM main.dead_letters)"
    ).fetchone()
    return int(orders), int(dead)


_decode = msgspec.json.Decoder(_Event).decode


def _store(
    database: Any, topic: str, records: Sequence[Any], ends: Mapping[int, int], done: int
) -> None:
    """Store one batch, and the next offset of each partition, in one transaction.

    done: how many records were read before; events are numbered from there.
    """
    payloads: list[bytes] = []
    partitions: list[int] = []
    offsets: list[int] = []
    dead: list[tuple[Any, str]] = []
    for record in records:
        payload = record.value()
        try:
            _decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError, TypeError) as error:
            dead.append((record, str(error)))
        else:
            payloads.append(payload)
            partitions.append(record.partition())
            offsets.append(record.offset())
    good = pa.table(
        {
            "payload": pa.array(payloads, pa.string()),
            "kafka_partition": pa.array(partitions, pa.int32()),
            "kafka_offset": pa.array(offsets, pa.int64()),
        }
    )
    now = datetime.now(UTC).replace(tzinfo=None)
    database.begin()
    database.register("good", good)
    database.execute(_EVENTS, [done, now])
    if dead:
        database.register("bad", _dead_letters(dead))
        database.execute(_DEAD, [topic, now])
    for partition, end in ends.items():
        database.execute(_OFFSET, [end, now, partition])
    database.execute(_NEWEST)
    database.execute(_ORDERS, [now, now])
    database.commit()


def _dead_letters(dead: Sequence[tuple[Any, str]]) -> pa.Table:
    return pa.table(
        {
            "kafka_partition": pa.array([record.partition() for record, _why in dead], pa.int32()),
            "kafka_offset": pa.array([record.offset() for record, _why in dead], pa.int64()),
            "detail": pa.array([why for _record, why in dead], pa.string()),
            "message_key": pa.array([record.key() for record, _why in dead], pa.binary()),
            "payload": pa.array([record.value() for record, _why in dead], pa.binary()),
        }
    )
