"""The merge procedure, run statement by statement: the rows and counts of the client's merge."""

import json
import random
from datetime import UTC, datetime

import pytest

from core.broker.identity import TopicIdentity
from core.clock import SystemClock
from core.config.load import load_settings
from core.warehouse.model import OffsetAdvance, RawBatch
from core.warehouse.snowflake.scripts import script_statements, setup_scripts
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse
from tests.support.events import event
from tests.support.oracle import oracle_rows
from tests.support.snowflake_flow import make_tables
from tests.support.snowflake_scripting import Procedure

IDENTITY = TopicIdentity("a-cluster", "orders_topic", "0")
FIGURES = ("inserted", "updated", "stale", "quarantined")


@pytest.fixture(params=["warehouse", "serverless"])
def warehouses(fake, schema, request):
    """Two schemas: one for the client's merge, one for the procedure's, as `setup` made it."""
    opened = [
        SnowflakeWarehouse(
            load_settings(environ=fake.environ(name) | {"SNOW_TASK_COMPUTE": compute}),
            clock=SystemClock(),
        )
        for name, compute in ((schema, "warehouse"), (f"{schema}_p", request.param))
    ]
    make_tables(opened[0])
    assert not any(step.denied for step in opened[1].setup(again=True))
    for warehouse in opened:
        warehouse.claim(IDENTITY, {0: 0})
    yield opened
    for warehouse in opened:
        warehouse.close()


def procedure_of(warehouse) -> Procedure:
    names = warehouse._names
    (definition,) = (
        part
        for script in setup_scripts(names)
        for part in script_statements(script, names)
        if part.startswith("CREATE OR REPLACE PROCEDURE")
    )
    return Procedure(definition, warehouse._sessions.mine().run)


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
    procedure = procedure_of(other)
    for start in (0, 60, 120):
        batch = versions(chance, start, 60)
        for warehouse in warehouses:
            warehouse.write_batch(batch)
        merged, told = client.merge(), json.loads(str(procedure.call()))
        assert [told[name] for name in FIGURES] == [getattr(merged, name) for name in FIGURES]
        assert merged.quarantined > 0
        assert 0 <= told["duration_s"] < 60
        assert 0 <= told["delay_s"] < 600
    assert oracle_rows(other, "orders") == oracle_rows(client, "orders")
    logged = [[row[:2] for row in oracle_rows(warehouse, "runs")] for warehouse in warehouses]
    assert logged[0] == logged[1]
    letters = [
        [(letter.event_id, letter.detail, letter.topic) for letter in warehouse.dead_letters()]
        for warehouse in warehouses
    ]
    assert sorted(letters[0]) == sorted(letters[1])
    assert json.loads(str(procedure.call())) == {
        **dict.fromkeys(FIGURES, 0),
        "duration_s": 0,
        "delay_s": 0,
    }
    assert len(oracle_rows(other, "runs")) == 3
