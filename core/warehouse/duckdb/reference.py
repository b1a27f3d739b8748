"""Reference tables from their checked rows."""

from collections.abc import Callable

import duckdb
import pyarrow as pa


def load(
    cursor: duckdb.DuckDBPyConnection, sql: Callable[[str], str], table: str, rows: pa.Table
) -> int:
    """Replace rows of the same key; return rows now in the table. rows: columns of text."""
    cursor.register("staged_reference", rows)
    cursor.execute(sql(f"replace_{table}"))
    cursor.execute(sql(f"insert_{table}"))
    ((counted,),) = cursor.execute(sql(f"count_{table}")).fetchall()
    cursor.unregister("staged_reference")
    return int(counted)
