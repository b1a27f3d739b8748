"""Results: their order of severity, and values made ready for JSON and for screens."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, strategies

from core.clock import bound
from core.text.number_format import percent
from core.validation import CheckResult, Status, ValidationResult
from core.validation.context import grade
from core.validation.model import shown

_values = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats(allow_nan=False, allow_infinity=False)
    | strategies.text()
    | strategies.binary()
    | strategies.decimals(allow_nan=False, allow_infinity=False)
    | strategies.datetimes(),
    lambda inner: strategies.lists(inner) | strategies.dictionaries(strategies.text(), inner),
    max_leaves=10,
)


def test_statuses_in_order_of_severity() -> None:
    assert sorted(Status) == [Status.PASS, Status.WARN, Status.FAIL, Status.ERROR]


@pytest.mark.parametrize(
    ("status", "plain", "strict"),
    [
        (Status.PASS, False, False),
        (Status.WARN, False, True),
        (Status.FAIL, True, True),
        (Status.ERROR, True, True),
    ],
)
def test_which_results_are_bad(status: Status, plain: bool, strict: bool) -> None:
    result = ValidationResult(datetime.now(UTC), status, (), 0.1)
    assert (result.bad(), result.bad(strict=True)) == (plain, strict)


def test_a_check_as_json_has_its_figures_beside_status_and_message() -> None:
    check = CheckResult.of("volume", Status.WARN, "less", {"growth": 3}, [{"table": "orders"}])
    assert check.as_json() == {
        "status": "WARN",
        "message": "less",
        "hint": "",
        "growth": 3,
        "rows": [{"table": "orders"}],
    }


def test_an_unknown_check_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="nosuch"):
        ValidationResult(datetime.now(UTC), Status.PASS, (), 0.0).check("nosuch")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+3"), "1000"),
        (datetime(2024, 5, 6, 7, 8, 9), "2024-05-06T07:08:09.000Z"),  # noqa: DTZ001 - as stored
        (
            datetime(2024, 5, 6, 7, 8, 9, tzinfo=timezone(timedelta(hours=2))),
            "2024-05-06T05:08:09.000Z",
        ),
        (date(2024, 5, 6), "2024-05-06"),
        (b"\xff\x1b", "\ufffd\ufffd"),
        ({"\x1b": ("a\nb", True, None)}, {"\ufffd": ["a\ufffdb", True, None]}),
    ],
)
def test_values_as_json_carries_them(value: object, expected: object) -> None:
    assert shown(value) == expected


@given(_values)
def test_any_value_becomes_harmless_json(value: object) -> None:
    text = json.dumps(shown(value), ensure_ascii=False, allow_nan=False)
    text.encode()
    assert not set(text) & set("\x1b\x07\x9b\u202e\u2066\u200b")


def test_moments_are_bound_in_utc_without_a_zone() -> None:
    moment = datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=timezone(timedelta(hours=2)))
    assert bound(moment) == "2024-05-06 05:08:09.123456"


@pytest.mark.parametrize(
    ("value", "status"),
    [(0.1, Status.PASS), (0.11, Status.WARN), (0.2, Status.WARN), (0.21, Status.FAIL)],
)
def test_limits_are_still_allowed(value: float, status: Status) -> None:
    assert grade(value, 0.1, 0.2) is status


def test_a_small_share_does_not_read_as_zero() -> None:
    assert percent(0.000004) == "0.0004 %"
