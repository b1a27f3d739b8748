"""Offsets against stored records, exact; with and without a broker in reach."""

from datetime import timedelta

import pytest

from core.broker.identity import TopicIdentity
from core.validation import Status
from tests.integration.validation.pipeline import RECEIVED, TOPIC, Pipeline, view
from tests.support.events import event

NAME = "reconciliation"


def test_dead_letters_and_offsets_without_a_record_are_accounted_for(pipeline: Pipeline) -> None:
    pipeline.consume([event(7)], letters=2, skipped=3)
    check = pipeline.check(NAME)
    assert check.status is Status.PASS
    assert {
        name: check.figures[name]
        for name in ("offsets_read", "skipped", "gaps", "raw_events", "dead_letters", "missing")
    } == {
        "offsets_read": 12,
        "skipped": 3,
        "gaps": 0,
        "raw_events": 7,
        "dead_letters": 2,
        "missing": 0,
    }


def test_without_a_broker_it_says_so(pipeline: Pipeline) -> None:
    check = pipeline.check(NAME)
    assert check.status is Status.PASS
    assert "no broker in reach" in check.message
    assert check.figures["lag"] is None
    assert check.figures["broker_checked"] is False


def test_lost_rows_are_named_by_their_offsets(pipeline: Pipeline) -> None:
    pipeline.sql("DELETE FROM orders_events WHERE kafka_offset IN (1, 2, 4)")
    check = pipeline.check(NAME)
    assert check.status is Status.FAIL
    assert check.figures["missing"] == 3
    ranges = [row for row in check.rows if row["fault"] == "missing_offsets"]
    assert [(row["from_offset"], row["to_offset"]) for row in ranges] == [(1, 3), (4, 5)]
    assert ranges[0]["topic"] == "orders_topic"


@pytest.mark.parametrize("offset", [0, 5])
def test_a_loss_at_either_end_is_found(pipeline: Pipeline, offset: int) -> None:
    pipeline.sql(f"DELETE FROM orders_events WHERE kafka_offset = {offset}")
    check = pipeline.check(NAME)
    assert check.status is Status.FAIL
    assert [(row["from_offset"], row["to_offset"]) for row in check.rows[1:]] == [
        (offset, offset + 1)
    ]


def test_a_record_stored_twice_does_not_hide_a_lost_one(pipeline: Pipeline) -> None:
    pipeline.sql("UPDATE orders_events SET kafka_offset = 3 WHERE kafka_offset = 2")
    check = pipeline.check(NAME)
    assert check.figures["raw_events"] == check.figures["offsets_read"]
    assert check.status is Status.FAIL
    assert check.figures["missing"] == 1


def test_an_offset_both_raw_and_dead_is_a_fault(pipeline: Pipeline) -> None:
    pipeline.consume([], letters=1)
    pipeline.sql("UPDATE dead_letters SET kafka_offset = 5")
    assert pipeline.check(NAME).status is Status.FAIL


def test_rows_beyond_the_stored_offset_are_a_fault(pipeline: Pipeline) -> None:
    pipeline.sql("UPDATE consumer_offsets SET next_offset = 5")
    check = pipeline.check(NAME)
    assert check.status is Status.FAIL
    assert check.rows[0]["fault"] == "records_surplus"


def test_rows_of_a_partition_that_has_no_stored_offset_are_a_fault(pipeline: Pipeline) -> None:
    pipeline.sql("DELETE FROM consumer_offsets")
    check = pipeline.check(NAME)
    assert check.status is Status.FAIL
    assert check.rows[0]["fault"] == "no_stored_offset"


def test_a_partition_entered_twice_is_a_fault(pipeline: Pipeline) -> None:
    pipeline.sql("INSERT INTO consumer_offsets SELECT * FROM consumer_offsets")
    check = pipeline.check(NAME)
    assert check.status is Status.FAIL
    assert check.rows[0]["fault"] == "offset_stored_twice"


def test_a_gap_warns_with_its_exact_range(pipeline: Pipeline) -> None:
    pipeline.consume([event(7)], gap=4)
    check = pipeline.check(NAME)
    assert check.status is Status.WARN
    assert "orders_topic-0 [6, 10)" in check.message
    assert check.figures["gaps"] == 4
    (row,) = check.rows
    assert (row["fault"], row["from_offset"], row["to_offset"]) == ("gap", 6, 10)


def test_a_dead_letter_of_the_merge_is_not_counted_twice(pipeline: Pipeline) -> None:
    pipeline.consume([event(7, quantity="many")])
    assert pipeline.warehouse.merge().quarantined == 1
    assert pipeline.check(NAME).status is Status.PASS


def test_a_replayed_dead_letter_still_stands_for_its_offset(pipeline: Pipeline) -> None:
    pipeline.consume([], letters=1)
    pipeline.warehouse.mark_replayed([TOPIC.event_id(0, 6)])
    assert pipeline.check(NAME).status is Status.PASS


def test_what_was_not_read_yet_is_lag(pipeline: Pipeline) -> None:
    check = pipeline.check(NAME, broker_view=view(high=10))
    assert check.status is Status.WARN
    assert check.figures["lag"] == 4
    assert "4 records not read yet" in check.message


def test_records_beside_a_reader_at_work_are_on_their_way(pipeline: Pipeline) -> None:
    soon = RECEIVED + timedelta(seconds=3)
    at = {"now": soon, "broker_view": view(high=10, taken_at=soon)}
    check = pipeline.check(NAME, **at)
    assert (check.status, check.figures["lag"]) == (Status.PASS, 4)
    assert check.figures["idle_s"] == 3
    assert "every offset stored exactly once; 4 records in flight" in check.message
    assert pipeline.check(NAME, **at, lag_warn=3).status is Status.WARN
    assert pipeline.check(NAME, **at, lag_warn_s=2).status is Status.WARN
    pipeline.sql("DELETE FROM orders_events WHERE kafka_offset = 2")
    assert pipeline.check(NAME, **at).status is Status.FAIL


def test_caught_up_with_the_broker_passes(pipeline: Pipeline) -> None:
    check = pipeline.check(NAME, broker_view=view(high=6))
    assert (check.status, check.figures["lag"]) == (Status.PASS, 0)
    assert "no broker" not in check.message


def test_a_partition_never_read_counts_as_lag(fresh: Pipeline) -> None:
    check = fresh.check(NAME, broker_view=view(low=2, high=9))
    assert (check.status, check.figures["lag"]) == (Status.WARN, 7)


def test_unread_records_that_are_gone_are_announced(pipeline: Pipeline) -> None:
    check = pipeline.check(NAME, broker_view=view(low=8, high=10))
    assert check.status is Status.WARN
    assert "expired before being read: 2" in check.message


def test_more_than_the_broker_ever_had_is_a_fault(pipeline: Pipeline) -> None:
    check = pipeline.check(NAME, broker_view=view(high=4))
    assert check.status is Status.FAIL
    assert check.rows[0]["fault"] == "beyond_broker"
    assert (check.rows[0]["next_offset"], check.rows[0]["high"]) == (6, 4)


def test_offsets_that_moved_after_the_broker_was_asked_are_no_fault(pipeline: Pipeline) -> None:
    earlier = view(high=4, taken_at=RECEIVED - timedelta(seconds=1))
    assert pipeline.check(NAME, broker_view=earlier).status is Status.PASS


def test_another_incarnation_of_the_topic_is_not_compared(pipeline: Pipeline) -> None:
    other = TopicIdentity("cluster-1", "orders_topic", "made-again")
    check = pipeline.check(NAME, broker_view=view(high=0, topic=other))
    assert check.status is Status.PASS
    assert "nothing read from this topic yet" in check.message
    assert pipeline.check(NAME, broker_view=view(high=3, topic=other)).figures["lag"] == 3


def test_partitions_are_balanced_each_for_itself(pipeline: Pipeline) -> None:
    pipeline.partition, pipeline.next_offset = 1, 0
    pipeline.consume([event(7), event(8)])
    pipeline.sql(
        "UPDATE orders_events SET kafka_partition = 1, kafka_offset = 77 WHERE kafka_offset = 5"
    )
    check = pipeline.check(NAME)
    assert check.figures["raw_events"] == check.figures["offsets_read"] == 8
    assert check.status is Status.FAIL
    assert check.figures["unbalanced_partitions"] == 2
