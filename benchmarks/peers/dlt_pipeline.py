"""dlt: a resource that reads a topic to its end and yields Arrow tables, loaded into DuckDB.

Raw events and dead letters are appended, orders merged by their id. At least once: offsets are kept
in the pipeline's state, which is stored with the load, but not in one transaction with its tables.
"""

import os
from collections.abc import Iterator
from typing import Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
os.environ["PROGRESS"] = ""

import dlt
import pyarrow as pa
from confluent_kafka import Consumer, TopicPartition

from benchmarks.peers.run import Task, asked, told
from benchmarks.plain_store import NOT_AN_EVENT, decode

BATCH = 20_000


@dlt.resource(name="events", max_table_nesting=0)
def events(task: Task) -> Iterator[Any]:
    """Yield tables of good events, of orders and of dead letters."""
    offsets = dlt.current.resource_state().setdefault("offsets", {})
    consumer = Consumer(
        {
            "bootstrap.servers": task.servers,
            "group.id": task.folder.name,
            "enable.auto.commit": False,
        }
    )
    consumer.assign(
        [
            TopicPartition(task.topic, part, offsets.get(str(part), 0))
            for part in range(task.partitions)
        ]
    )
    done = 0
    while done < task.count:
        records: list[Any] = []
        while len(records) < BATCH and done + len(records) < task.count:
            records += consumer.consume(1_000, 0.05)
        yield from _tables(records)
        offsets.update({str(one.partition()): one.offset() + 1 for one in records})
        done += len(records)
    consumer.close()


def _tables(records: list[Any]) -> Iterator[Any]:
    raw: list[dict[str, Any]] = []
    orders: list[dict[str, Any]] = []
    dead: list[dict[str, Any]] = []
    for record in records:
        place = {"kafka_partition": record.partition(), "kafka_offset": record.offset()}
        payload = record.value()
        try:
            event = decode(payload)
        except NOT_AN_EVENT as error:
            dead.append({**place, "detail": str(error), "payload": payload})
            continue
        order = event.order
        raw.append({**place, "payload": payload.decode()})
        orders.append(
            {
                "id": order.id,
                "product_id": order.product_id,
                "customer_id": order.customer_id,
                "quantity": order.quantity,
                "unit_price": order.unit_price,
                "sold_at": order.sold_at,
                "event_time": event.timestamp,
                "kafka_offset": record.offset(),
            }
        )
    yield dlt.mark.with_table_name(pa.Table.from_pylist(raw), "orders_events")
    merged = dlt.mark.make_hints(
        table_name="orders", write_disposition="merge", primary_key="id", merge_key=None
    )
    yield dlt.mark.with_hints(
        pa.Table.from_pylist(orders, _ORDERS), merged, create_table_variant=True
    )
    if dead:
        yield dlt.mark.with_table_name(pa.Table.from_pylist(dead), "dead_letters")


_ORDERS = pa.schema(
    [
        ("id", pa.string()),
        ("product_id", pa.string()),
        ("customer_id", pa.string()),
        ("quantity", pa.int32()),
        ("unit_price", pa.decimal128(10, 2)),
        ("sold_at", pa.timestamp("us", "UTC")),
        ("event_time", pa.timestamp("us", "UTC")),
        ("kafka_offset", pa.int64()),
    ]
)


def main() -> None:
    """Take a topic into DuckDB."""
    task = asked()
    pipeline = dlt.pipeline(
        pipeline_name="orders",
        pipelines_dir=str(task.folder / "pipelines"),
        destination=dlt.destinations.duckdb(str(task.file)),
        dataset_name="main",
        progress=None,
    )
    told(lambda: pipeline.run(events(task)))


if __name__ == "__main__":
    main()
