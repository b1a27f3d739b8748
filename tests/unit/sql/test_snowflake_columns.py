"""The tables of both warehouses have the same columns, in the same order, of types that match."""

import re

import pytest

from tests.support.snowflake_sql import SQL

TYPES = {
    "VARCHAR": "VARCHAR",
    "JSON": "VARIANT",
    "BLOB": "BINARY",
    "TIMESTAMP": "TIMESTAMP_NTZ(6)",
    "INTEGER": "NUMBER(10, 0)",
    "BIGINT": "NUMBER(19, 0)",
    "DECIMAL(10, 2)": "NUMBER(10, 2)",
    "DOUBLE": "DOUBLE",
    "UBIGINT": "VARCHAR",  # XXH3 of bytes in the one, MD5 of values in the other
}
COLUMN = re.compile(r"^ +(\w+) +([A-Z_]+(?:\([\d, ]+\))?)(.*?),?$", re.MULTILINE)


def tables(file: str) -> dict[str, list[tuple[str, str, bool]]]:
    """Return name, type and NOT NULL of each column, by table."""
    text = (SQL / file).read_text().replace("{events}", "orders_events")
    found = re.findall(
        r"CREATE TABLE IF NOT EXISTS \{schema\}\.(\w+) \((.*?)\n\);", text, re.DOTALL
    )
    return {
        name: [(column, kind, "NOT NULL" in rest) for column, kind, rest in COLUMN.findall(body)]
        for name, body in found
    }


DUCKDB, SNOWFLAKE = (
    tables(f"engine/{dialect}/{engine}.sql")
    | tables(f"orders/{dialect}/tables.sql")
    | tables(f"orders/{dialect}/reference_tables.sql")
    for dialect, engine in (("duckdb", "setup"), ("snowflake", "03_tables"))
)


def test_the_same_tables() -> None:
    assert sorted(DUCKDB) == sorted(SNOWFLAKE)
    assert len(DUCKDB) == 9


@pytest.mark.parametrize("table", DUCKDB)
def test_the_same_columns(table: str) -> None:
    wanted = [(name, TYPES[kind], needed) for name, kind, needed in DUCKDB[table]]
    # A sequence number may be as large as Snowflake makes it.
    found = [
        (name, "NUMBER(19, 0)" if kind == "NUMBER(38, 0)" else kind, needed)
        for name, kind, needed in SNOWFLAKE[table]
    ]
    assert found == wanted
