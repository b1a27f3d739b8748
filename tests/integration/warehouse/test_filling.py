"""Records that are read again, in a DuckDB file: by its holder, and through the socket."""

from core.clock import SystemClock
from core.config import Settings
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.shared.client import Client
from core.warehouse.shared.warehouse import SharedWarehouse
from tests.support.filling import check_filling
from tests.support.oracle import engine


def damage(inside: DuckDbWarehouse, table: str, offset: int) -> None:
    """Delete a row, as somebody does by hand."""
    name = inside._pipeline.definition.tables.events if table == "events" else table
    with inside._db.transaction() as cursor:
        cursor.execute(
            f"DELETE FROM {inside._schema}.{name} WHERE kafka_partition = 0 AND kafka_offset = ?",
            [offset],
        )


def test_what_is_missing_comes_back_and_nothing_comes_twice(warehouse: DuckDbWarehouse) -> None:
    check_filling(warehouse, lambda table, offset: damage(warehouse, table, offset))


def test_it_is_the_same_through_the_socket(settings: Settings) -> None:
    holder = SharedWarehouse(settings, clock=SystemClock())
    asking = SharedWarehouse(settings, clock=SystemClock())
    assert isinstance(asking._seat, Client)
    inside = engine(holder)
    check_filling(asking, lambda table, offset: damage(inside, table, offset), inside)
    asking.close()
    holder.close()
