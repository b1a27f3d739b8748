"""Over random definitions: what is proven a block at a time is what the strict reader takes."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.consumer.decoders.fast_path import FastPath
from core.consumer.decoders.json_events import JsonDecoder
from core.consumer.decoders.reasons import REASONS, EventError
from core.consumer.decoders.shape import UnprovableError
from tests.support.any_pipeline import definition, payload


def strictly(decoder, batch):
    """Return what one event after the other gives, by the reader that defines what is valid."""
    good, times, types, rejected = [], [], [], []
    for index, value in enumerate(batch):
        try:
            event = decoder.read(value)
        except EventError as error:
            rejected.append((index, error.reason, error.message))
        else:
            good.append(index)
            times.append(event.time_us)
            types.append(event.type)
    return good, times, types, rejected


def in_bulk(decoder, batch):
    decoded = decoder.decode(batch)
    times, types = decoded.event_times_us, decoded.event_types
    return (
        decoded.good,
        [-1] * len(decoded.good) if times is None else times.tolist(),
        [types] * len(decoded.good) if isinstance(types, str) else types,
        [tuple(rejection) for rejection in decoded.rejected],
    )


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 4))
def test_a_few_events_of_any_pipeline(chance, count):
    made = definition(chance)
    decoder = JsonDecoder(made, fewest_compact=1)
    batch = [payload(chance, made, odd=0.3) for _ in range(count)]
    assert in_bulk(decoder, batch) == strictly(decoder, batch)


@pytest.mark.parametrize("seed", range(40))
def test_many_events_of_any_pipeline(seed):
    chance = random.Random(seed)
    made = definition(chance)
    decoder = JsonDecoder(made, fewest_compact=1)
    batch = [payload(chance, made, odd=chance.choice((0, 0.02, 0.2))) for _ in range(300)]
    found = in_bulk(decoder, batch)
    assert found == strictly(decoder, batch)
    assert {reason for _index, reason, _detail in found[3]} <= REASONS


def test_most_of_what_is_usual_is_proven():
    proven = taken = unprovable = 0
    for seed in range(60):
        chance = random.Random(seed)
        made = definition(chance)
        batch = [payload(chance, made, odd=0) for _ in range(100)]
        try:
            proven += len(FastPath(made).prove(batch).rows)
        except UnprovableError:
            unprovable += 1
        else:
            taken += len(JsonDecoder(made, fewest_compact=1).decode(batch).good)
    assert unprovable < 20
    assert taken > 1_000
    assert proven > 0.8 * taken
