"""Over random definitions and events: typed columns hold what the strict reader gives."""

import math
import random
from datetime import UTC
from decimal import Decimal

import pytest

from core.consumer.decoders.json_events import JsonDecoder
from core.consumer.decoders.json_text import read_json
from tests.support.any_pipeline import definition, payload, simple


def strictly(decoder, made, batch, good):
    """Return the columns that one event after the other gives."""
    events = [decoder.read(batch[index]).values for index in good]
    named = {path: field.column_at(path) for path, field in made.fields.items()}
    return {
        name: [_told(event[path]) for event in events]
        for path, name in named.items()
        if name is not None
    }


def _told(value):
    """Return a value by which even a minus zero, and the digits of a decimal, can be compared."""
    if hasattr(value, "tzinfo"):
        return repr(value.astimezone(UTC).replace(tzinfo=None))
    if isinstance(value, float) and math.isnan(value):
        raise AssertionError("no event holds it")
    return repr(value)


def _meant(text):
    """Return what JSON says, as the strict reader has it."""
    return None if text is None else read_json(text.encode())


@pytest.mark.parametrize("seed", range(60))
def test_columns_of_any_pipeline(seed):
    chance = random.Random(seed)
    made = definition(chance)
    decoder = JsonDecoder(made, columns=True, fewest_compact=1)
    batch = [payload(chance, made, odd=chance.choice((0, 0.02, 0.2))) for _ in range(300)]
    decoded = decoder.decode(batch)
    jsons = {
        field.column_at(path) for path, field in made.fields.items() if field.type.kind == "json"
    }
    found = {
        name: [_told(_meant(value) if name in jsons else value) for value in values]
        for name, values in decoded.columns.to_pydict().items()
    }
    assert found == strictly(decoder, made, batch, decoded.good)
    assert decoded.columns.num_rows == len(decoded.good)


@pytest.mark.parametrize(("precision", "scale"), [(15, 2), (15, 15), (15, 0), (16, 2), (38, 10)])
def test_every_digit_of_a_decimal_counts(precision, scale):
    chance = random.Random(precision * scale)
    kind = f"decimal({precision},{scale})"
    made = simple({"id": {"type": "integer"}, "price": {"type": kind, "required": False}})
    decoder = JsonDecoder(made, columns=True, fewest_compact=1)
    most = 10**precision - 1
    unscaled = [most, -most, most - 1, 1, -1, 0]
    unscaled += [chance.randint(-most, most) for _ in range(1_000)]
    texts = [f"{'-' if one < 0 else ''}{abs(one):0{scale + 1}d}" for one in unscaled]
    texts = [f"{text[: len(text) - scale]}.{text[len(text) - scale :]}" for text in texts]
    texts = [text.rstrip(".") for text in texts]
    batch = [b'{"id":1,"price":%s}' % text.encode() for text in texts]
    batch.insert(500, b'{"id":1}')
    decoded = decoder.decode(batch)
    assert len(decoded.good) == len(batch)
    found = decoded.columns["price"].to_pylist()
    assert found.pop(500) is None
    assert [f"{value:f}" for value in found] == [f"{Decimal(text):f}" for text in texts]


def test_no_columns_are_made_where_nobody_takes_them():
    made = simple({"id": {"type": "integer"}})
    assert JsonDecoder(made).decode([b'{"id":1}']).columns is None
