"""decode_batch accepts exactly what parse_strict accepts, with the same times and reasons."""

import json
import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.consumer.decoders.base import Rejection
from core.consumer.decoders.reasons import REASONS, EventError
from core.consumer.decoders.strict import StrictReader
from tests.support.decoding import MAX_BYTES, decode_batch, parse_strict
from tests.unit.consumer.odd_payloads import (
    EXTRA_KEYS,
    EXTRAS,
    ODD_MOMENTS,
    ODD_NUMBERS,
    ODD_QUANTITIES,
    random_payload,
)
from tests.unit.consumer.strategies import payloads, valid_events

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def strictly(batch, max_bytes=MAX_BYTES):
    """The same as decode_batch, one event after the other, by the reference."""
    good, times, rejected = [], [], []
    for index, payload in enumerate(batch):
        try:
            event = parse_strict(payload, max_bytes=max_bytes)
        except EventError as error:
            rejected.append(Rejection(index, error.reason, error.message))
        else:
            good.append(index)
            times.append((event.timestamp - EPOCH) // timedelta(microseconds=1))
    return good, times, rejected


def in_bulk(batch, max_bytes=MAX_BYTES):
    decoded = decode_batch(batch, max_bytes=max_bytes)
    return decoded.good, decoded.event_times_us.tolist(), decoded.rejected


@settings(max_examples=100, deadline=None)
@given(st.lists(payloads, max_size=4))
def test_a_batch_is_decoded_as_the_reference_decodes_each_event(batch):
    assert in_bulk(batch) == strictly(batch)


@settings(max_examples=100, deadline=None)
@given(st.lists(valid_events, min_size=1, max_size=3))
def test_every_valid_event_is_taken(batch):
    decoded = decode_batch(batch)
    assert decoded.rejected == []
    assert decoded.good == list(range(len(batch)))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.none(), st.binary(max_size=200)), max_size=30))
def test_no_bytes_whatever_raise(batch):
    decoded = decode_batch(batch)
    every = decoded.good + [rejection.index for rejection in decoded.rejected]
    assert sorted(every) == list(range(len(batch)))
    assert {rejection.reason for rejection in decoded.rejected} <= REASONS


@settings(max_examples=50, deadline=None)
@given(st.lists(valid_events, min_size=1, max_size=3), st.integers(150, 400))
def test_the_size_limit_is_the_same(batch, max_bytes):
    assert in_bulk(batch, max_bytes) == strictly(batch, max_bytes)


@pytest.mark.parametrize("seed", range(4))
def test_blocks_of_usual_odd_and_damaged_events(seed):
    chance = random.Random(seed)
    batch = [random_payload(chance) for _ in range(3_000)]
    decoded = in_bulk(batch)
    assert decoded == strictly(batch)
    assert 500 < len(decoded[0]) < 2_500


def event(*, sold_at="2024-05-17T09:30:00Z", timestamp="2024-05-17T09:30:01Z", price="39.30"):
    return (
        '{"event_type":"order_created","order":{"id":"O1","product_id":"P1","customer_id":"C1",'
        f'"quantity":1,"unit_price":{price},"sold_at":"{sold_at}"}},"timestamp":"{timestamp}"}}'
    ).encode()


def test_every_day_of_the_calendar_and_some_that_it_lacks():
    days = [date(1969, 12, 30) + timedelta(days=number) for number in range(0, 107_100, 31)]
    texts = [day.isoformat() for day in days]
    texts += [f"{year}-02-{day}" for year in range(1970, 2263) for day in (28, 29, 30)]
    texts += [f"2024-{month:02d}-{day}" for month in range(14) for day in (29, 30, 31, 32)]
    batch = [event(sold_at=f"{text}T00:00:00Z") for text in texts]
    batch += [event(timestamp=f"{text}T23:59:59.999999999-01:00") for text in texts]
    batch += [event(timestamp=f"{text}T00:00:00.5+23:59") for text in texts]
    assert in_bulk(batch) == strictly(batch)


ODD_IDS = [
    "",
    "A" * 64,
    "A" * 65,
    "A B",
    "_A",
    "a.b:c-d_e",
    "A\\n",
    "\\nA",
    "é",
    "\\u0041",
    "A\\u0000",
]
TIMES = [f"2024-05-17T{time}Z" for time in ("24:00:00", "23:59:60", "23:60:00", "09:30:00.")]
TIMES += [f"{day}T09:30:00Z" for day in ("2023-02-29", "2024-04-31", "2100-02-29", "2024-00-10")]
TIMES += [f"2024-05-17T09:30:00{zone}" for zone in ("", "z", "+24:00", "+02", "+0200", "+02:60")]
ALONE = [
    *(event(price=price) for price in ODD_NUMBERS),
    *(event(price=f'"{price}"') for price in ODD_NUMBERS),
    *(event(sold_at=json.dumps(text)[1:-1]) for text in [*ODD_MOMENTS, *TIMES]),
    *(event(timestamp=json.dumps(text)[1:-1]) for text in [*ODD_MOMENTS, *TIMES]),
    *(event().replace(b'"quantity":1', f'"quantity":{odd}'.encode()) for odd in ODD_QUANTITIES),
    *(event().replace(name, odd.encode()) for odd in ODD_IDS for name in (b"O1", b"P1", b"C1")),
    *(event(price=f'1.00,"further":{odd}') for odd in EXTRAS),
    *(event(price=f'"1.00","{key.strip()}":1') for key in EXTRA_KEYS),
]


@pytest.mark.parametrize("payload", ALONE, ids=range(len(ALONE)))
def test_an_odd_event_between_good_ones_is_decoded_as_if_alone(payload):
    batch = [event(), payload, event(price='"5.00"')]
    decoded = in_bulk(batch)
    assert decoded == strictly(batch)
    assert {0, 2} <= set(decoded[0])


@pytest.fixture
def asked(monkeypatch):
    """The payloads that the strict reader was asked about."""
    seen = []

    read = StrictReader.read

    def recorded(reader, payload):
        seen.append(payload)
        return read(reader, payload)

    monkeypatch.setattr(StrictReader, "read", recorded)
    return seen


SPOILED = {
    "no such century day": event(sold_at="2100-02-29T00:00:00Z"),
    "line feed in an id": event().replace(b"O1", b"O\\nO"),
    "two ids in one": event().replace(b"P1", b"P1\\nP2"),
    "two times in one": event(timestamp="2024-05-17T09:30:01Z\\n2024-05-17T09:30:01Z"),
    "a list of lines": event(price="[1,\n1]"),
    "a price in a string, and a key twice": event(price='"1.00"').replace(
        b"{", b'{"timestamp":"",', 1
    ),
    "a key twice": event(price='1.00,"unit_price":2.00'),
    "a further key": event(price='1.00,"discount":0.5'),
    "no such day": event(sold_at="2023-02-29T00:00:00Z"),
    "before 1970": event(timestamp="1970-01-01T00:00:00+00:01"),
    "a late year": event(timestamp="2262-12-31T23:59:59.999999+00:00"),
    "no JSON": b"{",
    "tombstone": None,
    "too long": event() + b" " * 70_000,
}


@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED.keys())
@pytest.mark.parametrize("place", [0, 1_234, 2_499])
def test_one_odd_event_among_thousands_costs_no_other(spoiled, place, asked):
    batch = [event(price=f"{number}.5") for number in range(2_500)]
    batch[place] = spoiled
    decoded = decode_batch(batch)
    assert asked == [spoiled]
    alone = strictly([spoiled])
    reasons = [(rejection.index, rejection.reason) for rejection in decoded.rejected]
    assert reasons == [(place, rejection.reason) for rejection in alone[2]]
    assert decoded.good == [row for row in range(2_500) if alone[0] or row != place]
    assert len(decoded.event_times_us) == len(decoded.good)


def test_only_odd_events_go_the_slow_way(asked):
    usual = [
        event(),
        event(price='"39.30"'),
        event(price="39.3000"),
        event(price="0"),
        event(timestamp="2024-02-29T23:59:59.123456789+05:30"),
        event(timestamp="2024-05-17T09:30:01.123456+00:00"),
        event().replace(b":", b": ").replace(b"09: 30: 0", b"09:30:0"),
    ]
    odd = event(price='39.30,"further":1')
    decoded = decode_batch([*usual, odd, *usual])
    assert decoded.good == list(range(15))
    assert asked == [odd]
