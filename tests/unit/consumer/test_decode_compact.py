"""Compact events are proven from their bytes: all of the plain ones, and never a wrong one."""

import random
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from core.consumer.decoders.compact import CompactForm
from core.consumer.decoders.json_events import JsonDecoder
from core.consumer.decoders.reasons import EventError
from core.consumer.decoders.shape import UnprovableError
from core.pipeline import builtin
from tests.support.any_pipeline import simple

FIELDS = {
    "kind": {"type": "text", "one_of": ("seen",), "column": False},
    "mood": {"type": "text", "one_of": ("fine",)},
    "place.id": {"type": "identifier"},
    "place.note": {"type": "text"},
    "seen": {"type": "timestamp"},
    "count": {"type": "integer", "min": 2, "max": 70_000},
    "id": {"type": "identifier"},
    "share": {"type": "decimal(5,3)", "max": "12.5"},
    "price": {"type": "decimal(15,2)", "min": "0.01"},
    "last": {"type": "timestamp", "min": datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)},
    "n": {"type": "integer"},
}
PLAIN = (
    b'{"kind":"seen","mood":"fine",'
    b'"place":{"id":"a.b:c-d_9","note":"a {[,]}: b"},"seen":"2024-02-29T23:59:59Z",'
    b'"count":70000,"id":"7","share":0.125,"price":1234567890123.45,'
    b'"last":"2030-12-31T00:00:00.123456Z","n":0}'
)


def made():
    return simple(FIELDS, key="id", time="seen")


def strictly(decoder, batch):
    good, values = [], []
    for index, payload in enumerate(batch):
        try:
            event = decoder.read(payload)
        except EventError:
            continue
        good.append(index)
        values.append({path: value for path, value in event.values.items() if path != "kind"})
    return good, values


def told(decoded):
    paths = [path for path in FIELDS if path != "kind"]
    columns = [decoded.columns[name].to_pylist() for name in decoded.columns.column_names]
    rows = zip(*columns, strict=True)
    return decoded.good, [dict(zip(paths, row, strict=True)) for row in rows]


def same(decoder, batch):
    good, values = strictly(decoder, batch)
    for value in values:
        for path in ("seen", "last"):
            value[path] = value[path].replace(tzinfo=None)
    return told(decoder.decode(batch)) == (good, values)


def test_plain_events_are_proven_without_any_other_reader():
    texts = (b"0", b"0.1", b"0.12", b"0.123", b"12.500", b"9.99")
    batch = [PLAIN.replace(b"0.125", text) for text in texts]
    batch += [PLAIN.replace(b":59Z", b":59%bZ" % text) for text in (b".1", b".12", b".123456")]
    batch += [PLAIN.replace(b"70000", b"2"), PLAIN.replace(b'"7"', b'"%b"' % (b"7" * 64))]
    proven = CompactForm(made()).prove(batch)
    assert proven is not None
    assert proven.rows == list(range(len(batch)))
    expected = [Decimal(text.decode()).quantize(Decimal("0.001")) for text in texts]
    assert proven.values["share"].to_pylist()[: len(texts)] == expected
    assert same(JsonDecoder(made(), columns=True, fewest_compact=1), batch)


def test_orders_as_the_producer_writes_them_are_proven():
    order = (
        b'{"event_type":"order_created","order":{"id":"ORDER_%06d","product_id":"PROD_000007",'
        b'"customer_id":"CUST_000001","quantity":3,"unit_price":39.30,'
        b'"sold_at":"2024-05-17T09:30:00Z"},"timestamp":"2026-01-05T10:00:00.123Z"}'
    )
    batch = [order % number for number in range(5_000)]
    proven = CompactForm(builtin().definition).prove(batch)
    assert proven is not None
    assert len(proven.rows) == 5_000


ODD = {
    b"a.b:c-d_9": [b"", b"_a", b"a" * 65, b"a b", b"\xc3\xa9", b"a\\n", b"a\0"],
    b"a {[,]}: b": [b"", b"\x1f", b"\\u0041", b"\xff", b"\xc3\xa9", b'x","y":"z', b"\x7f"],
    b"2024-02-29T23:59:59Z": [
        b"2023-02-29T23:59:59Z",
        b"2024-02-29T24:00:00Z",
        b"2024-02-29T23:59:60Z",
        b"2024-02-29t23:59:59Z",
        b"2024-02-29T23:59:59z",
        b"2024-02-29 23:59:59Z",
        b"2024-02-29T23:59:59.Z",
        b"2024-02-29T23:59:59.1234567Z",
        b"2024-02-29T23:59:59+01:00",
        b"1969-12-31T23:59:59Z",
        b"2262-12-31T23:59:59.999999Z",
        b"2263-01-01T00:00:00Z",
        b"2024/02/29T23:59:59Z",
        b"2024-02-29T23:5a:59Z",
        b"2024-02-29T23:59:59.1a3Z",
        b"2024-02-29T23:59:59.-13Z",
        b"2024-02-29T23:59: 9Z",
        b"+024-02-29T23:59:59Z",
        b"",
    ],
    b"70000": [b"70001", b"1", b"02", b"", b"-2", b"2.0", b"2e1", b"9" * 15, b"9" * 40, b'"2"'],
    b"0.125": [b"00.1", b".1", b"1.", b"12.501", b"0.1250", b"1e1", b"-0.1", b"123.4", b"1..2"],
    b"1234567890123.45": [b"0.00", b"0.01", b"12345678901234.5", b"0", b"1.234", b"NaN", b"null"],
    b"2030-12-31T00:00:00.123456Z": [b"2001-02-03T04:05:05.999999Z", b"2001-02-03T04:05:06Z"],
    b'"n":0}': [b'"n":0 }', b'"n":0}}', b'"n":0,"m":1}', b'"n":-0}', b'"n":}', b'"n":999999}'],
    b'"kind":"seen"': [b'"kind":"unseen"', b'"kind": "seen"', b'"kinD":"seen"', b'"kind":null'],
    PLAIN: [b"", b"{}", PLAIN + b" ", b" " + PLAIN, PLAIN[:-1], PLAIN * 2, b'"' * 38],
}
CHANGES = [(old, new) for old, changed in ODD.items() for new in changed]


@pytest.mark.parametrize(("old", "new"), CHANGES, ids=range(len(CHANGES)))
def test_an_odd_event_among_plain_ones_is_judged_as_the_strict_reader_judges_it(old, new):
    assert same(
        JsonDecoder(made(), columns=True, fewest_compact=1),
        [PLAIN, PLAIN.replace(old, new), PLAIN, PLAIN],
    )


@pytest.mark.parametrize("seed", range(20))
def test_any_byte_may_be_another(seed):
    chance = random.Random(seed)
    batch = []
    for _ in range(300):
        payload = bytearray(PLAIN)
        if chance.random() < 0.3:
            payload[chance.randrange(len(payload))] = chance.choice((*b'",:{}.-0159TZ\\ e', 0, 200))
        batch.append(bytes(payload))
    assert same(JsonDecoder(made(), columns=True, fewest_compact=1), batch)


def test_nothing_is_proven_where_most_events_look_otherwise():
    spaced = PLAIN.replace(b'":', b'": "')
    assert CompactForm(made()).prove([PLAIN, spaced, spaced, spaced]) is None
    assert CompactForm(made()).prove([None, b""]) is None


@pytest.mark.parametrize(
    "field",
    [
        {"type": "text", "required": False},
        {"type": "text", "pattern": "a+"},
        {"type": "integer", "one_of": (1, 2)},
        {"type": "decimal(16,2)"},
        {"type": "timestamp(ms)"},
        {"type": "uuid"},
        {"type": "json"},
        {"type": "number"},
        {"type": "boolean"},
    ],
)
def test_definitions_whose_values_their_characters_do_not_prove(field):
    with pytest.raises(UnprovableError):
        CompactForm(simple({"id": {"type": "identifier"}, "other": field}))


class Seen(CompactForm):
    """Notes how many events it was given at once."""

    def __init__(self, definition):
        super().__init__(definition)
        self.sizes = []

    def prove(self, block):
        self.sizes.append(len(block))
        return super().prove(block)


def test_few_events_are_read_as_objects_which_costs_less():
    decoder = JsonDecoder(made(), columns=True)
    decoder._compact = Seen(made())
    found = [decoder.decode([PLAIN] * count) for count in (299, 300)]
    assert decoder._compact.sizes == [300]
    assert found[0].columns.equals(found[1].columns.slice(0, 299))
    assert [len(one.good) for one in found] == [299, 300]
