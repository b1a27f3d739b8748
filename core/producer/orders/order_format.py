"""What orders are as records, and what faults can be made of them."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.producer.orders.encode import ORDER_COLUMNS, ORDER_SCHEMA, encode
from core.producer.orders.malformed_records import MALFORMED_RECORDS
from core.producer.orders.rules import INSTANT, MAX_QUANTITY
from core.producer.sources import Details, Indices

MAX_AGE_S = 86_400
"""A late version is at most so many seconds older than the one published before it."""

_NS = 1_000_000_000
_POISONS = tuple(MALFORMED_RECORDS)


class OrderFormat:
    """Orders as rows of text; they become JSON when they go out, with the time of that moment."""

    schema = ORDER_SCHEMA
    id_key = "order_id"

    def encode(
        self, rows: pa.RecordBatch, timestamp: str
    ) -> tuple[list[bytes], Sequence[bytes | None]]:
        """Return the ids and the events."""
        return encode(rows, timestamp)

    def ids(self, rows: pa.RecordBatch) -> list[str]:
        """Return the ids of orders."""
        names: list[str] = rows.column(0).to_pylist()
        return names

    def older(
        self, rows: pa.RecordBatch, random: np.random.Generator
    ) -> tuple[pa.RecordBatch, Indices, Details]:
        """Return older versions of orders: sold earlier, in another quantity."""
        sold = rows.column("sold_at").cast(INSTANT).cast(pa.int64())
        seconds = np.asarray(sold) // _NS - random.integers(1, MAX_AGE_S, rows.num_rows)
        places = np.flatnonzero(seconds >= 0)
        seconds = seconds[places]
        newer = rows.take(pa.array(places))
        quantity = np.asarray(newer.column("quantity").cast(pa.int64()))
        columns = list(newer.columns)
        columns[ORDER_COLUMNS.index("quantity")] = pa.array(
            np.where(quantity < MAX_QUANTITY, quantity + 1, quantity - 1)
        ).cast(pa.string())
        columns[ORDER_COLUMNS.index("sold_at")] = pc.strftime(
            pa.array(seconds).cast(pa.timestamp("s", "UTC")), "%Y-%m-%dT%H:%M:%SZ"
        )
        older = pa.RecordBatch.from_arrays(columns, schema=ORDER_SCHEMA)
        details = [
            {
                "sold_at": old["sold_at"],
                "quantity": old["quantity"],
                "newer_sold_at": new["sold_at"],
                "newer_quantity": new["quantity"],
            }
            for old, new in zip(older.to_pylist(), newer.to_pylist(), strict=True)
        ]
        return older, places, details

    def deletes(
        self,
        rows: pa.RecordBatch,
        random: np.random.Generator,  # noqa: ARG002 - the protocol's
    ) -> tuple[pa.RecordBatch, Indices, Details]:
        """Return nothing: no order is deleted."""
        return rows.slice(0, 0), np.zeros(0, np.int64), []

    def poisoned(
        self, rows: pa.RecordBatch, ids: Sequence[str], random: np.random.Generator
    ) -> tuple[pa.RecordBatch, Sequence[str]]:
        """Return orders under ids of their own, to be broken once they are encoded."""
        columns = list(rows.columns)
        columns[0] = pa.array(ids, pa.string())
        kinds = random.integers(0, len(_POISONS), rows.num_rows)
        return (
            pa.RecordBatch.from_arrays(columns, schema=ORDER_SCHEMA),
            [_POISONS[kind] for kind in kinds],
        )

    def broken(self, value: bytes | None, reason: str) -> bytes | None:
        """Return an event broken for a reason."""
        return None if value is None else MALFORMED_RECORDS[reason](value)
