"""Damage to stored bytes, as a fault leaves it: not valid JSON, not even text, and no error."""

import struct

import duckdb
import pyarrow as pa

SEQ_VALUES = struct.pack("<qq", 1_011_351_553, 1_011_351_554)
"""Sixteen bytes as DuckDB once wrote them over payloads: two values of a sequence."""


def put_payload(cursor: duckdb.DuckDBPyConnection, offset: int, payload: bytes) -> None:
    """Make a raw event hold these bytes, whatever they are: nothing looks at them on the way."""
    text = pa.Array.from_buffers(
        pa.string(),
        1,
        [None, pa.py_buffer(struct.pack("<ii", 0, len(payload))), pa.py_buffer(payload)],
    )
    staged = pa.table({"payload": pa.ExtensionArray.from_storage(pa.json_(pa.string()), text)})
    cursor.register("damaged", staged)
    cursor.execute(
        "UPDATE mon_schema.orders_events SET payload = damaged.payload FROM damaged"
        " WHERE kafka_offset = ?",
        [offset],
    )
    cursor.unregister("damaged")


def overwrite(
    cursor: duckdb.DuckDBPyConnection, offset: int, place: int, content: bytes = SEQ_VALUES
) -> None:
    """Write bytes over a part of a payload, without changing its length."""
    ((payload,),) = cursor.execute(
        "SELECT encode(CAST(payload AS VARCHAR)) FROM mon_schema.orders_events"
        " WHERE kafka_offset = ?",
        [offset],
    ).fetchall()
    put_payload(cursor, offset, payload[:place] + content + payload[place + len(content) :])
