"""The reference of `benchmarks.consume`: the same parts in one plain loop, as a script would be.

Records are read a thousand at a time into batches of 20,000; each goes into the tables of the
product in one transaction with its offsets (`plain_store`). It leaves out fence, lag, latency,
pause and stop, retries.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
from confluent_kafka import Consumer, TopicPartition

from benchmarks.plain_store import SOURCE, now, store
from core.broker.cluster import Cluster
from core.warehouse.sqlfiles import script

BATCH = 20_000
OPTIONS = {"checkpoint_threshold": "256MB", "preserve_insertion_order": "false"}
_OFFSET = (
    "UPDATE main.consumer_offsets SET next_offset = ?, updated_at = ? WHERE kafka_partition = ?"
)


def opened(file: Path, topic: str, partitions: Sequence[int]) -> duckdb.DuckDBPyConnection:
    """Return a new database with the tables of the product and the offsets at zero."""
    database = duckdb.connect(str(file), config=dict(OPTIONS))
    for name in ("setup", "tables"):
        for statement in script("duckdb", name, "main"):
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
        taken = ((one.partition(), one.offset(), one.key(), one.value()) for one in records)
        database.begin()
        store(database, topic, taken, done)
        for partition, end in ends.items():
            database.execute(_OFFSET, [end, now(), partition])
        database.commit()
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
