"""Jobs that end an embedded broker: its records are stored first, or their number is said."""

import signal

import duckdb
import pytest

from core.broker.embedded import find_embedded
from tests.support.processes import commands
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

ORDERS = 1_234
LOST = "1,234 records were not stored and ended with the embedded broker: they are lost"


@pytest.fixture
def command(tmp_path):
    with commands(tmp_path) as found:
        yield found


@pytest.fixture
def serving(command):
    """A broker that holds records which no consumer has stored."""
    command("seed", "--customers", "50", "--products", "20", "--orders", str(ORDERS)).done()
    running = command.start_broker()
    assert command("produce", "--rate", "0").done()["acked"] == ORDERS
    return running


def stored(command):
    with duckdb.connect(str(command.paths.warehouse_file)) as base:
        (count,) = base.execute("SELECT count(*) FROM mon_schema.orders_events").fetchone()
    return count


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_broker_stores_its_records_itself_while_nobody_has_the_warehouse(
    command, serving, number, code
):
    serving.signal(number)
    ended = serving.end()
    assert ended.code == code
    assert (ended.record["records"], ended.record["unstored"]) == (ORDERS, 0)
    assert stored(command) == ORDERS


def test_a_broker_waits_for_the_consumer_of_another_process(command, serving):
    consumer = command.start("consume")
    with command.broker() as cluster:
        wait_until(
            lambda: sum(cluster.committed("orders_topic", "snowflake-consumer-group").values())
        )
    serving.signal(signal.SIGTERM)
    assert serving.end().record["unstored"] == 0
    consumer.signal(signal.SIGTERM)
    consumer.end()
    assert stored(command) == ORDERS


def test_a_broker_that_cannot_store_says_how_many_are_lost(command, serving):
    with command.warehouse():
        pass
    with duckdb.connect(str(command.paths.warehouse_file)) as base:
        base.execute("ALTER TABLE mon_schema.consumer_offsets DROP COLUMN updated_at")
    serving.signal(signal.SIGTERM)
    ended = serving.end()
    assert ended.code == 1
    assert ended.record["unstored"] == ORDERS
    assert ended.record["error"] == {"kind": "bad_result", "message": LOST, "hint": ""}
    assert LOST in ended.err


def test_a_second_signal_to_a_broker_that_waits_says_how_many_are_lost(command, serving):
    with command.warehouse():  # held by somebody who stores nothing
        serving.signal(signal.SIGTERM)
        serving.says("1,234 records are not stored yet")
        serving.signal(signal.SIGTERM)
        ended = serving.end()
    assert ended.code == 143
    assert ended.record["unstored"] == ORDERS
    assert "1,234 records of the embedded broker are not stored" in ended.record["error"]["message"]


def test_a_pipeline_that_stored_everything_says_none_are_left(command):
    ended = command("pipeline", "--customers", "50", "--products", "20", "--orders", "300")
    assert ended.done()["unstored"] == 0


def test_a_pipeline_beside_a_broker_of_others_leaves_their_records_alone(command, serving):
    del serving
    ended = command("pipeline", "--customers", "50", "--products", "20", "--orders", "300")
    assert ended.done()["unstored"] is None
    found = find_embedded(command.paths)
    assert found is not None
    found.close()


def test_a_pipeline_whose_consumer_fails_says_what_is_lost(command):
    with command.warehouse():
        pass
    with duckdb.connect(str(command.paths.warehouse_file)) as base:
        base.execute("ALTER TABLE mon_schema.orders_events DROP COLUMN event_type")
    size = ("--customers", "50", "--products", "20", "--orders", str(ORDERS))
    ended = command("pipeline", *size)
    record = ended.record
    assert ended.code == 3  # what ended it; the loss is told beside it
    assert record["unstored"] == record["produce"]["acked"] > 0
    assert "were not stored and ended with the embedded broker" in ended.err
