"""This run against earlier ones: rows that vanished, and how many came."""

from datetime import timedelta
from pathlib import Path

from core.validation import Status, past_runs, record_run
from tests.integration.validation.pipeline import NOW, Pipeline
from tests.support.events import event

NAME = "volume"


def grown(pipeline: Pipeline, *counts: int) -> None:
    """Take in that many events before each of several validations, a minute apart."""
    for number, count in enumerate(counts):
        pipeline.consume([event(1)] * count)
        pipeline.warehouse.merge()
        result = pipeline.validate(now=NOW + timedelta(minutes=number))
        assert record_run(pipeline.warehouse, result, Path("reports/r.json"))


def test_a_run_is_noted_with_its_totals(pipeline: Pipeline) -> None:
    pipeline.consume([], letters=1)
    result = pipeline.validate()
    assert record_run(pipeline.warehouse, result, Path("reports/a.json"))
    (run,) = past_runs(pipeline.warehouse, 10)
    assert (run.run_at, run.status, run.report) == (NOW, "FAIL", "reports/a.json")
    assert (run.totals.raw_events, run.totals.rows, run.totals.dead_letters) == (6, 6, 1)


def test_history_is_newest_first_and_limited(pipeline: Pipeline) -> None:
    grown(pipeline, 1, 1, 1)
    runs = past_runs(pipeline.warehouse, 2)
    assert [run.totals.raw_events for run in runs] == [9, 8]


def test_the_first_run_has_nothing_to_compare_with(pipeline: Pipeline) -> None:
    check = pipeline.check(NAME)
    assert check.status is Status.PASS
    assert check.figures["growth"] is None
    assert check.figures["daily_orders"] == {"2024-05-06": 6}


def test_rows_that_vanished_fail(pipeline: Pipeline) -> None:
    grown(pipeline, 4)
    pipeline.sql("DELETE FROM orders_events WHERE kafka_offset = 9")
    check = pipeline.check(NAME)
    assert check.status is Status.FAIL
    (row,) = check.rows
    assert (row["table"], row["before"], row["now"]) == ("raw_events", 10, 9)
    assert row["seen_at"] == "2024-05-06T08:05:00.000Z"


def test_a_loss_is_not_forgotten_by_the_next_run(pipeline: Pipeline) -> None:
    grown(pipeline, 4)
    pipeline.sql("DELETE FROM orders WHERE id = 'ORDER_000001'")
    record_run(pipeline.warehouse, pipeline.validate(now=NOW + timedelta(minutes=9)))
    assert pipeline.check(NAME).status is Status.FAIL


def test_everything_gone_is_a_fail_not_an_empty_warehouse(pipeline: Pipeline) -> None:
    grown(pipeline, 4)
    for table in ("orders_events", "orders", "dead_letters"):
        pipeline.sql(f"DELETE FROM {table}")
    assert pipeline.check(NAME).status is Status.FAIL


def test_far_fewer_than_usual_warns_and_can_fail(pipeline: Pipeline) -> None:
    grown(pipeline, 0, 20, 20, 20)
    pipeline.consume([event(1)] * 5)
    check = pipeline.check(NAME)
    assert check.status is Status.WARN
    assert (check.figures["growth"], check.figures["usual_growth"]) == (5, 20.0)
    assert pipeline.check(NAME, volume_drop_warn=0.75).status is Status.PASS
    assert pipeline.check(NAME, volume_drop_fail=0.75).status is Status.FAIL


def test_as_many_as_usual_pass(pipeline: Pipeline) -> None:
    grown(pipeline, 0, 20, 20, 20)
    pipeline.consume([event(1)] * 10)
    assert pipeline.check(NAME).status is Status.PASS


def test_too_few_earlier_runs_are_not_compared(pipeline: Pipeline) -> None:
    grown(pipeline, 0, 20, 20)
    pipeline.consume([event(1)])
    check = pipeline.check(NAME)
    assert (check.status, check.figures["usual_growth"]) == (Status.PASS, None)


def test_a_warehouse_at_rest_is_no_fault(pipeline: Pipeline) -> None:
    grown(pipeline, 0, 20, 20, 20)
    assert pipeline.check(NAME).status is Status.PASS
