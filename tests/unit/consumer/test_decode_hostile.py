"""Events made to slip through a proof that counts quotes, brackets, digits and fillers."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from core.consumer.decoders.json_events import JsonDecoder
from tests.support.any_pipeline import simple
from tests.unit.consumer.test_decode_any_pipeline import in_bulk, strictly

EPOCH = {"type": "timestamp(s)", "required": False}
FIELDS = {
    "id": {"type": "text"},
    "note": {"type": "text", "required": False},
    "more": {"type": "json", "required": False},
    "day": {"type": "date", "required": False},
    "fine": {
        "type": "decimal(38,19)",
        "required": False,
        "max": Decimal("0.1000000000000000001"),
    },
    "number": {"type": "number", "required": False},
    "epoch": EPOCH,
    "late": {**EPOCH, "min": datetime(2020, 1, 1, tzinfo=UTC)},
}
HOSTILE = [
    r'{"id":"\u0022\u0022\"","":1}',
    r'{"id":"\u0022\u0022\"","late":1715938200,"late":1715938200}',
    r'{"id":"\"\"","":1}',
    r'{"id":"a","note":"say \"x\""}',
    r'{"id":"a","note":"\"","id":"b\""}',
    r'{"id":"a","more":{"a":1,"a":2}}',
    r'{"id":"a","more":"\ud83d\ude00"}',
    r'{"id":"a","more":null}',
    '{"id":"a","more":' + "[" * 31 + "]" * 31 + "}",
    '{"id":"a","more":' + "[" * 32 + "]" * 32 + "}",
    '{"id":"a","more":[{"x":' + "[" * 29 + "]" * 29 + "}]}",
    '{"id":"a","more":[{"x":' + "[" * 30 + "]" * 30 + "}]}",
    *(f'{{"id":"a","day":"{year}-02-29"}}' for year in (1900, 2000, 2001, 2004, 2096, 2100, 400)),
    *(f'{{"id":"a","day":"{day}"}}' for day in ("0000-01-01", "0001-01-01", "2024-04-31")),
    '{"id":"a","fine":0.1000000000000000001}',
    '{"id":"a","fine":0.1000000000000000002}',
    '{"id":"a","number":1e-99999999999999999999}',
    '{"id":"a","number":0e99999999999999999999}',
    '{"id":"a","number":' + "1" * 70 + "}",
    '{"id":"a","number":' + "1" * 309 + "}",
    '{"id":"a","number":' + "1" * 310 + "}",
    *(
        f'{{"id":"a","epoch":{text}}}'
        for text in ("9246182399", "9246182400", "9246182399.9999999", "9999999999999999", "-0")
    ),
    '{"id":"a","epoch":1.}',
    '{"id":"a","epoch":1.5}',
    '{"id":"a","late":1}',
    '{"id":"a"}',
    '{"id":"a","late":null,"more":1,"epoch":null}',
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_event_is_judged_as_the_strict_reader_judges_it(text):
    decoder = JsonDecoder(simple(FIELDS, time="epoch"), fewest_compact=1)
    batch = [b'{"id":"a","late":1715938200}', text.encode(), b'{"id":"a","note":"b","more":[1]}']
    assert in_bulk(decoder, batch) == strictly(decoder, batch)


def test_required_json_and_a_level_further_in_are_judged_alike():
    decoder = JsonDecoder(simple({"id": {"type": "text"}, "a.b": {"type": "json"}}))
    texts = ["null", "1", "{}", '"null"', "[null]", "[" * 30 + "]" * 30, "[" * 31 + "]" * 31]
    batch = [f'{{"id":"a","a":{{"b":{text}}}}}'.encode() for text in texts]
    assert in_bulk(decoder, batch) == strictly(decoder, batch)
    assert decoder.decode(batch).good == [1, 2, 3, 4, 5]


def test_what_leaves_out_optional_fields_is_proven():
    decoder = JsonDecoder(simple(FIELDS, time="epoch"), fewest_compact=1)
    batch = [
        b'{"id":"a"}',
        b'{"id":"a","late":null,"epoch":1715938200}',
        b'{"id":"a","note":"\\""}',
    ]
    assert decoder._proof is not None
    assert decoder._proof.prove(batch).rows == [0, 1, 2]
    assert decoder.decode(batch).event_times_us.tolist() == [-1, 1_715_938_200_000_000, -1]
