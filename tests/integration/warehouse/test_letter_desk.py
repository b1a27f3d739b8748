"""The desk of dead letters over a real DuckDB file: all of them counted, narrowed, dismissed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.broker.identity import TopicIdentity
from core.clock import naive_utc
from core.config import Thresholds
from core.pipeline import builtin
from core.query.letters import PAGE, LetterOrder, Narrowing, matching_ids, read_desk
from core.validation import CheckResult, Status, run
from core.validation.context import CheckContext
from core.warehouse.base import Warehouse
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import DeadLetter, OffsetAdvance, RawBatch

TOPIC = TopicIdentity("cluster", "orders_topic", "0")
OTHER = TopicIdentity("cluster", "returns", "0")
NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


def store(
    warehouse: Warehouse,
    letters: list[DeadLetter],
    *,
    at: datetime = NOW,
    topic: TopicIdentity = TOPIC,
) -> None:
    """Store letters as the consumer does; their offsets follow one another."""
    parts = {letter.partition for letter in letters}
    starts = warehouse.register_partitions(topic, dict.fromkeys(parts, 0))
    moves = []
    for part in parts:
        mine = [letter for letter in letters if letter.partition == part]
        moves.append(OffsetAdvance(part, starts[part], starts[part] + len(mine)))
    warehouse.write_batch(RawBatch(topic, at, [], [], [], letters, moves))


def letter(offset: int, reason: str = "invalid_json", payload: bytes = b"x", part: int = 0):
    return DeadLetter(part, offset, reason, f"why {offset}", b"k%d" % offset, payload, ())


@pytest.fixture
def filled(warehouse: DuckDbWarehouse) -> DuckDbWarehouse:
    """More letters than a page, of two reasons, topics and partitions and three hours."""
    old = NOW - timedelta(hours=3)
    store(warehouse, [letter(n) for n in range(PAGE + 50)], at=old)
    odd = [b'{"n":"\xc3\x89t\xc3\xa9 22"}', b"\xff22\xfe", b""]
    store(warehouse, [letter(n, "missing_field", odd[n], part=1) for n in range(3)])
    store(warehouse, [letter(0, "missing_field", b"other")], topic=OTHER)
    return warehouse


def offsets(warehouse: Warehouse, narrowing: Narrowing, number: int = 0) -> list[tuple[str, int]]:
    page = read_desk(warehouse, narrowing, number, NOW).page
    return sorted((one.letter.topic, one.letter.offset) for one in page)


def test_counts_and_trends_are_of_all_letters_and_not_of_a_page(filled: DuckDbWarehouse) -> None:
    desk = read_desk(filled, Narrowing(), 0, NOW)
    assert [(one.reason, one.letters) for one in desk.reasons] == [
        ("invalid_json", PAGE + 50),
        ("missing_field", 4),
    ]
    assert (desk.waiting, desk.dismissed, desk.matching) == (PAGE + 54, 0, PAGE + 54)
    assert len(desk.page) == PAGE
    assert desk.slice_s == 900
    first, second = desk.reasons
    assert (sum(first.slices), first.slices[-13], second.slices[-1]) == (PAGE + 50, PAGE + 50, 4)
    rest = read_desk(filled, Narrowing(), 1, NOW).page
    everyone = {one.letter.event_id for one in (*desk.page, *rest)}
    assert len(everyone) == PAGE + 54


def test_letters_are_narrowed_by_the_warehouse(filled: DuckDbWarehouse) -> None:
    assert offsets(filled, Narrowing(topic="returns")) == [("returns", 0)]
    assert len(offsets(filled, Narrowing(partition=1))) == 3
    assert len(offsets(filled, Narrowing(reason="missing_field"))) == 4
    assert len(offsets(filled, Narrowing(since=NOW - timedelta(hours=1)))) == 4
    assert len(offsets(filled, Narrowing(until=NOW - timedelta(hours=1)), 1)) == 50
    assert offsets(filled, Narrowing(words="ÉTÉ 22")) == [("orders_topic", 0)]
    # What is no text is found by its bytes, and escapes that only show them are not.
    assert offsets(filled, Narrowing(words="22", partition=1)) == [
        ("orders_topic", 0),
        ("orders_topic", 1),
    ]
    assert offsets(filled, Narrowing(words="WHY 249")) == [("orders_topic", 249)]
    assert offsets(filled, Narrowing(words="%")) == []
    found = matching_ids(filled, Narrowing(reason="invalid_json"), most=20)
    assert len(found) == 20
    desk = read_desk(filled, Narrowing(reason="missing_field"), 0, NOW)
    assert [one.letters for one in desk.reasons] == [PAGE + 50, 4]  # other reasons stay in sight
    assert desk.matching == 4


def check(warehouse: Warehouse, name: str) -> CheckResult:
    return run.checks_of(builtin().definition)[name](CheckContext(warehouse, Thresholds(), NOW))


def test_what_is_dismissed_waits_no_more_and_can_be_taken_back(filled: DuckDbWarehouse) -> None:
    balanced = check(filled, "reconciliation").figures
    before = check(filled, "dead_letters")
    assert (before.status, before.figures["dead_letters"]) == (Status.FAIL, PAGE + 54)
    content = check(filled, "content").figures
    ids = list(matching_ids(filled, Narrowing(reason="invalid_json")))
    filled.execute("dismiss_letters", [naive_utc(NOW), "ann", "known: the test of Monday", ids])
    told = check(filled, "dead_letters").figures
    assert (told["dead_letters"], told["dismissed"], told["replayed"]) == (4, PAGE + 50, 0)
    assert told["by_reason"] == {"missing_field": 4}
    assert told["records"] == before.figures["records"]
    # Every offset is still accounted for, and every byte is still proven.
    assert check(filled, "reconciliation").figures == balanced
    assert check(filled, "content").figures["verified"] == content["verified"] == PAGE + 54
    assert {one.reason for one in filled.dead_letters()} == {"missing_field"}
    desk = read_desk(filled, Narrowing(dismissed=True), 0, NOW)
    assert (desk.waiting, desk.dismissed, desk.matching) == (4, PAGE + 50, PAGE + 50)
    assert {(one.by, one.why, one.dismissed_at) for one in desk.page} == {
        ("ann", "known: the test of Monday", NOW)
    }
    filled.execute("restore_letters", [ids[:1]])
    assert check(filled, "dead_letters").figures["dismissed"] == PAGE + 49
    (row,) = read_desk(filled, Narrowing(reason="invalid_json"), 0, NOW).page
    assert (row.letter.event_id, row.why, row.dismissed_at) == (ids[0], "", None)


def test_only_what_waits_is_dismissed(filled: DuckDbWarehouse) -> None:
    ids = list(matching_ids(filled, Narrowing(partition=1)))
    filled.mark_replayed(ids[:1])
    filled.execute("dismiss_letters", [naive_utc(NOW), "ann", "first", ids])
    filled.execute("dismiss_letters", [naive_utc(NOW), "bob", "second", ids])
    desk = read_desk(filled, replace(Narrowing(), dismissed=True), 0, NOW)
    assert [one.why for one in desk.page] == ["first", "first"]
    assert check(filled, "dead_letters").figures["replayed"] == 1


def test_all_letters_are_sorted_and_not_the_page_alone(filled: DuckDbWarehouse) -> None:
    def first(order: LetterOrder, number: int = 0) -> list[tuple[str, int]]:
        page = read_desk(filled, Narrowing(), number, NOW, order=order).page
        return [(one.letter.reason, one.letter.offset) for one in page]

    assert first(LetterOrder("offset", descending=True))[:2] == [
        ("invalid_json", PAGE + 49),
        ("invalid_json", PAGE + 48),
    ]
    assert first(LetterOrder("offset"), 1)[-1] == ("invalid_json", PAGE + 49)
    assert {reason for reason, _offset in first(LetterOrder("reason"))} == {"invalid_json"}
    assert first(LetterOrder("reason", descending=True))[3][0] == "missing_field"
    assert first(LetterOrder("topic", descending=True))[0] == ("missing_field", 0)
    assert first(LetterOrder("received"))[0][0] == "invalid_json"
    assert first(LetterOrder("received", descending=True)) == first(LetterOrder())
