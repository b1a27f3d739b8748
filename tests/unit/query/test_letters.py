"""What a person writes to narrow dead letters, and the time that a trend is over."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import UsageError
from core.query.letters import SLICES, Narrowing, ReasonTrend, _slices

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


def test_every_part_is_read() -> None:
    text = 'reason:missing_field topic:orders partition:2 since:2h until:11:30 "ORDER 7" élan'
    assert Narrowing.of(text, NOW) == Narrowing(
        "missing_field",
        "orders",
        2,
        NOW - timedelta(hours=2),
        NOW - timedelta(minutes=30),
        "ORDER 7 élan",
    )
    assert Narrowing.of("", NOW) == Narrowing()
    assert Narrowing.of("a:b", NOW).words == "a:b"


@pytest.mark.parametrize(
    "text", ["partition:x", "partition:", "since:never", "until:", "since:end", "since:2@5", 'a"b']
)
def test_what_cannot_be_understood_is_named(text: str) -> None:
    with pytest.raises(UsageError) as told:
        Narrowing.of(text, NOW)
    assert told.value.hint


@pytest.mark.parametrize("age", [0, 59, 3_601, 86_400, 40 * 86_400, 9_000 * 86_400])
def test_a_trend_holds_every_letter(age: int) -> None:
    oldest = NOW - timedelta(seconds=age)
    begins, width = _slices([ReasonTrend("r", 2, oldest, NOW)], NOW)
    places = [(one - begins).total_seconds() // width for one in (oldest, NOW)]
    assert places[1] == SLICES - 1
    assert places[0] >= 0 or width == 2_592_000
