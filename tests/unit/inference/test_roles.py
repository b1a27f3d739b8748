"""Key, time, type and version, from names and values."""

import json
from typing import Any

import pytest

from core.errors import UsageError
from core.inference.fields import infer_fields
from core.inference.profile import Profile
from core.inference.records import Record
from core.inference.roles import Roles, find_roles
from core.text import use_language


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


def roles(
    *events: dict[str, Any], keys: list[bytes] | None = None, name: str = "orders", **asked: Any
) -> Roles:
    """The roles in a sample."""
    profile = Profile()
    for number, event in enumerate(events):
        key = keys[number] if keys else None
        profile.observe(Record("here", json.dumps(event).encode(), key))
    fields = infer_fields(profile, typed=True)
    return find_roles(profile, fields, **{"key": None, "time": None, "name": name, **asked})


def test_the_key_of_messages_wins_over_a_unique_id() -> None:
    events = [{"event_id": f"e{n}", "order": {"id": f"o{n % 3}"}} for n in range(9)]
    keys = [event["order"]["id"].encode() for event in events]
    found = roles(*events, keys=keys)
    assert found.key.path == "order.id"
    assert found.doubts["key"] == (
        "it is the key of the messages",
        "3 of 9 values are different",
        "with event_id as the key, every event would be a row",
    )


@pytest.mark.parametrize("form", ["{}", '"{}"', '{{"id": "{}"}}'])
def test_a_key_of_json_is_read(form: str) -> None:
    events = [{"code": f"x{n}", "id": f"o{n % 3}"} for n in range(9)]
    keys = [form.format(event["id"]).encode() for event in events]
    assert roles(*events, keys=keys).key.path == "id"


def test_a_unique_id_wins_over_one_that_is_not() -> None:
    events = [{"device_id": "d", "reading_id": f"r{n}"} for n in range(9)]
    assert roles(*events).key.path == "reading_id"


def test_its_own_id_wins_over_that_of_others() -> None:
    events = [{"customer_id": n, "order_id": 100 + n} for n in range(9)]
    assert roles(*events).key.path == "order_id"


def test_without_any_key_the_candidates_are_named() -> None:
    with pytest.raises(UsageError, match="no field can be the key") as error:
        roles({"name": "a"}, {"name": "a"})
    assert error.value.hint == "name one with --key PATH; these are in every event: name"


def test_a_key_that_is_asked_for_must_be_able_to_be_one() -> None:
    events = [{"id": n, "a": {"b": "x"}, "c": 1.5} for n in range(3)]
    assert roles(*events, key="a.b").key.path == "a.b"
    with pytest.raises(UsageError, match="--key: no event has a field b") as error:
        roles(*events, key="b")
    assert error.value.hint == "these can: id, a.b"
    with pytest.raises(UsageError, match="--key: c cannot be that in every event"):
        roles(*events, key="c")


def test_the_time_is_the_one_with_the_plainest_name() -> None:
    at = "2024-05-17T09:30:00Z"
    event = {"id": 1, "order": {"sold_at": at}, "updated_at": at, "timestamp": at}
    found = roles(event)
    assert found.time is not None
    assert found.time.path == "timestamp"
    assert [one.path for one in found.version] == ["updated_at", "timestamp"]
    assert found.doubts["time"] == ("other times: order.sold_at, updated_at",)
    asked = roles(event, time="order.sold_at").time
    assert asked is not None
    assert asked.path == "order.sold_at"


def test_without_a_time_that_is_told() -> None:
    found = roles({"id": 1})
    assert (found.time, found.version) == (None, ())
    assert found.doubts["time"] == (
        "no event time was found: the time of arrival stands in for it",
    )


def test_a_type_is_told_by_its_name_and_its_few_values() -> None:
    found = roles(*({"id": n, "eventType": f"t{n % 3}"} for n in range(9)))
    assert found.type is not None
    assert (found.type.path, found.types) == ("eventType", ("t0", "t1", "t2"))
    assert roles(*({"id": n, "type": f"t{n}"} for n in range(99))).type is None
