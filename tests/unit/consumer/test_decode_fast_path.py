"""What is usual is proven in blocks: it never goes to the strict reader, which is far slower."""

import pytest

from core.consumer.decoders.fast_path import FastPath
from core.pipeline import builtin
from tests.support.decoding import decode_batch, sized
from tests.support.events import event

USUAL = [
    event(1),
    event(2, unit_price=0),
    event(3, unit_price=99_999_999.99),
    event(4, unit_price="12.50"),
    event(5, unit_price="0.07"),
    event(6, quantity=1_000_000),
    event(7, sold_at="1999-12-31T23:59:59.123456789Z"),
    event(8, sold_at="2024-02-29T00:00:00+05:30"),
    event(9, timestamp="2199-01-01T12:30:45.5-11:00"),
    event(10, sold_at="1971-01-01T00:00:00Z"),
    event(11, product_id="a.B-c:d_" + "e" * 56, customer_id="0"),
    event(12).replace(b": ", b":").replace(b", ", b","),
]
UNUSUAL = [
    None,
    b"{",
    event(1, quantity=0),
    event(1, id="-"),
    event(1, id="a\nb"),
    event(1, unit_price="1e2"),
    event(1, unit_price=-1),
    event(1, sold_at="2023-02-29T00:00:00Z"),
    event(1, sold_at="1969-12-31T23:59:59Z"),
    event(1, sold_at="yesterday"),
    event(1, note="one key more"),
    event(1, timestamp="2024-13-01T00:00:00Z"),
]


def proven(*payloads, max_bytes=65_536):
    found = FastPath(sized(builtin().definition, max_bytes)).prove(list(payloads))
    return found.rows, found.times_us


@pytest.mark.parametrize("payload", [*USUAL, event(sold_at="1970-01-01T00:00:00Z")], ids=len)
def test_each_usual_event_is_proven(payload):
    rows, times = proven(payload)
    assert (rows, len(times)) == ([0], 1)


def test_a_block_of_usual_events_is_proven_as_a_whole_with_its_times_in_step():
    rows, times = proven(*USUAL, *USUAL)
    assert rows == list(range(2 * len(USUAL)))
    assert times.tolist()[: len(USUAL)] == times.tolist()[len(USUAL) :]
    ordinary = times[0]
    assert times[8] != ordinary
    assert [int(time == ordinary) for time in times[: len(USUAL)]].count(0) == 1


@pytest.mark.parametrize("odd", UNUSUAL, ids=range(len(UNUSUAL)))
@pytest.mark.parametrize("place", [0, 5, len(USUAL)])
def test_one_odd_event_costs_no_other_one_its_proof(odd, place):
    block = [*USUAL[:place], odd, *USUAL[place:]]
    rows, times = proven(*block)
    assert rows == [row for row in range(len(block)) if row != place]
    assert len(times) == len(rows)


def test_several_odd_events_cost_no_other_one_its_proof():
    block = [part for pair in zip(UNUSUAL, USUAL, strict=True) for part in pair]
    rows, _times = proven(*block)
    assert rows == list(range(1, 2 * len(USUAL), 2))


def test_a_payload_of_exactly_the_limit_is_proven_and_one_byte_more_is_not():
    size = len(event(1))
    assert proven(event(1), max_bytes=size)[0] == [0]
    assert proven(event(1), event(1), max_bytes=size - 1)[0] == []


def test_nothing_is_proven_of_nothing():
    rows, times = proven()
    assert (rows, times.tolist()) == ([], [])


def test_more_than_a_block_keeps_its_order():
    payloads = [event(n) if n % 700 else b"{" for n in range(2_500)]
    found = decode_batch(payloads)
    assert [bad.index for bad in found.rejected] == [0, 700, 1_400, 2_100]
    assert found.good == [n for n in range(2_500) if n % 700]
    assert len(found.event_times_us) == len(found.good)
