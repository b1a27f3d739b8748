"""Fault 26: somebody drops or alters a table. It is said in one line, and nothing is torn."""

import duckdb
import pytest

from tests.support.events import event
from tests.support.oracle import check_exactly_once
from tests.support.topic import publish

pytestmark = pytest.mark.slow

TOPIC, GROUP = "orders_topic", "snowflake-consumer-group"


@pytest.fixture
def stored(dropship):
    """Ten records are stored and merged, ten more wait in the topic."""
    dropship.start_broker()
    with dropship.broker() as cluster:
        publish(cluster.bootstrap_servers, TOPIC, [event(number) for number in range(10)])
        dropship("consume", "--until-caught-up").done()
        dropship("transform").done()
        publish(cluster.bootstrap_servers, TOPIC, [b"{", *(event(20 + n) for n in range(9))])
        yield cluster


def alter(dropship, *statements: str) -> None:
    with duckdb.connect(str(dropship.paths.warehouse_file)) as base:
        for statement in statements:
            base.execute(statement)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "job", "named"),
    [
        ("DROP TABLE mon_schema.dead_letters", "consume", "dead_letters"),
        ("DROP TABLE mon_schema.orders_events", "consume", "orders_events"),
        ("DROP TABLE mon_schema.consumer_offsets", "consume", "consumer_offsets"),
        ("DROP TABLE mon_schema.orders", "transform", "orders"),
        ("DROP TABLE mon_schema.transform_runs", "transform", "transform_runs"),
        ("ALTER TABLE mon_schema.orders_events DROP COLUMN payload", "consume", "payload"),
        ("ALTER TABLE mon_schema.orders RENAME unit_price TO price", "transform", "unit_price"),
        ("ALTER TABLE mon_schema.orders DROP COLUMN quantity", "kpis", "quantity"),
    ],
)
def test_fault_26_what_is_missing_is_named_and_nothing_is_written(
    dropship, stored, statement, job, named
):
    if job == "transform":
        dropship("consume", "--until-caught-up").done()
    alter(dropship, statement)
    options = ("--until-caught-up",) if job == "consume" else ()
    ended = dropship(job, *options)
    error = ended.record["error"]
    assert (ended.code, error["kind"]) == (3, "warehouse")
    assert named in error["message"]
    assert "\n" not in error["message"]
    assert "setup" in error["hint"]
    checked = dropship("validate").record["checks"]["schema"]
    assert (checked["status"], named in json_text(checked)) == ("FAIL", True)


def json_text(value: object) -> str:
    return repr(value)


def test_fault_26_setup_makes_a_dropped_table_again_and_work_goes_on(dropship, stored):
    alter(dropship, "DROP TABLE mon_schema.dead_letters")
    assert dropship("consume", "--until-caught-up").code == 3
    dropship("setup").done()
    assert dropship("consume", "--until-caught-up").done()["consumed"] == 10
    with dropship.warehouse() as warehouse:
        check_exactly_once(stored, warehouse, TOPIC, GROUP)


@pytest.mark.slow
def test_fault_26_a_column_that_somebody_adds_disturbs_nothing(dropship, stored):
    tables = ("orders_events", "orders", "dead_letters", "consumer_offsets", "transform_runs")
    alter(dropship, *(f"ALTER TABLE mon_schema.{table} ADD COLUMN own VARCHAR" for table in tables))
    assert dropship("consume", "--until-caught-up").done()["consumed"] == 10
    assert dropship("transform").done()["inserted"] == 9
    dropship("kpis").done()
    with dropship.warehouse() as warehouse:
        check_exactly_once(stored, warehouse, TOPIC, GROUP)
