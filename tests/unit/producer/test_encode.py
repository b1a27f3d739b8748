import json
from decimal import Decimal

from core.producer.orders.encode import encode
from tests.unit.producer.rows import orders

STAMP = "2024-05-31T12:30:00.125Z"


def test_an_event_is_compact_json_with_an_exact_price_and_the_order_as_key() -> None:
    keys, values = encode(orders(1), STAMP)
    assert keys == [b"ORDER_000001"]
    expected = (
        b'{"event_type":"order_created","order":{"id":"ORDER_000001","product_id":"PROD_000007",'
        b'"customer_id":"CUST_000001","quantity":2,"unit_price":39.30,'
        b'"sold_at":"2024-05-01T12:00:11Z"},"timestamp":"2024-05-31T12:30:00.125Z"}'
    )
    assert values == [expected]
    event = json.loads(values[0], parse_float=Decimal)
    assert str(event["order"]["unit_price"]) == "39.30"


def test_a_slice_encodes_its_own_rows() -> None:
    keys, values = encode(orders(10).slice(7, 2), STAMP)
    assert keys == [b"ORDER_000008", b"ORDER_000009"]
    assert [json.loads(value)["order"]["id"].encode() for value in values] == keys
