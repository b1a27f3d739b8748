"""Types of fields, and what is told of them, from small samples."""

import json
from typing import Any

import pytest

from core.inference.fields import Inferred, infer_fields
from core.inference.profile import MAX_KEYS, Profile
from core.inference.records import Record
from core.text import use_language


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


def infer(*events: dict[str, Any], typed: bool = True) -> dict[str, Inferred]:
    """The fields of events by path."""
    profile = Profile()
    for event in events:
        profile.observe(Record("here", json.dumps(event).encode()))
    return {field.path: field for field in infer_fields(profile, typed=typed)}


def kinds(name: str, *values: Any, typed: bool = True) -> str:
    """The type of one field that has these values."""
    return str(infer(*({name: value} for value in values), typed=typed)[name].type)


MS, S, US = 1_717_171_717_123, 1_717_171_717, 1_717_171_717_123_456


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("n", [1, 2], "integer"),
        ("n", [1, 2.5], "number"),
        ("n", [2**70], "decimal(38,0)"),
        ("n", [1e300, 0.1], "number"),
        ("price", [1, 2.5], "decimal(18,2)"),
        ("totalPrice", [12.3456], "decimal(18,4)"),
        ("price", [10**17 + 0.5, 3], "decimal(22,2)"),
        ("unit_price", ["12.50", "3.00"], "decimal(18,2)"),
        ("amount_cents", [120, 130], "integer"),
        ("ok", [True, False], "boolean"),
        ("ts", [MS], "timestamp(ms)"),
        ("ts", [S], "timestamp(s)"),
        ("ts", [S + 0.25], "timestamp(s)"),
        ("created_us", [US], "timestamp(us)"),
        ("eventTime", [US], "timestamp(us)"),
        ("ts", [MS, 5], "integer"),
        ("barcode", [4_006_381_333_931], "integer"),
        ("time_id", [MS], "integer"),
        ("duration", [S], "integer"),
        ("at", ["2024-05-17T09:30:00Z"], "timestamp"),
        ("at", ["2024-05-17T09:30:00.123456789+02:00"], "timestamp"),
        ("at", ["2024-05-17T09:30:00"], "text"),
        ("at", ["2024-05-17 09:30:00+0200"], "text"),
        ("at", ["2024-02-30T09:30:00Z"], "text"),
        ("day", ["2024-05-17"], "date"),
        ("day", ["2024-13-17"], "text"),
        ("u", ["123e4567-e89b-12d3-a456-426614174000"], "uuid"),
        ("user_id", ["a-1", "b:2"], "identifier"),
        ("user_id", ["a 1"], "text"),
        ("user_id", ["007"], "identifier"),
        ("name", ["007"], "text"),
        ("name", ["x" * 5_000, ""], "text"),
        ("tags", [["a"], []], "json"),
        ("mixed", [1, "a"], "json"),
        ("mixed", [{"a": 1}, 3], "json"),
        ("empty", [{}], "json"),
    ],
)
def test_a_type_follows_from_values_and_name(name: str, values: list[Any], expected: str) -> None:
    assert kinds(name, *values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["12", "7"], "integer"),
        (["12", "7.5"], "number"),
        (["true", "false"], "boolean"),
        (["007", "12"], "text"),
        (["12,50"], "text"),
        (["12", "n/a"], "text"),
        (["2024-05-17"], "date"),
    ],
)
def test_text_of_a_table_has_the_type_of_what_it_says(values: list[str], expected: str) -> None:
    assert kinds("n", *values, typed=False) == expected


def test_a_few_wrong_values_do_not_change_a_type_and_are_counted() -> None:
    field = infer(*({"n": n} for n in range(400)), {"n": "n/a"}, {"n": [1]})["n"]
    assert str(field.type) == "integer"
    assert field.doubts == ('1 of 402 were text: "n/a"', "1 of 402 were lists: [1]")


def test_many_wrong_values_make_it_json() -> None:
    field = infer(*({"n": n} for n in range(40)), {"n": "n/a"})["n"]
    assert str(field.type) == "json"
    assert field.doubts[0] == "values of several types, kept as JSON"


def test_what_is_not_in_every_event_is_optional() -> None:
    fields = infer({"a": 1, "b": 1}, {"a": None, "b": 2}, {"b": 3})
    assert (fields["a"].required, fields["b"].required) == (False, True)
    assert fields["a"].share == pytest.approx(1 / 3)
    assert fields["a"].doubts == ("absent in 1, null in 1 of 3",)


def test_a_field_that_is_always_null_is_none() -> None:
    assert list(infer({"a": None, "b": 1})) == ["b"]


def test_values_that_are_few_and_none_rare_are_all_there_are() -> None:
    often = [{"s": "a"}] * 60 + [{"s": "b"}] * 40
    assert infer(*often)["s"].one_of == ("a", "b")
    assert infer(*often, {"s": "c"})["s"].one_of == ()  # seen once: others may follow
    assert infer(*often[:20])["s"].one_of == ()  # too small a sample
    assert infer(*[{"s": "a"}] * 100)["s"].one_of == ()


def test_objects_without_a_common_layout_are_kept_whole() -> None:
    events = [{"data": {f"k{n % 9}": n, "id": n}} for n in range(90)]
    assert [str(one.type) for one in infer(*events).values()] == ["json"]
    layout = infer(*({"data": {"id": n, "x": 1, "y": 2, "z": None}} for n in range(9)))
    assert list(layout) == ["data.id", "data.x", "data.y"]


def test_an_object_with_very_many_keys_is_a_map_and_memory_stays_bounded() -> None:
    profile = Profile()
    for number in range(3 * MAX_KEYS):
        profile.observe(Record("here", json.dumps({"m": {f"k{number}": {"x": 1}}}).encode()))
    assert len(profile.paths) == 1
    ((field,),) = [infer_fields(profile, typed=True)]
    assert (field.path, str(field.type)) == ("m", "json")


@pytest.mark.parametrize(
    ("key", "path", "column"),
    [
        ("createdAt", "createdAt", "created_at_"),  # the engine has a column of that name
        ("order", "order", "order_"),
        ("userID", "userID", "user_id"),
        ("2fa", "2fa", "n_2fa"),
        ("a.b", "a\\.b", "a_b"),
        ("naïve", "naïve", "na_ve"),
        ("日本", "日本", "field"),
        ("a*b", "a*b", None),
        ("it's", "it's", None),
        ("{schema}", "{schema}", None),
    ],
)
def test_columns_have_names_that_both_engines_take(key: str, path: str, column: str | None) -> None:
    assert {one.path: one.column for one in infer({key: 1}).values()} == {path: column}


def test_two_paths_never_share_a_column() -> None:
    fields = infer({"a_b": 1, "a": {"b": 2}, "A-B": 3})
    assert [one.column for one in fields.values()] == ["a_b", "a_b_2", "a_b_3"]


def test_an_empty_key_is_left_in_the_payload() -> None:
    assert list(infer({"": 1, "a": 2})) == ["a"]
