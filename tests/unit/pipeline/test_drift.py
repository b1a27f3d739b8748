"""Drift: what does not fit a definition is found, what fits is not."""

from decimal import Decimal
from typing import Any

import pytest

from core.pipeline.drift import MAX_PATHS, DriftFinder, fits, join, read_events
from core.pipeline.fields import EventField
from core.pipeline.read import read_definition
from core.pipeline.types import FieldType
from core.pipeline.value_errors import ValueRefusedError
from core.pipeline.values import Reader, reader

TEXT = """\
version = 1
name = "readings"

[topic]
name = "iot.readings"

[tables]
schema = "iot"
events = "reading_events"
rows = "readings"

[event]
key = "meta.id"

[fields]
"meta.id" = { type = "uuid" }
"meta.where.site" = { type = "text", required = false }
'odd\\.key' = { type = "integer", required = false, column = "odd" }
celsius = { type = "number" }
tags = { type = "json", required = false }
"""
ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
GOOD: dict[str, Any] = {"meta": {"id": ID}, "celsius": 1}


def found(*events: object) -> dict[tuple[str, str], tuple[int, str, list[str]]]:
    finder = DriftFinder(read_definition(TEXT, "p.toml"))
    for event in events:
        assert isinstance(event, dict)
        finder.add(event)
    return {
        (one.kind, one.path): (one.records, ",".join(one.found), one.examples)
        for one in finder.findings
    }


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("identifier", ["A", "a-1:x.y_z", "9" * 64], ["", "-a", "a b", "9" * 65, 1, None]),
        ("text", ["", "é"], [1, True, [], {}]),
        ("integer", [0, -(2**63), 2**63 - 1], [2**63, True, Decimal("1.0"), "1"]),
        (
            "decimal(5,2)",
            [1, Decimal("999.99"), "-0.10", Decimal("1.500"), Decimal("1E+2"), 0, "0.00"],
            [1000, Decimal("0.001"), "1e2", "01", " 1", True, Decimal("1E+3"), "1.005"],
        ),
        ("number", [1, Decimal("1.5")], [True, "1", None]),
        ("boolean", [True, False], [0, 1, "true"]),
        (
            "timestamp",
            ["2024-05-06T07:08:09Z", "2024-02-29T23:59:59.123456789+02:00"],
            ["2024-05-06", "2023-02-29T00:00:00Z", "2024-05-06T07:08:09", 1_714_980_000],
        ),
        ("timestamp(ms)", [1_714_980_000_000, Decimal("1.5")], ["2024-05-06T07:08:09Z", True]),
        ("date", ["2024-02-29"], ["2023-02-29", "2024-2-9", "20240229", 20240229]),
        ("uuid", [ID, ID.upper()], [ID[:-1], ID.replace("-", ""), 1]),
        ("json", [1, "x", [], {}, True], []),
    ],
)
def test_values_fit_their_type(kind: str, good: list[object], bad: list[object]) -> None:
    wanted = FieldType.parse(kind)
    assert [value for value in good if not fits(wanted, value)] == []
    assert [value for value in bad if fits(wanted, value)] == []
    strictly = reader(EventField.model_validate({"type": kind}))
    assert [value for value in good if not taken(strictly, value)] == []
    assert [value for value in bad if taken(strictly, value)] == []


def taken(strictly: Reader, value: object) -> bool:
    """Return whether the reader of the consumer takes a value."""
    try:
        strictly(value)
    except ValueRefusedError:
        return False
    return True


def test_an_event_that_fits_is_no_finding() -> None:
    everything = GOOD | {"meta": {"id": ID, "where": {"site": "x"}}, "odd.key": 1, "tags": {"a": 1}}
    assert found(GOOD, everything, GOOD | {"tags": None}) == {}


@pytest.mark.parametrize(
    ("event", "finding"),
    [
        (GOOD | {"new": [1]}, {("new_field", "new"): (1, "list", ["[1]"])}),
        (
            GOOD | {"meta": {"id": ID, "where": {"x.y": Decimal("1.50")}}},
            {("new_field", r"meta.where.x\.y"): (1, "number", ["1.50"])},
        ),
        ({"meta": {"id": ID}}, {("missing_field", "celsius"): (1, "", [])}),
        (GOOD | {"celsius": None}, {("missing_field", "celsius"): (1, "", [])}),
        ({"celsius": 1}, {("missing_field", "meta.id"): (1, "", [])}),
        (GOOD | {"meta": "none"}, {("changed_type", "meta"): (1, "text", ["none"])}),
        (GOOD | {"celsius": "hot"}, {("changed_type", "celsius"): (1, "text", ["hot"])}),
        (GOOD | {"odd.key": True}, {("changed_type", r"odd\.key"): (1, "boolean", ["true"])}),
        (
            GOOD | {"odd": {"key": 1}},
            {("new_field", "odd"): (1, "object", ['{"key":1}'])},
        ),
    ],
)
def test_what_departs_is_told_by_path(event: object, finding: object) -> None:
    assert found(event) == finding


def test_kinds_and_examples_are_gathered_and_counted() -> None:
    odd = [GOOD | {"celsius": value} for value in ("hot", True, "hot", "cold", "warm")]
    assert found(GOOD, *odd) == {
        ("changed_type", "celsius"): (5, "text,boolean", ["hot", "true", "cold"])
    }


def test_examples_are_short_and_harmless() -> None:
    ((_count, _kinds, (shown,)),) = found(GOOD | {"x": "\x1b[31m" + "y" * 999}).values()
    assert len(shown) <= 60
    assert "\x1b" not in shown


def test_names_that_hold_data_fill_no_memory() -> None:
    finder = DriftFinder(read_definition(TEXT, "p.toml"))
    for number in range(3 * MAX_PATHS):
        finder.add(GOOD | {f"key{number}": 1})
    assert len(finder.findings) == MAX_PATHS
    assert finder.departed == finder.records == 3 * MAX_PATHS


def test_a_field_is_never_seen_after_a_hundred_records_without_it() -> None:
    finder = DriftFinder(read_definition(TEXT, "p.toml"))
    for _ in range(99):
        finder.add(GOOD)
    assert finder.never_seen == []
    finder.add(GOOD | {"tags": "x"})
    assert finder.never_seen == ["meta.where.site", r"odd\.key"]


def test_payloads_that_hold_no_object_are_none() -> None:
    payloads = [b'{"a": 1.10}', b"[]", b"{", b"\xff", b"", b'{"a":' * 5_000, b'{"a": NaN}']
    events = list(read_events(iter(payloads)))
    assert events[0] == {"a": Decimal("1.10")}
    assert events[1:] == [None] * 6


def test_a_path_is_joined_as_it_is_split() -> None:
    assert join(join("", "a.b"), "c\\d") == r"a\.b.c\\d"
