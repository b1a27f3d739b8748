"""A process that stores batches keeps DuckDB to one thread, also when the file is opened again."""

from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from tests.integration.warehouse.test_duckdb_merge import orders, store
from tests.support.events import event


def threads(warehouse: DuckDbWarehouse) -> int:
    ((found,),) = warehouse._db.rows("SELECT current_setting('threads')")
    return int(found)


def test_batches_have_one_thread(warehouse: DuckDbWarehouse) -> None:
    warehouse._db.cursor().execute("SET threads = 3")
    store(warehouse, event(1))
    assert threads(warehouse) == 1
    warehouse._db._broken = "it gave up"
    store(warehouse, event(2))
    assert threads(warehouse) == 1
    warehouse.merge()
    assert len(orders(warehouse)) == 2


def test_who_only_reads_keeps_what_long_reads_gain_from(warehouse: DuckDbWarehouse) -> None:
    warehouse._db.cursor().execute("SET threads = 3")
    warehouse.merge()
    assert threads(warehouse) == 3
