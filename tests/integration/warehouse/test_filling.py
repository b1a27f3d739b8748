"""Records that are read again, in a DuckDB file: by its holder, and through the socket."""

from dataclasses import replace

from core.clock import SystemClock
from core.config import Settings
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.filled import Filled
from core.warehouse.model import OffsetAdvance
from core.warehouse.shared.client import Client
from core.warehouse.shared.warehouse import SharedWarehouse
from tests.support.events import event
from tests.support.filling import check_filling
from tests.support.oracle import engine
from tests.support.sharing import TOPIC, batch


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


def test_an_event_that_the_merge_put_aside_is_put_aside_once(warehouse: DuckDbWarehouse) -> None:
    warehouse.register_partitions(TOPIC, {0: 0})
    odd = replace(batch(0, 1, 2), payloads=[event(1, quantity="three")], checksums=())
    warehouse.write_batch(replace(odd, advances=[OffsetAdvance(0, 0, 2, 1)]))
    assert warehouse.merge().quarantined == 1
    damage(warehouse, "events", 1)
    assert warehouse.fill_batch(odd) == Filled(events=1)
    assert warehouse.merge().quarantined == 1
    assert [letter.stage for letter in warehouse.dead_letters()] == ["merge"]
