"""Tables and columns as the statements that make them say."""

from dataclasses import dataclass

import duckdb
import pytest

from core.pipeline import Pipeline, builtin
from core.warehouse.duckdb.dialect import DIALECT as DUCKDB
from core.warehouse.snowflake.dialect import DIALECT as SNOWFLAKE
from core.warehouse.sqlfiles import script
from core.warehouse.tables import Dialect, compared, expected_columns, table_names


@dataclass(frozen=True, eq=False)
class Written(Pipeline):
    """The pipeline of orders with tables that somebody wrote by hand."""

    tables: str = ""

    def sql(self, dialect: str, name: str) -> str:
        return self.tables if name == "tables" else super().sql(dialect, name)


def written(tables: str) -> Pipeline:
    return Written(builtin().definition, builtin().folder, tables=tables)


BY_HAND = """
create table if not exists {schema}.{rows} (
    id TEXT PRIMARY KEY,  -- a remark, with a comma (and a bracket
    "Price" numeric( 12 , 3 ) NOT NULL DEFAULT (1 + 2),
    note VARCHAR(30) DEFAULT 'a, b) c',
    plain DECIMAL,
    born timestamptz,
    flag BOOL CHECK (flag IN (true, false)),
    UNIQUE (id, note)
);
"""


@pytest.mark.parametrize("pipeline", [builtin(), written(BY_HAND)], ids=["orders", "by hand"])
def test_what_the_statements_say_is_what_duckdb_makes_of_them(pipeline: Pipeline) -> None:
    with duckdb.connect() as made:
        for name in ("setup", "tables", "reference_tables", "kept_tables"):
            for statement in script("duckdb", name, '"s"', pipeline):
                made.execute(statement)
        rows = made.execute(
            "SELECT lower(table_name), lower(column_name), data_type"
            " FROM information_schema.columns WHERE table_schema = 's'"
        ).fetchall()
    found = compared(DUCKDB, pipeline, rows)
    assert [one for one in found if one.found != one.expected] == []
    assert sorted((one.table, one.name, one.expected) for one in found) == sorted(rows)


def test_types_are_told_in_the_words_of_snowflake() -> None:
    tables = dict(expected_columns(SNOWFLAKE, written(BY_HAND)))
    assert tables["orders"] == {
        "id": "TEXT",
        "price": "NUMBER(12,3)",
        "note": "TEXT",
        "plain": "NUMBER(38,0)",
        "born": "TIMESTAMPTZ",
        "flag": "BOOL",
    }
    assert tables["transform_runs"]["duration_s"] == "FLOAT"
    assert tables["dead_letters"]["replays"] == "NUMBER(10,0)"


def test_what_is_absent_or_of_another_type_is_told() -> None:
    catalogue = [("orders", "id", "VARCHAR"), ("orders", "quantity", "BIGINT")]
    found = {(one.table, one.name): one for one in compared(DUCKDB, builtin(), catalogue)}
    assert found["orders", "id"].found == found["orders", "id"].expected == "VARCHAR"
    assert (found["orders", "quantity"].expected, found["orders", "quantity"].found) == (
        "INTEGER",
        "BIGINT",
    )
    assert found["orders", "sold_at"].found is None
    assert not found["customers", "id"].table_exists


@pytest.mark.parametrize("dialect", [DUCKDB, SNOWFLAKE], ids=["duckdb", "snowflake"])
def test_tables_are_listed_in_the_order_that_an_event_takes(dialect: Dialect) -> None:
    assert table_names(dialect, builtin()) == [
        "orders_events",
        "orders",
        "dead_letters",
        "customers",
        "inventory",
        "consumer_offsets",
        "offset_gaps",
        "transform_runs",
        "validation_runs",
    ]
