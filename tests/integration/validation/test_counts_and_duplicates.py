"""Orders against raw events, as sets; and keys that must stand once."""

from datetime import timedelta

from core.validation import Status
from tests.integration.validation.pipeline import RECEIVED, Pipeline
from tests.support.events import event

COUNTS = "raw_vs_prod_counts"


def test_the_same_order_twice_is_no_fault(pipeline: Pipeline) -> None:
    pipeline.consume([event(1), event(1), event(2, quantity=4)])
    pipeline.warehouse.merge()
    check = pipeline.check(COUNTS)
    assert check.status is Status.PASS
    assert (check.figures["raw_count"], check.figures["prod_count"]) == (9, 6)


def test_a_lost_order_is_found_although_a_duplicate_makes_the_totals_agree(
    pipeline: Pipeline,
) -> None:
    pipeline.sql("DELETE FROM orders WHERE id = 'ORDER_000003'")
    pipeline.sql("INSERT INTO orders SELECT * FROM orders WHERE id = 'ORDER_000001'")
    result = pipeline.validate()
    check = result.check(COUNTS)
    assert check.figures["raw_count"] == check.figures["prod_count"] == 6
    assert check.status is Status.FAIL
    assert check.figures["missing_in_prod"] == 1
    assert [(row["fault"], row["order_id"]) for row in check.rows] == [("missing", "ORDER_000003")]
    assert result.check("duplicates").figures["prod_duplicates"] == 1


def test_a_lost_and_an_invented_order_do_not_cancel(pipeline: Pipeline) -> None:
    pipeline.sql("UPDATE orders SET id = 'ORDER_INVENTED' WHERE id = 'ORDER_000002'")
    check = pipeline.check(COUNTS)
    assert check.status is Status.FAIL
    assert [(row["fault"], row["order_id"]) for row in check.rows] == [
        ("missing", "ORDER_000002"),
        ("surplus", "ORDER_INVENTED"),
    ]


def test_orders_without_any_raw_event_warn_here_and_fail_in_the_reconciliation(
    pipeline: Pipeline,
) -> None:
    pipeline.sql("DELETE FROM orders_events")
    result = pipeline.validate()
    assert result.check(COUNTS).status is Status.WARN
    assert result.check(COUNTS).figures["surplus_in_prod"] == 6
    assert result.check("reconciliation").status is Status.FAIL


def test_events_that_wait_for_the_merge_are_a_backlog_not_a_loss(pipeline: Pipeline) -> None:
    pipeline.consume([event(7), event(8)])
    waiting = pipeline.check(COUNTS)
    assert waiting.status is Status.WARN
    assert waiting.figures["merge_backlog"] == 2
    assert waiting.figures["merge_waits_s"] == 300
    assert waiting.figures["missing_in_prod"] == 0
    assert pipeline.check(COUNTS, merge_backlog_fail=1).status is Status.FAIL
    pipeline.warehouse.merge()
    merged = pipeline.check(COUNTS)
    assert (merged.status, merged.figures["merge_waits_s"]) == (Status.PASS, 0)


def test_events_that_came_just_now_are_on_their_way_to_the_merge(pipeline: Pipeline) -> None:
    pipeline.consume([event(7), event(8)])
    soon = RECEIVED + timedelta(seconds=2)
    waiting = pipeline.check(COUNTS, now=soon)
    assert waiting.status is Status.PASS
    assert "2 raw events in flight to the merge, the oldest for 2.0 s" in waiting.message
    assert pipeline.check(COUNTS, now=soon, merge_backlog_warn=1).status is Status.WARN
    assert pipeline.check(COUNTS, now=soon, merge_backlog_warn_s=1).status is Status.WARN


def test_events_that_nobody_ever_merged_are_on_no_way(fresh: Pipeline) -> None:
    fresh.consume([event(1)])
    waiting = fresh.check(COUNTS, now=RECEIVED)
    assert waiting.status is Status.WARN
    assert "--run transform" in waiting.hint
    assert waiting.figures["merge_waits_s"] is None


def test_events_in_quarantine_are_not_missing(pipeline: Pipeline) -> None:
    pipeline.consume([event(7, quantity="many"), event(8)])
    assert pipeline.warehouse.merge().quarantined == 1
    check = pipeline.check(COUNTS)
    assert check.status is Status.PASS
    assert (check.figures["quarantined"], check.figures["raw_orders"]) == (1, 7)


def test_at_most_ten_rows_are_shown(pipeline: Pipeline) -> None:
    pipeline.consume([event(number) for number in range(100, 130)])
    pipeline.warehouse.merge()
    pipeline.sql("DELETE FROM orders WHERE id >= 'ORDER_000100'")
    check = pipeline.check(COUNTS)
    assert check.figures["missing_in_prod"] == 30
    assert len(check.rows) == 10


def test_every_kind_of_duplicate_is_found(pipeline: Pipeline) -> None:
    assert pipeline.check("duplicates").status is Status.PASS
    pipeline.sql("INSERT INTO orders_events SELECT * FROM orders_events WHERE kafka_offset = 2")
    pipeline.sql(
        "INSERT INTO orders_events SELECT * REPLACE ('other' AS event_id)"
        " FROM orders_events WHERE kafka_offset = 3"
    )
    pipeline.sql("INSERT INTO orders SELECT * FROM orders WHERE id = 'ORDER_000001'")
    pipeline.sql("INSERT INTO customers SELECT * FROM customers")
    pipeline.sql("INSERT INTO inventory SELECT * FROM inventory")
    check = pipeline.check("duplicates")
    assert check.status is Status.FAIL
    assert check.figures == {
        "raw_duplicates": 1,
        "coordinate_duplicates": 2,
        "prod_duplicates": 1,
        "customer_duplicates": 1,
        "product_duplicates": 1,
    }
    assert {"key": "orders.id", "value": "ORDER_000001", "copies": 2} in check.rows
    assert len(check.rows) == 6


def test_one_duplicate_customer_is_enough_to_fail(pipeline: Pipeline) -> None:
    pipeline.sql("INSERT INTO customers SELECT * FROM customers")
    assert pipeline.check("duplicates").status is Status.FAIL
