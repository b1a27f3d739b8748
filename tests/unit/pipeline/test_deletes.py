"""Definitions with deletes: what fits together, and the events that they take."""

import json
from typing import Any

import pytest

from core.consumer.decoders.json_events import JsonDecoder
from core.pipeline import Definition
from core.pipeline.drift import DriftFinder
from core.pipeline.read import DefinitionError, read_definition

DEFINITION = """version = 1
name = "accounts"
[topic]
name = "accounts"
[tables]
schema = "bank"
events = "account_events"
rows = "accounts"
[event]
envelope = "debezium"
tombstones = "delete"
key = "payload.after.id"
type = "payload.op"
types = ["c", "d", "r", "u"]
time = "payload.source.ts_ms"
version = ["payload.source.lsn"]
[fields]
"payload.after.id" = { type = "integer", column = "id" }
"payload.after.name" = { type = "text", column = "name" }
"payload.after.at" = { type = "timestamp(us)", column = "at_" }
"payload.source.lsn" = { type = "integer", column = "lsn" }
"payload.source.ts_ms" = { type = "timestamp(ms)", column = "ts" }
"payload.op" = { type = "text", column = false }
"payload.before" = { type = "json", required = false, column = false }
"schema" = { type = "json", required = false, column = false }
"""


def definition(*changes: tuple[str, str]) -> Definition:
    text = DEFINITION
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return read_definition(text, "pipeline.toml")


def change(op: str, before: Any, after: Any, **source: Any) -> bytes:
    """A change event, wrapped as a converter of Connect does."""
    inner = {"op": op, "before": before, "after": after}
    inner["source"] = {"lsn": 7, "ts_ms": 1_709_251_200_000} | source
    return json.dumps({"schema": {"type": "struct"}, "payload": inner}).encode()


ROW = {"id": 5, "name": "é", "at": 1_300_000_000_000_000}


@pytest.mark.parametrize(
    ("change_", "line", "told"),
    [
        (
            ('key = "payload.after.id"', 'key = "payload.op"'),
            12,
            "event.key: must lie within `after`",
        ),
        (
            ('type = "payload.op"', 'type = "payload.after.name"'),
            13,
            "event.type: must be the `op`",
        ),
        (('"c", "d", "r", "u"', '"c", "t"'), 14, "event.types: must be some of"),
        (('types = ["c", "d", "r", "u"]\n', ""), 13, "event.types: must be some of"),
        (
            ('time = "payload.source.ts_ms"', 'time = "payload.after.at"'),
            15,
            "event.time: is absent",
        ),
        (('["payload.source.lsn"]', '["payload.after.id"]'), 16, "event.version: is absent"),
        (('column = "lsn"', 'column = "deleted"'), 21, "its column has a name that is reserved"),
        (
            ('envelope = "debezium"', 'envelope = "maxwell"'),
            10,
            "event.envelope: 'maxwell' is none of",
        ),
        (
            ('tombstones = "delete"', 'tombstones = "drop"'),
            11,
            "event.tombstones: 'drop' is none of",
        ),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(
    change_: tuple[str, str], line: int, told: str
) -> None:
    with pytest.raises(DefinitionError) as refused:
        definition(change_)
    first = refused.value.problems[0]
    assert told in first
    assert first.startswith("pipeline.toml:")
    if "types" not in told:
        assert first.startswith(f"pipeline.toml:{line}:")


def test_a_column_named_deleted_stays_allowed_where_nothing_is_deleted() -> None:
    text = DEFINITION.replace('envelope = "debezium"\n', "").replace('tombstones = "delete"\n', "")
    read = read_definition(text.replace('column = "lsn"', 'column = "deleted"'), "pipeline.toml")
    assert not read.deletes
    assert read.without_deletes() is read


@pytest.mark.parametrize(
    ("payload", "outcome"),
    [
        (change("r", None, ROW), "r"),
        (change("c", None, ROW), "c"),
        (change("u", {"id": 5}, ROW), "u"),
        (change("d", {"id": 5, "name": None}, None), "d"),
        (change("d", {"id": 5}, ROW), "wrong_type"),
        (change("d", {"name": "x"}, None), "wrong_type"),
        (change("d", None, None), "wrong_type"),
        (change("d", {"id": "5"}, None), "wrong_type"),
        (change("d", {"id": 5}, None, lsn=None), "wrong_type"),
        (change("u", {"id": 5}, None), "wrong_type"),
        (change("t", None, None), "wrong_type"),
        (change("t", None, ROW), "unknown_event_type"),
        (None, "tombstone"),
    ],
)
@pytest.mark.parametrize("around", [0, 3])
def test_changes_are_taken_or_refused(payload: bytes | None, outcome: str, around: int) -> None:
    decoder = JsonDecoder(definition())
    others = [change("c", None, ROW)] * around
    decoded = decoder.decode([*others, payload, *others])
    if len(outcome) > 1:
        assert [(bad.index, bad.reason) for bad in decoded.rejected] == [(around, outcome)]
        assert list(decoded.event_types) == ["c"] * 2 * around
        return
    assert decoded.rejected == []
    assert decoded.event_types == [*["c"] * around, outcome, *["c"] * around]
    assert decoder.read(payload).key == b"5"
    assert decoded.event_times_us is not None
    assert set(decoded.event_times_us.tolist()) == {1_709_251_200_000_000}


def test_a_delete_departs_from_no_layout_and_a_row_without_a_field_does() -> None:
    finder = DriftFinder(definition())
    for payload in (change("d", {"id": 5}, None), change("c", None, ROW)):
        finder.add(json.loads(payload))
    assert (finder.departed, finder.findings) == (0, [])
    finder.add(json.loads(change("u", None, {"id": 5, "at": 1})))
    assert [(one.kind, one.path) for one in finder.findings] == [
        ("missing_field", "payload.after.name")
    ]
