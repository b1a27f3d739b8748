"""A warehouse file as version 0.1.0 made it, by the statements of that version.

`python -m tests.support.old_file FILE` makes one and ends without closing it, as a kill would: all
of it then stands in the log beside the file.
"""

import os
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from core.broker.identity import TopicIdentity
from core.warehouse.sqlfiles import statement
from tests.support.events import event

SQL = Path(__file__).parent / "sql"
TOPIC = TopicIdentity("cluster", "orders_topic", "0")
RECEIVED = datetime(2024, 5, 6, 8, 0)  # noqa: DTZ001 - as TIMESTAMP columns hold it
EVENTS = 5_000
TABLES = (
    "orders_events",
    "orders",
    "customers",
    "inventory",
    "dead_letters",
    "consumer_offsets",
    "offset_gaps",
    "transform_runs",
    "validation_runs",
)
SCHEMA = '"mon_schema"'


def make_old(file: Path) -> duckdb.DuckDBPyConnection:
    """Make a file of 5,000 events, some letters, merged orders and history; return it open."""
    file.parent.mkdir(parents=True, exist_ok=True)
    base = duckdb.connect(str(file), config={"checkpoint_threshold": "1GB"})
    for part in _old("setup").split(";\n"):
        if part.strip():
            base.execute(part)
    payloads = [event(number, note="é" * (number % 50)) for number in range(1, EVENTS + 1)]
    payloads[5] = event(6, quantity="many")
    base.register("staged", _events(payloads))
    base.execute(_old("insert_events"), [TOPIC.source_id, RECEIVED, TOPIC.source_id])
    base.register("staged", _letters())
    letters = [TOPIC.source_id, TOPIC.topic, TOPIC.source_id, RECEIVED]
    base.execute(_old("insert_dead_letters"), letters)
    place = [TOPIC.source_id, TOPIC.cluster_id, TOPIC.topic, TOPIC.topic_id]
    base.execute(
        f"INSERT INTO {SCHEMA}.consumer_offsets VALUES (?, ?, ?, ?, 0, 0, ?, 0, ?)",
        [*place, EVENTS + 2, RECEIVED],
    )
    base.execute(statement("duckdb", "merge_cast", SCHEMA), [0, EVENTS])
    every = {"first": "", "last": "ORDER_999999"}
    base.execute(statement("duckdb", "merge_rows", SCHEMA), every)
    base.execute(
        f"INSERT INTO {SCHEMA}.transform_runs VALUES (?, 0, ?, ?, 0, 0, 1, 0.1, 0.1)",
        [RECEIVED, EVENTS, EVENTS - 1],
    )
    base.execute(f"INSERT INTO {SCHEMA}.customers VALUES ('CUST_000001', 'Zoé', 'z', 'L', 'F')")
    base.execute(
        f"INSERT INTO {SCHEMA}.validation_runs VALUES (?, 'PASS', 1, 1, 1, 'r')", [RECEIVED]
    )
    return base


LATER = ("checksum", "deleted", "dismissed_at", "dismissed_by", "dismissed_why")


def content(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return every cell of a file that nobody has open, without the columns that came later."""
    with duckdb.connect(str(file)) as base:
        return {
            table: base.execute(
                f"SELECT COLUMNS(lambda n: n NOT IN {LATER}) FROM {SCHEMA}.{table} ORDER BY ALL"
            ).fetchall()
            for table in TABLES
        }


def _old(name: str) -> str:
    return (SQL / f"duckdb_0_1_0_{name}.sql").read_text().replace("{schema}", SCHEMA)


def _events(payloads: list[bytes]) -> pa.Table:
    return pa.table(
        {
            "payload": pa.array(payloads, pa.string()),
            "kafka_partition": pa.array([0] * len(payloads), pa.int32()),
            "kafka_offset": pa.array(range(len(payloads)), pa.int64()),
        }
    )


def _letters() -> pa.Table:
    return pa.table(
        {
            "kafka_partition": pa.array([0, 0], pa.int32()),
            "kafka_offset": pa.array([EVENTS, EVENTS + 1], pa.int64()),
            "reason": ["invalid_json", "tombstone"],
            "detail": ["why", "why"],
            "message_key": pa.array([b"\x00\xff", None], pa.binary()),
            "payload": pa.array([b"\xff{", None], pa.binary()),
            "headers": ['[["h", "AA=="]]', "[]"],
        }
    )


if __name__ == "__main__":
    open_still = make_old(Path(sys.argv[1]))
    os._exit(9)
