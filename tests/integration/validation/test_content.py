"""`content`: every stored record is byte for byte what the client gave, or is named."""

from datetime import timedelta
from threading import Event

import pytest

from core.checksums import payload_checksum
from core.config import Thresholds
from core.remedies import REPAIR
from core.validation import Status, content
from core.validation.content_ledger import ContentLedger
from core.validation.context import CheckContext
from core.validation.model import CheckResult
from core.warehouse.duckdb import content as reading
from tests.integration.validation.pipeline import NOW, TOPIC, Pipeline, view
from tests.support.damage import SEQ_VALUES, overwrite
from tests.support.events import event


def test_all_that_was_stored_is_as_it_came(pipeline: Pipeline) -> None:
    pipeline.consume([event(7, id="é\u2028", note="\\u0000")], letters=3)
    check = pipeline.check("content")
    assert (check.status, check.message) == (Status.PASS, "10 records are as they came")
    figures = dict(check.figures)
    assert (figures["stored"], figures["compared"], figures["verified"]) == (10, 10, 10)
    assert (figures["without_checksum"], figures["damaged"]) == (0, 0)


@pytest.mark.parametrize("content", [SEQ_VALUES, b"1" * 16])
def test_a_payload_with_sixteen_bytes_overwritten_is_named(
    pipeline: Pipeline, content: bytes
) -> None:
    overwrite(pipeline.warehouse._db.cursor(), 3, 60, content)
    check = pipeline.check("content", broker_view=view(high=6))
    assert check.status is Status.FAIL
    assert (check.figures["verified"], check.figures["damaged"]) == (5, 1)
    assert check.figures["damaged_event_ids"] == [TOPIC.event_id(0, 3)]
    assert TOPIC.event_id(0, 3) in check.message
    assert "--repair" not in check.message
    assert check.remedies == (REPAIR,)
    assert "dropship --run validate --repair" in check.with_hint
    (row,) = check.rows
    assert (row["fault"], row["fix"], row["topic"]) == ("payload", "topic", "orders_topic")
    assert row["checksum"] == f"{payload_checksum(event(4)):016x}" != row["found"]


def test_a_single_bit_and_white_space_between_values_count(pipeline: Pipeline) -> None:
    pipeline.sql(
        "UPDATE orders_events SET payload = replace(payload::VARCHAR, 'CUST_000001', 'BUST_000001')"
        " WHERE kafka_offset = 0"
    )
    pipeline.sql("UPDATE orders_events SET payload = concat(payload, ' ') WHERE kafka_offset = 1")
    check = pipeline.check("content")
    assert [row["offset"] for row in check.rows] == [0, 1]


def test_payloads_that_two_rows_exchanged_are_both_named(pipeline: Pipeline) -> None:
    pipeline.sql(
        "UPDATE orders_events AS one SET payload = other.payload FROM orders_events AS other"
        " WHERE one.kafka_offset IN (1, 4) AND other.kafka_offset = 5 - one.kafka_offset"
    )
    check = pipeline.check("content")
    assert [row["event_id"] for row in check.rows] == [TOPIC.event_id(0, 1), TOPIC.event_id(0, 4)]


@pytest.mark.parametrize(
    "change", ["kafka_offset = 77", "kafka_partition = 1073741824", "source_id = 'x'"]
)
def test_changed_coordinates_contradict_the_event_id(pipeline: Pipeline, change: str) -> None:
    pipeline.sql(f"UPDATE orders_events SET {change} WHERE kafka_offset = 2")
    (row,) = pipeline.check("content").rows
    assert (row["fault"], row["event_id"]) == ("coordinates", TOPIC.event_id(0, 2))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("payload = '}'::BLOB", "payload"),
        ("message_key = 'k'::BLOB", "payload"),
        ("headers = '[[\"h\", null]]'", "payload"),
        ("headers = 'no JSON'", "payload"),
        ("payload = NULL", "payload"),
        ("kafka_offset = 1", "coordinates"),
    ],
)
def test_a_damaged_dead_letter_is_named(pipeline: Pipeline, change: str, fault: str) -> None:
    pipeline.consume([], letters=2)
    pipeline.sql(f"UPDATE dead_letters SET {change} WHERE kafka_offset = 7")
    check = pipeline.check("content")
    (row,) = check.rows
    assert (row["fault"], row["stage"], row["event_id"]) == (fault, "decode", TOPIC.event_id(0, 7))
    assert check.figures["verified"] == 7


def test_a_letter_of_the_merge_bears_the_checksum_of_its_event(pipeline: Pipeline) -> None:
    pipeline.consume([event(7, quantity="many")])
    pipeline.warehouse.merge()
    assert pipeline.check("content").figures["verified"] == 8
    pipeline.sql("UPDATE dead_letters SET payload = '{}'::BLOB")
    assert [row["stage"] for row in pipeline.check("content").rows] == ["merge"]


def test_replaying_a_letter_leaves_it_provable(pipeline: Pipeline) -> None:
    pipeline.consume([], letters=2)
    pipeline.warehouse.mark_replayed([TOPIC.event_id(0, 6)])
    assert pipeline.check("content").status is Status.PASS


def test_rows_from_before_are_counted_and_not_proven(pipeline: Pipeline) -> None:
    pipeline.sql("UPDATE orders_events SET checksum = NULL WHERE kafka_offset < 2")
    check = pipeline.check("content")
    assert (check.status, check.figures["without_checksum"]) == (Status.PASS, 2)
    assert (
        check.message
        == "4 records are as they came; 2 records were stored before checksums existed"
    )
    pipeline.sql("UPDATE orders_events SET checksum = NULL")
    check = pipeline.check("content")
    assert check.status is Status.WARN
    assert check.message == "6 records were stored before checksums existed"
    pipeline.sql("UPDATE orders_events SET kafka_offset = 9 WHERE kafka_offset = 0")
    assert pipeline.check("content").status is Status.FAIL


def test_an_empty_warehouse_is_nothing_to_check(fresh: Pipeline) -> None:
    check = fresh.check("content")
    assert (check.status, check.message) == (
        Status.WARN,
        "nothing to check: no raw events and no dead letters",
    )


def test_parts_stay_small_and_lose_no_row(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bounds on rows and on bytes, gaps in `seq`, and one row that is larger than the bound."""
    pipeline.consume(
        [event(number, note="x" * (9_000 if number == 20 else 10)) for number in range(7, 60)]
    )
    pipeline.sql("UPDATE orders_events SET seq = seq + 1000000 WHERE seq > 30")
    monkeypatch.setattr(reading, "MAX_ROWS", 10)
    monkeypatch.setattr(reading, "MAX_BYTES", 1_000)
    sizes = []
    last = pipeline.warehouse.content_span("orders_events").last
    after = 0
    while after < last:
        part = pipeline.warehouse.compare_content("orders_events", after, last)
        sizes.append(part.compared)
        after = part.last
    assert sum(sizes) == 59
    assert max(sizes) <= 10
    assert pipeline.check("content").figures["verified"] == 59


def test_many_damaged_rows_are_counted_and_ten_shown(pipeline: Pipeline) -> None:
    pipeline.consume([event(number) for number in range(7, 2_007)])
    pipeline.sql("UPDATE orders_events SET payload = concat(payload, ' ')")
    check = pipeline.check("content")
    assert check.figures["damaged"] == 2_006
    assert len(check.rows) == 10


class Console:
    """A console that checks now and then, with a ledger of small bounds."""

    def __init__(self, pipeline: Pipeline, new: int, old: int) -> None:
        self.pipeline = pipeline
        self.ledger = ContentLedger(new_rows=new, old_rows=old)
        self.now = NOW

    def check(self, stop: Event | None = None) -> CheckResult:
        self.now += timedelta(minutes=1)
        return content.check(
            CheckContext(self.pipeline.warehouse, Thresholds(), self.now, None, self.ledger, stop)
        )


def test_a_console_looks_at_what_is_new_and_at_a_slice_of_the_old(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 2)
    console = Console(pipeline, new=4, old=2)
    first = console.check()
    assert (first.figures["compared"], first.figures["verified_since"]) == (4, None)
    assert "some never so far" in first.message
    second = console.check()  # the last two, and the first two of the next round
    assert (second.figures["compared"], second.figures["verified_since"]) == (
        4,
        "2024-05-06T08:06:00.000Z",
    )
    assert second.message == (
        "4 of 6 records compared in this run, all of them since 2024-05-06T08:06:00.000Z"
    )
    for _time in range(4):
        later = console.check()
    assert later.figures["verified_since"] == "2024-05-06T08:07:00.000Z"


def test_damage_that_was_found_stays_told_until_it_is_gone(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 2)
    console = Console(pipeline, new=100, old=2)
    assert console.check().status is Status.PASS
    pipeline.sql("UPDATE orders_events SET payload = concat(payload, ' ') WHERE kafka_offset = 5")
    seen = [console.check().status for _time in range(6)]
    assert seen[0] is Status.PASS  # the slice of that run did not reach it
    assert seen[-3:] == [Status.FAIL] * 3
    pipeline.sql("UPDATE orders_events SET payload = trim(payload) WHERE kafka_offset = 5")
    assert console.check().status is Status.PASS


def test_new_records_are_looked_at_first(pipeline: Pipeline) -> None:
    console = Console(pipeline, new=100, old=1)
    console.check()
    pipeline.consume([event(7), event(8)], letters=1)
    pipeline.sql("UPDATE dead_letters SET payload = '!'::BLOB")
    assert [row["stage"] for row in console.check().rows] == ["decode"]


def test_a_stop_ends_it_and_is_said(pipeline: Pipeline) -> None:
    stop = Event()
    stop.set()
    check = Console(pipeline, new=100, old=10).check(stop)
    assert (check.status, check.message) == (Status.WARN, "stopped: 0 of 6 records compared")
