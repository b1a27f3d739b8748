"""Orders and orders files for the producer's tests."""

from pathlib import Path

import pyarrow as pa

from core.producer.orders.csv_file import OrdersCsv
from core.producer.orders.encode import ORDER_COLUMNS, ORDER_SCHEMA
from core.textfiles.csv_records import RejectedRow

HEADER = b"id,customer_id,product_id,quantity,unit_price,sold_at"


def row(number: int, **changes: str) -> dict[str, str]:
    """Return the cells of a good row, with some of them changed."""
    return {
        "id": f"ORDER_{number:06d}",
        "customer_id": "CUST_000001",
        "product_id": "PROD_000007",
        "quantity": "2",
        "unit_price": "39.30",
        "sold_at": "2024-05-01T12:00:11Z",
    } | changes


def line(number: int, **changes: str) -> bytes:
    """Return a good row as a line of the file, without its end."""
    return ",".join(row(number, **changes).values()).encode()


def orders(count: int, first: int = 1) -> pa.RecordBatch:
    """Return good orders."""
    rows = [row(number) for number in range(first, first + count)]
    columns = [pa.array([cells[name] for cells in rows], pa.string()) for name in ORDER_COLUMNS]
    return pa.RecordBatch.from_arrays(columns, schema=ORDER_SCHEMA)


def read(path: Path) -> tuple[list[dict[str, str]], list[RejectedRow]]:
    """Return all orders and rejected rows of a file."""
    source = OrdersCsv(path)
    good: list[dict[str, str]] = []
    rejected: list[RejectedRow] = []
    for block in source.blocks():
        good += block.rows.to_pylist()
        rejected += block.rejected
    source.close()
    return good, rejected
