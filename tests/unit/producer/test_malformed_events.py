"""Over random definitions: what is broken on purpose is refused for the very reason told."""

import random

import numpy as np
import pytest

from core.clock import SystemClock
from core.consumer.decoders.reasons import REASONS
from core.pipeline import Definition
from core.producer.events.malformed_events import MalformedEvents
from core.producer.events.older_versions import OlderVersions
from core.producer.events.validator import EventValidator
from tests.support.any_pipeline import definition, payload, simple

_OF_SCHEMAS = {"not_wire_format", "schema_mismatch", "unusable_schema"}
"""Reasons that JSON never has."""


def valid(
    chance: random.Random, judge: EventValidator, made: Definition, count: int
) -> list[bytes]:
    values = [payload(chance, made, odd=0) for _ in range(count)]
    return [(values[place] or b"").strip() for place in judge.decoder.decode(values).good]


def told(judge: EventValidator, events: list[bytes], seed: int, times: int = 4) -> set[str]:
    """Break events of a definition; return the reasons that were told, each of them checked."""
    poisons, draw = MalformedEvents(judge), np.random.default_rng(seed)
    broken = [poisons.broken(event, draw) for event in events for _time in range(times)]
    decoded = judge.decoder.decode([value for value, _reason in broken])
    assert [one.reason for one in decoded.rejected] == [reason for _value, reason in broken]
    return {reason for _value, reason in broken}


def test_poison_of_any_pipeline_is_refused_for_the_reason_told() -> None:
    found = set()
    for seed in range(40):
        chance = random.Random(seed)
        made = definition(chance)
        judge = EventValidator(made, SystemClock())
        found |= told(judge, valid(chance, judge, made, 30), seed)
    assert found >= REASONS - _OF_SCHEMAS - {"not_allowed"}


def test_every_rule_is_broken() -> None:
    made = simple(
        {
            "id": {"type": "identifier"},
            "inner.kind": {"type": "text", "one_of": ("a", "b")},
            "inner.code": {"type": "text", "pattern": "[A-Z]"},
            "inner.what": {"type": "text"},
            "inner.size": {"type": "integer", "one_of": (1, 2)},
            "inner.ok": {"type": "boolean", "one_of": (True,)},
            "inner.ref": {"type": "uuid", "required": False},
            "time": {"type": "timestamp"},
            "day": {"type": "date", "required": False},
            "cost": {"type": "decimal(4,2)"},
        },
        type="inner.what",
        types=("made",),
        unknown_fields="reject",
    )
    inner = b'{"kind":"a","code":"A","what":"made","size":1,"ok":true}'
    event = b'{"id":"1","inner":%b,"time":"2024-01-01T00:00:00Z","cost":1}' % inner
    judge = EventValidator(made, SystemClock())
    assert told(judge, [event], 1, times=400) == REASONS - _OF_SCHEMAS
    other = simple({"id": {"type": "identifier"}})
    assert told(EventValidator(other, SystemClock()), [b'{"id":"1"}'], 1, times=200) == {
        "duplicate_key",
        "empty",
        "invalid_id",
        "invalid_json",
        "invalid_utf8",
        "missing_field",
        "not_a_number",
        "oversized",
        "tombstone",
        "too_deep",
        "wrong_type",
    }


@pytest.mark.parametrize("seed", range(10))
def test_an_older_version_is_valid_and_older_and_differs_as_told(seed: int) -> None:
    chance, draw = random.Random(seed), np.random.default_rng(seed)
    made = definition(chance)
    judge = EventValidator(made, SystemClock())
    older = OlderVersions(judge)
    read = judge.decoder.read
    for event in valid(chance, judge, made, 30):
        version = older.version(event, draw)
        if version is None:
            continue
        value, before, after = version
        (path,) = (path for path in before if path in made.versions)
        first, second = read(value), read(event)
        assert first.key == second.key
        assert first.values[path] < second.values[path]
        changed = {path for path in made.fields if first.values[path] != second.values[path]}
        assert changed == before.keys() == after.keys()
