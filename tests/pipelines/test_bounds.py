"""The merge that `init` writes reads only what can hold the keys of a run, and says the same."""

import re
from pathlib import Path

import pytest

from core.config import Paths, Settings
from core.pipeline import Pipeline
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.pipelines.conftest import warehouse_of
from tests.pipelines.test_deletes import drafted, plain

STORED = 500_000


def scanned(warehouse: DuckDbWarehouse, name: str, first: int, last: int) -> tuple[int, int]:
    """Return how many row groups of its largest table a statement reads, and how many there are."""
    bounds = {"first": first, "last": last}
    plan = warehouse._db.cursor().execute(f"EXPLAIN ANALYZE {warehouse._sql(name)}", bounds)
    ((_kind, text),) = plan.fetchall()
    scans = re.findall(r"Scanned: (\d+) / (\d+)", text)
    return max(((int(few), int(many)) for few, many in scans), key=lambda one: one[1])


def filled(warehouse: DuckDbWarehouse, pipeline: Pipeline) -> None:
    """Store many rows, and make the table of a run that brings a few that follow on them."""
    tables = pipeline.definition.tables
    deletes = pipeline.definition.deletes
    table = f"{tables.db_schema}.{tables.versions if deletes else tables.rows}"
    columns = (
        "i AS account_id, 1 AS version, CAST(1 AS DECIMAL(18, 2)) AS balance,"
        " TIMESTAMP '2024-01-01' AS {at}, 'source' AS source_id, 0 AS kafka_partition,"
        " i AS kafka_offset"
    )
    marks = ", FALSE AS deleted" if deletes else ""
    cursor = warehouse._db.cursor()
    cursor.execute(
        f"INSERT INTO {table} BY NAME SELECT {columns.format(at='ingested_at')}{marks}"
        f" FROM range({STORED}) AS made(i)"
    )
    if marks:
        marks += ", FALSE AS tombstone, NULL::BOOLEAN AS was_live, NULL::BOOLEAN AS was_same"
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE merge_cast AS SELECT i AS seq, 'e' || i AS event_id,"
        f" TRUE AS usable, {columns.format(at='created_at')}{marks}"
        f" FROM range({STORED - 100}, {STORED + 900}) AS made(i)"
    )


@pytest.mark.parametrize("deletes", [False, True])
def test_a_merge_reads_no_row_groups_but_those_of_its_keys(tmp_path: Path, deletes: bool) -> None:
    stream = [
        plain(number % 30, None if deletes and number % 7 == 0 else 1) for number in range(99)
    ]
    pipeline = drafted(tmp_path / "balances", stream)
    assert pipeline.definition.deletes is deletes
    names = ["merge_before", "merge_rows", "merge_outcome"] if deletes else ["merge_rows"]
    with warehouse_of(pipeline, Settings(paths=Paths(data=tmp_path))) as warehouse:
        filled(warehouse, pipeline)
        for name in names:
            read, there = scanned(warehouse, name, STORED - 100, STORED + 899)
            assert there >= 4
            assert read <= 2, name
        ((rows,),) = warehouse._db.rows(warehouse._sql("count_rows"))
    assert rows == STORED + 900
