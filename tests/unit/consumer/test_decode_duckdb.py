"""What the decoder accepts, the warehouse's JSON column holds and reads back with equal values."""

import random
from datetime import UTC

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.decoding import decode_batch, parse_strict
from tests.unit.consumer.odd_payloads import random_payload
from tests.unit.consumer.strategies import odd_events, valid_events

READ_BACK = """
SELECT
    payload->>'$.order.id',
    payload->>'$.order.product_id',
    payload->>'$.order.customer_id',
    CAST(payload->>'$.order.quantity' AS INTEGER),
    CAST(payload->>'$.order.unit_price' AS DECIMAL(10, 2)),
    CAST(CAST(payload->>'$.order.sold_at' AS TIMESTAMPTZ) AS TIMESTAMP),
    CAST(CAST(payload->>'$.timestamp' AS TIMESTAMPTZ) AS TIMESTAMP),
    payload->>'$.event_type'
FROM raw ORDER BY place
"""


@pytest.fixture(scope="module")
def warehouse():
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE TABLE raw (place INTEGER, payload JSON)")
        yield connection


def expected(payload):
    event = parse_strict(payload)
    order = event.order
    return (
        order.id,
        order.product_id,
        order.customer_id,
        order.quantity,
        order.unit_price,
        order.sold_at.astimezone(UTC).replace(tzinfo=None),
        event.timestamp.astimezone(UTC).replace(tzinfo=None),
        event.event_type,
    )


def read_back(connection, accepted):
    table = pa.table(
        {
            "place": pa.array(range(len(accepted)), pa.int32()),
            "payload": pa.array([payload.decode() for payload in accepted], pa.string()),
        }
    )
    connection.execute("DELETE FROM raw")
    connection.register("incoming", table)
    connection.execute("INSERT INTO raw SELECT place, payload FROM incoming")
    return connection.execute(READ_BACK).fetchall()


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(valid_events, odd_events), max_size=4))
def test_the_warehouse_reads_the_same_values(warehouse, batch):
    accepted = [batch[index] for index in decode_batch(batch).good]
    assert read_back(warehouse, accepted) == [expected(payload) for payload in accepted]


@pytest.mark.parametrize("seed", range(4))
def test_the_warehouse_reads_the_same_values_of_many_odd_events(warehouse, seed):
    chance = random.Random(seed)
    batch = [random_payload(chance) for _ in range(3_000)]
    accepted = [batch[index] for index in decode_batch(batch).good]
    assert len(accepted) > 500
    assert read_back(warehouse, accepted) == [expected(payload) for payload in accepted]


def event(price="39.30", sold_at="2024-05-17T09:30:00Z"):
    return (
        '{"event_type":"order_created","order":{"id":"O1","product_id":"P1","customer_id":"C1",'
        f'"quantity":1,"unit_price":{price},"sold_at":"{sold_at}"}},'
        '"timestamp":"2024-05-17T09:30:01Z"}'
    ).encode()


def test_unusual_forms_that_are_accepted_read_the_same(warehouse):
    prices = ["-0", "-0.00", "1e2", "0.1e1", "99999999.99", "9999999999e-2", '"0.07"', "0e38"]
    times = [
        "2024-05-17T00:30:00+14:00",
        "1970-01-01T00:00:00-23:59",
        "2262-12-31T23:59:59.999999Z",
    ]
    times += ["2024-05-17T09:30:00.123456999Z", "2024-02-29T00:00:00-00:00"]
    accepted = [event(price=price) for price in prices] + [event(sold_at=text) for text in times]
    assert decode_batch(accepted).rejected == []
    assert read_back(warehouse, accepted) == [expected(payload) for payload in accepted]
