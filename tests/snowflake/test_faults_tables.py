"""Fault 26: somebody drops or alters a table while a consumer writes to it."""

import signal
from collections.abc import Iterator
from functools import partial

import pytest

from core.warehouse.snowflake.session import Connection
from tests.support.fakesnow.start import FakeSnowflake
from tests.support.oracle import coordinates
from tests.support.processes import Dropship, Ended, Running
from tests.support.proxy import Reply, Request, Send, answer, proxy_to, sql_like
from tests.support.snowflake_flow import TOPIC, Flow

RATE = 400
ENDS_S = 15.0
"""Half of the time for which a warehouse that is away is waited for: a table is not waited for."""
STORE = r"CALL \S+\.store_batch\("
HIDE_EVENTS = "ALTER TABLE {schema}.orders_events RENAME TO orders_events_away"
SHOW_EVENTS = "ALTER TABLE {schema}.orders_events_away RENAME TO orders_events"
HIDE_OFFSETS = "ALTER TABLE {schema}.consumer_offsets RENAME TO consumer_offsets_away"
SHOW_OFFSETS = "ALTER TABLE {schema}.consumer_offsets_away RENAME TO consumer_offsets"
HIDE_PAYLOAD = "ALTER TABLE {schema}.orders_events RENAME COLUMN payload TO body"
SHOW_PAYLOAD = "ALTER TABLE {schema}.orders_events RENAME COLUMN body TO payload"


@pytest.fixture
def flow(fake: FakeSnowflake, dropship: Dropship, schema: str) -> Iterator[Flow]:
    """A broker, and tables that somebody else may alter too."""
    with proxy_to(fake.port) as proxy:
        made = Flow(fake, proxy, dropship, schema)
        made.prepare()
        yield made


def alter(flow: Flow, *statements: str) -> None:
    """Run DDL in another session; as on Snowflake it waits for those who write."""
    with flow.warehouse() as warehouse:
        for statement in statements:
            sql = statement.format(schema=warehouse._identifiers.schema)
            warehouse._sessions.patiently(partial(Connection.run, sql=sql))


def start(flow: Flow) -> tuple[Running, Running]:
    """Start a stream and a consumer; return them once a good deal is stored."""
    producer, consumer = flow.start_stream(RATE), flow.start_consumer()
    with flow.dropship.broker() as cluster, flow.warehouse() as warehouse:
        flow.wait_stored(cluster, warehouse, RATE)
    assert not consumer.ended, consumer.err
    return producer, consumer


def stop(producer: Running) -> int:
    """Stop the producer; return how many events were acknowledged."""
    producer.signal(signal.SIGTERM)
    produced = producer.end().record
    assert (produced["exit_code"], produced["failed"]) == (143, 0)
    return int(produced["acked"])


def check_told(ended: Ended, named: str, *, hint: str = "setup") -> None:
    """Fail unless it ended with 3, and with one line that names what is missing."""
    error = ended.record["error"]
    assert (ended.code, error["kind"]) == (3, "warehouse")
    assert named in error["message"].lower(), ended.err
    assert "\n" not in error["message"]
    assert hint in error["hint"]


def whole(flow: Flow) -> int:
    """Fail unless the records up to the stored offsets are there and no others; count them."""
    with flow.dropship.broker() as cluster, flow.warehouse() as warehouse:
        identity = cluster.identity(TOPIC)
        stored = warehouse.stored_offsets(identity)
        found = coordinates(warehouse)
    expected = [
        (identity.source_id, partition, offset)
        for partition, following in sorted(stored.items())
        for offset in range(following)
    ]
    assert found == expected
    return len(found)


@pytest.mark.parametrize(
    ("away", "named", "back"),
    [
        pytest.param(HIDE_EVENTS, "orders_events", SHOW_EVENTS, id="raw-table"),
        pytest.param(HIDE_OFFSETS, "consumer_offsets", SHOW_OFFSETS, id="offsets"),
        pytest.param(HIDE_PAYLOAD, "payload", SHOW_PAYLOAD, id="column"),
    ],
)
def test_fault_26_what_goes_missing_under_a_consumer_ends_it(
    flow: Flow, away: str, named: str, back: str
) -> None:
    producer, consumer = start(flow)
    alter(flow, away)
    check_told(consumer.end(ENDS_S), named)
    alter(flow, back)
    kept = whole(flow)
    acked = stop(producer)
    assert RATE <= kept < acked
    record = flow.consume().done()
    assert (record["inserted"], record["lag"]) == (acked - kept, 0)
    flow.check(acked)


def test_fault_26_offsets_that_vanish_in_mid_batch_take_its_rows_with_them(flow: Flow) -> None:
    acked = flow.produce("--rate", "0")

    def hide(request: Request, send: Send) -> Reply:
        alter(flow, HIDE_OFFSETS)
        return send(request)

    rule = flow.proxy.rule(sql_like(STORE), hide, times=1)
    check_told(flow.consume(), "consumer_offsets")
    assert len(rule.hits) == 1
    alter(flow, SHOW_OFFSETS)
    assert whole(flow) == 0
    assert flow.consume().done()["inserted"] == acked
    flow.check(acked)


def test_fault_26_a_column_that_is_missing_is_named_as_snowflake_names_it(flow: Flow) -> None:
    acked = flow.produce("--rate", "0")
    said = (
        "Uncaught exception of type 'STATEMENT_ERROR' on line 9 at position 8 : SQL compilation "
        "error: error line 2 at position 27\ninvalid identifier 'PAYLOAD'"
    )
    data = {"errorCode": "000904", "sqlState": "42000"}
    missing = answer(200, {"data": data, "code": "000904", "message": said, "success": False})
    flow.proxy.rule(sql_like(STORE), missing)
    check_told(flow.consume("--timeout", "600"), "invalid identifier 'payload'", hint="doctor")
    assert whole(flow) == 0
    flow.proxy.heal()
    assert flow.consume().done()["inserted"] == acked
    flow.check(acked)


def test_fault_26_setup_makes_dropped_tables_again_and_all_is_read_again(flow: Flow) -> None:
    producer, consumer = start(flow)
    alter(flow, "DROP TABLE {schema}.orders_events")
    check_told(consumer.end(ENDS_S), "orders_events")
    acked = stop(producer)
    flow.dropship("setup", env=flow.env).done()
    # The offsets tell of rows that are gone for good: that is no state to pass over in silence.
    ended = flow.dropship("validate", env=flow.env)
    assert (ended.code, ended.record["checks"]["reconciliation"]["status"]) == (1, "FAIL")
    alter(flow, "DROP TABLE {schema}.consumer_offsets")
    flow.dropship("setup", env=flow.env).done()
    assert flow.consume().done()["inserted"] == acked
    flow.check(acked)


def test_fault_26_columns_that_somebody_adds_disturb_nothing(flow: Flow) -> None:
    producer, consumer = start(flow)
    tables = ("orders_events", "consumer_offsets", "dead_letters", "offset_gaps")
    alter(flow, *(f"ALTER TABLE {{schema}}.{table} ADD COLUMN own VARCHAR" for table in tables))
    with flow.dropship.broker() as cluster, flow.warehouse() as warehouse:
        stored = sum(warehouse.stored_offsets(cluster.identity(TOPIC)).values())
        flow.wait_stored(cluster, warehouse, stored + RATE)
        acked = stop(producer)
        flow.wait_stored(cluster, warehouse, acked)
    consumer.signal(signal.SIGTERM)
    ended = consumer.end()
    assert ended.code == 143, ended.err
    flow.check(acked)
