"""Records that are read again, on Snowflake: one procedure, whoever else stores or fills."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import WarehouseError
from core.warehouse.filled import Filled
from core.warehouse.snowflake import batches
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.support.filling import COUNT, LOST, check_filling, read_again
from tests.support.oracle import coordinates
from tests.support.sharing import TOPIC, batch


def damage(warehouse: SnowflakeWarehouse, table: str, offset: int) -> None:
    """Delete a row, as somebody does by hand."""
    name = warehouse._pipeline.definition.tables.events if table == "events" else table
    warehouse._sessions.mine().run(
        f"DELETE FROM {warehouse._identifiers.schema}.{name}"
        f" WHERE kafka_partition = 0 AND kafka_offset = {offset}"
    )


@pytest.mark.parametrize("most", [batches.STATEMENT_BYTES, 4_000])
def test_what_is_missing_comes_back_and_nothing_comes_twice(warehouse, monkeypatch, most):
    """most: bytes of a request; with few there are many requests to a batch."""
    monkeypatch.setattr(batches, "STATEMENT_BYTES", most)
    check_filling(warehouse, lambda table, offset: damage(warehouse, table, offset))


def test_two_that_fill_at_once_store_what_is_missing_once(warehouse):
    warehouse.register_partitions(TOPIC, {0: 0})
    warehouse.write_batch(batch(0, 0, COUNT))
    for offset in LOST:
        damage(warehouse, "events", offset)
    with ThreadPoolExecutor(4) as pool:
        filled = list(pool.map(lambda _: warehouse.fill_batch(read_again()), range(4)))
    total = Filled()
    for one in filled:
        total = total.plus(one)
    assert total == Filled(len(LOST), 0, 4)
    assert len(set(coordinates(warehouse))) == len(coordinates(warehouse)) == COUNT


def test_a_setup_of_an_earlier_version_is_told_what_to_run(warehouse):
    warehouse.register_partitions(TOPIC, {0: 0})
    warehouse.write_batch(batch(0, 0, COUNT))
    session = warehouse._sessions.mine()
    session.run(f"DROP PROCEDURE IF EXISTS {warehouse._identifiers.schema}.fill_batch(VARCHAR)")
    with pytest.raises(WarehouseError, match="fill_batch is not there") as caught:
        warehouse.fill_batch(read_again())
    assert "dropship --run setup" in caught.value.hint
