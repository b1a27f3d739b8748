"""The merge procedure, called on the fake: the rows and counts of the client's merge."""

import random
from datetime import UTC, datetime

import pytest

from core.broker.identity import TopicIdentity
from core.clock import SystemClock
from core.config.load import load_settings
from core.errors import WarehouseError
from core.warehouse.model import MergeResult, OffsetAdvance, RawBatch
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.support.events import event
from tests.support.oracle import oracle_rows
from tests.support.snowflake_flow import make_tables

IDENTITY = TopicIdentity("a-cluster", "orders_topic", "0")
FIGURES = ("inserted", "updated", "stale", "quarantined")


@pytest.fixture(params=["warehouse", "serverless"])
def warehouses(fake, schema, request):
    """Two schemas: one for the client's merge, one for the procedure's, as `setup` made it."""
    opened = [
        SnowflakeWarehouse(
            load_settings(
                environ=fake.environ(name)
                | {"SNOW_TASK_COMPUTE": compute, "SNOW_TRANSFORM": transform}
            ),
            clock=SystemClock(),
        )
        for name, compute, transform in (
            (schema, "warehouse", "client"),
            (f"{schema}_p", request.param, "procedure"),
        )
    ]
    make_tables(opened[0])
    assert not any(step.denied for step in opened[1].setup(again=True))
    for warehouse in opened:
        warehouse.register_partitions(IDENTITY, {0: 0})
    yield opened
    for warehouse in opened:
        warehouse.close()


def versions(chance: random.Random, start: int, count: int) -> RawBatch:
    """A batch of few orders in many versions, some of which do not cast."""
    payloads = [
        event(
            chance.randint(1, 12),
            timestamp=f"2026-01-05T0{chance.randint(0, 9)}:00:00Z",
            sold_at=f"2024-02-{chance.randint(27, 29)}T12:00:00{chance.choice(['Z', '+05:30'])}",
            unit_price=chance.choice([0.01, 19.9, "12,50", 99_999_999.99, 1e12]),
            quantity=chance.choice([1, 5, "three"]),
        )
        for _ in range(count)
    ]
    return RawBatch(
        IDENTITY,
        datetime.now(UTC),
        [0] * count,
        list(range(start, start + count)),
        payloads,
        [],
        [OffsetAdvance(0, start, start + count)],
    )


def test_the_procedure_merges_as_the_client_does(warehouses):
    chance = random.Random(11)
    client, other = warehouses
    for start in (0, 60, 120):
        batch = versions(chance, start, 60)
        for warehouse in warehouses:
            warehouse.write_batch(batch)
        merged, told = client.merge(), other.merge()
        assert [getattr(told, name) for name in FIGURES] == [
            getattr(merged, name) for name in FIGURES
        ]
        assert merged.quarantined > 0
        assert 0 <= told.duration_s < 60
        assert 0 <= told.delay_s < 600
    assert oracle_rows(other, "orders") == oracle_rows(client, "orders")
    logged = [[row[:2] for row in oracle_rows(warehouse, "runs")] for warehouse in warehouses]
    assert logged[0] == logged[1]
    letters = [
        [(letter.event_id, letter.detail, letter.topic) for letter in warehouse.dead_letters()]
        for warehouse in warehouses
    ]
    assert sorted(letters[0]) == sorted(letters[1])
    assert other.merge() == client.merge() == MergeResult()
    assert len(oracle_rows(other, "runs")) == 3


def test_a_merge_with_nothing_to_take_leaves_no_transaction_and_no_run(warehouses):
    _client, other = warehouses
    session = other._sessions.mine()
    ((told,),) = session.run(f"CALL {other._identifiers.schema}.merge_orders()")
    assert '"inserted":0' in told.replace(" ", "")
    assert session.shown("SHOW LOCKS") == []
    assert oracle_rows(other, "runs") == []


def test_the_task_runs_the_procedure(warehouses):
    _client, other = warehouses
    other.write_batch(versions(random.Random(3), 0, 20))
    other._sessions.mine().run(f"EXECUTE TASK {other._identifiers.schema}.merge_orders_task")
    assert len(oracle_rows(other, "runs")) == 1
    assert other.merge() == MergeResult()


def test_a_procedure_that_is_gone_is_made_again_by_setup_as_its_hint_says(warehouses):
    warehouse = warehouses[1]
    batch = versions(random.Random(3), 0, 5)
    session = warehouse._sessions.mine()
    session.run(f"DROP PROCEDURE IF EXISTS {warehouse._identifiers.schema}.store_batch(VARCHAR)")
    with pytest.raises(WarehouseError, match="store_batch is not there") as caught:
        warehouse.write_batch(batch)
    assert "the owner of the tables runs `dropship --run setup`" in caught.value.hint
    warehouse.setup(again=True)
    warehouse.write_batch(batch)
    assert warehouse.stored_offsets(IDENTITY) == {0: 5}
