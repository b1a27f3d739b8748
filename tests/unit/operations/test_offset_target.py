"""Where offsets are to be set, as people write it; what a move reads again or skips."""

from datetime import UTC, datetime, timedelta

import pytest

from core.broker.base import Watermark
from core.config import KafkaSettings
from core.errors import BrokerError, UsageError
from core.operations import offset_reset
from core.operations.offset_plan import OffsetMove
from core.operations.offset_target import OffsetTarget

NOW = datetime(2026, 11, 29, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("begin", OffsetTarget("begin")),
        (" END ", OffsetTarget("end")),
        ("1200", OffsetTarget("offset", offset=1_200)),
        ("2@begin", OffsetTarget("begin", 2)),
        ("2 @ 1200", OffsetTarget("offset", 2, 1_200)),
        ("15m", OffsetTarget("moment", moment=NOW - timedelta(minutes=15))),
        ("3@14:05", OffsetTarget("moment", 3, moment=NOW.replace(hour=14, minute=5))),
        ("2026-11-28", OffsetTarget("moment", moment=datetime(2026, 11, 28, tzinfo=UTC))),
    ],
)
def test_places_are_read(written: str, wanted: OffsetTarget) -> None:
    assert OffsetTarget.of(written, NOW) == wanted


@pytest.mark.parametrize("written", ["", "soon", "2@", "-5", "@7", "1" * 19, "٣", "1@2@3"])
def test_what_is_no_place_is_refused_with_examples(written: str) -> None:
    with pytest.raises(UsageError) as caught:
        OffsetTarget.of(written, NOW)
    assert "2@ before it" in caught.value.hint


@pytest.mark.parametrize(
    ("before", "after", "low", "end", "again", "skipped"),
    [
        (6, 0, 0, 10, 6, 0),
        (6, 10, 0, 10, 0, 4),
        (6, 6, 0, 10, 0, 0),
        (None, 3, 0, 10, 0, 0),
        (2, 5, 5, 10, 0, 0),  # retention has removed what was not read
        (2, 8, 5, 10, 0, 3),
        (15, 4, 0, 10, 6, 0),  # a commit beyond the end of a topic that was made again
    ],
)
def test_a_move_counts_what_is_read_again_and_skipped(
    before: int | None, after: int, low: int, end: int, again: int, skipped: int
) -> None:
    move = OffsetMove(0, before, after, low, end)
    assert (move.again, move.skipped) == (again, skipped)


class _Embedded:
    label = "embedded"

    def watermarks(self, _topic: str) -> dict[int, Watermark]:
        return {0: Watermark(0, 10)}

    def identity(self, _topic: str) -> str:
        return "identity"


class _Stored:
    def stored_offsets(self, _identity: str) -> dict[int, int]:
        return {0: 7}


def test_the_embedded_broker_says_that_it_finds_nothing_by_time() -> None:
    kafka = KafkaSettings(topic="t", group_id="g")
    with pytest.raises(BrokerError) as caught:
        offset_reset.plan_own(_Embedded(), _Stored(), kafka, OffsetTarget.of("15m", NOW))
    assert caught.value.hint == "give begin, end or an offset"
    plan = offset_reset.plan_own(_Embedded(), _Stored(), kafka, OffsetTarget.of("begin", NOW))
    assert (plan.again, plan.refusal) == (7, "")
    plan = offset_reset.plan_own(_Embedded(), _Stored(), kafka, OffsetTarget.of("7", NOW))
    assert plan.refusal == "the consumer has not stored anything behind it yet"
    assert [(move.after, move.again) for move in plan.moves] == [(7, 0)]
