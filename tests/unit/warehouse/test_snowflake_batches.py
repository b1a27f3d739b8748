"""Batches as JSON for Snowflake: nothing is lost, bounds hold, and every line is a document."""

import gzip
import json
from base64 import b64decode
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from core.broker.identity import TopicIdentity
from core.pipeline import builtin
from core.warehouse.model import DeadLetter, OffsetAdvance, RawBatch
from core.warehouse.snowflake import batches
from core.warehouse.snowflake.fingerprint import fingerprint_of
from tests.support.events import event

FINGERPRINT = fingerprint_of(builtin().definition)
TOPIC = TopicIdentity("cluster", "orders_topic", "0")
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def batch(payloads: list[bytes]) -> RawBatch:
    count = len(payloads)
    return RawBatch(
        TOPIC,
        datetime(2026, 1, 1, tzinfo=UTC),
        [3] * count,
        list(range(count)),
        payloads,
        [],
        [OffsetAdvance(3, 0, count)],
        event_types="t",
    )


@given(st.lists(_VALUES, max_size=20), st.sampled_from([None, 1]))
def test_events_arrive_as_they_are(values: list[object], indent: int | None) -> None:
    payloads = [json.dumps(value, indent=indent).encode() for value in values]
    items = batches.event_items(batch(payloads), FINGERPRINT)
    arrived = [entry for array in batches.arrays(items) for entry in json.loads(array)]
    assert [entry["e"] for entry in arrived] == values
    assert [(entry["p"], entry["o"]) for entry in arrived] == [(3, n) for n in range(len(values))]
    lines = gzip.decompress(batches.lines(items, {"s": "source"}).read()).splitlines()
    assert [json.loads(line)["e"] for line in lines] == values
    assert all(json.loads(line)["s"] == "source" for line in lines)


@given(st.lists(st.integers(1, 400_000), max_size=30))
def test_no_statement_is_larger_than_its_bound_and_none_is_empty(sizes: list[int]) -> None:
    items = [b'"' + b"x" * size + b'"' for size in sizes]
    made = list(batches.arrays(items))
    assert all(2 < len(array) <= batches.STATEMENT_BYTES for array in made)
    assert sum(len(json.loads(array)) for array in made) == len(items)


def test_what_no_statement_can_carry_goes_by_a_file() -> None:
    small = [b"1"] * 1_000
    assert not batches.is_large(small)
    assert batches.whole_array([]) == "[]"
    assert batches.is_large([*small, b"x" * batches.STATEMENT_BYTES])
    assert batches.is_large([b"x" * 999] * (batches.STATEMENT_BYTES // 1_000))
    most = [b"x" * 999] * (batches.STATEMENT_BYTES // 1_000 - 1)
    assert not batches.is_large(most)
    assert len(batches.whole_array(most)) <= batches.STATEMENT_BYTES


@given(
    st.none() | st.binary(max_size=300),
    st.none() | st.binary(max_size=20),
    st.lists(st.tuples(st.text(st.characters(exclude_categories=[])), st.binary()), max_size=3),
)
def test_every_byte_of_a_dead_letter_arrives(
    payload: bytes | None, key: bytes | None, headers: list[tuple[str, bytes]]
) -> None:
    letter = DeadLetter(1, 2, "invalid_json", "why \x1b \ud800", key, payload, headers)
    (item,) = batches.letter_items([letter])
    told = json.loads(item)
    assert (told["p"], told["o"], told["r"], told["d"]) == (1, 2, "invalid_json", letter.detail)
    assert (None if told["v"] is None else b64decode(told["v"])) == payload
    assert (None if told["k"] is None else b64decode(told["k"])) == key
    assert [name for name, _value in json.loads(told["h"])] == [name for name, _value in headers]


def test_moves_bear_the_fence() -> None:
    (move,) = json.loads(batches.moves_array([OffsetAdvance(4, 10, 20, 3)]))
    assert move == {"p": 4, "x": 10, "n": 20, "s": 3}


def test_an_event_costs_few_bytes_beyond_its_payload() -> None:
    (item,) = batches.event_items(batch([event(1)]), FINGERPRINT)
    assert len(item) - len(event(1)) == len(b'{"p":3,"o":0,"y":"t","c":"%032d","e":}' % 0)
