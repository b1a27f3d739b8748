"""Reference tables (customers, inventory) from their checked CSV rows, by way of Arrow."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa

from core.warehouse.reference_csv import COLUMNS, read_reference


def load(
    cursor: duckdb.DuckDBPyConnection, sql: Callable[[str], str], table: str, csv_file: Path
) -> int:
    """Replace rows of the same id by those of a file; return rows now in the table.

    Errors: InputError with file and line; nothing is changed then (the caller rolls back).
    """
    cursor.register("staged_reference", _staged(table, csv_file))
    cursor.execute(sql(f"replace_{table}"))
    cursor.execute(sql(f"insert_{table}"))
    ((counted,),) = cursor.execute(sql(f"count_{table}")).fetchall()
    cursor.unregister("staged_reference")
    return int(counted)


def _staged(table: str, csv_file: Path) -> pa.Table:
    """Return the rows of a file as columns of text; the statements cast them."""
    schema = pa.schema([(name, pa.string()) for name in COLUMNS[table]])
    batches = [
        pa.RecordBatch.from_arrays(
            [pa.array(column, pa.string()) for column in zip(*rows, strict=True)], schema=schema
        )
        for rows in read_reference(table, csv_file)
    ]
    return pa.Table.from_batches(batches, schema)
