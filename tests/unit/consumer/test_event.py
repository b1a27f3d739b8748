"""What the fields of an event become, and how a refusal tells of them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from core.consumer.decoders.reasons import REASONS, EventError
from core.errors import DropshipError
from tests.support.decoding import parse_strict


def event(**fields):
    values = {"price": "39.3", "sold_at": "2024-05-17T09:30:00Z", **fields}
    return (
        '{"event_type":"order_created","order":{"id":"O1","product_id":"P1","customer_id":"C1",'
        f'"quantity":2,"unit_price":{values["price"]},"sold_at":"{values["sold_at"]}"}},'
        '"timestamp":"2026-01-05T10:00:00.250Z","source":"web"}'
    ).encode()


def test_fields_become_values():
    parsed = parse_strict(event())
    assert parsed.event_type == "order_created"
    assert parsed.timestamp == datetime(2026, 1, 5, 10, 0, 0, 250_000, tzinfo=UTC)
    assert parsed.order._asdict() == {
        "id": "O1",
        "product_id": "P1",
        "customer_id": "C1",
        "quantity": 2,
        "unit_price": Decimal("39.30"),
        "sold_at": datetime(2024, 5, 17, 9, 30, tzinfo=UTC),
    }


@pytest.mark.parametrize(
    ("written", "price"),
    [
        ("0", "0.00"),
        ("-0", "0.00"),
        ("-0.0", "0.00"),
        ("39.3", "39.30"),
        ("39.300", "39.30"),
        ('"39.3"', "39.30"),
        ("1e2", "100.00"),
        ("99999999.99", "99999999.99"),
        ("0.29", "0.29"),
    ],
)
def test_a_price_is_exact_and_has_two_decimals(written, price):
    assert str(parse_strict(event(price=written)).order.unit_price) == price


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2024-05-17T09:30:00+02:00", "2024-05-17T07:30:00+00:00"),
        ("2024-01-01T00:30:00+14:00", "2023-12-31T10:30:00+00:00"),
        ("2024-05-17T09:30:00.5Z", "2024-05-17T09:30:00.500000+00:00"),
        ("2024-05-17T09:30:00.123456999-00:30", "2024-05-17T10:00:00.123456+00:00"),
        ("1969-12-31T23:30:00-00:30", "1970-01-01T00:00:00+00:00"),
        ("2262-12-31T23:59:59.999999Z", "2262-12-31T23:59:59.999999+00:00"),
    ],
)
def test_a_moment_is_in_utc(written, moment):
    assert parse_strict(event(sold_at=written)).order.sold_at.isoformat() == moment


def test_a_refusal_is_an_error_for_the_person():
    with pytest.raises(EventError) as caught:
        parse_strict(event(price="-1"))
    assert isinstance(caught.value, DropshipError)
    assert caught.value.reason in REASONS
    assert caught.value.message == "order.unit_price: -1 is outside 0.00 to 99999999.99"
    assert caught.value.hint
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [(b"null", "null"), (b"true", "true"), (b"false", "false"), (b"{}", "an object"), (b"7", "7")],
)
def test_a_value_of_the_wrong_type_is_shown_as_json_writes_it(value, shown):
    payload = event().replace(b'"O1"', value)
    with pytest.raises(EventError) as caught:
        parse_strict(payload)
    assert caught.value.message == f"order.id: must be a string, is {shown}"


def test_a_payload_of_exactly_the_limit_is_taken():
    payload = event()
    assert parse_strict(payload, max_bytes=len(payload)).order.id == "O1"
    with pytest.raises(EventError, match="more than"):
        parse_strict(payload, max_bytes=len(payload) - 1)
