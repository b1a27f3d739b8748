"""A figure that stands in several places is the same in all of them, and is true of this moment."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.alerts.lag_evaluator import PartitionState
from core.alerts.model import Alert, Level
from core.consumer.snapshot import ConsumerSnapshot
from core.operations.history import Sample
from core.operations.poller import Reading
from core.operations.snapshot import Watch
from core.operations.task import TaskSnapshot
from core.validation.model import Status
from core.workers import RunState
from tests.support.moments import NOW, moment
from tests.support.panes import CONSUMING, HELD, RUNNING, WAITING, history, validated
from tests.unit.tui.drawing import drawn, frame, roles_of
from tui.panes import consumer as consumer_pane
from tui.panes import producer as producer_pane
from tui.views.consumer import consumer
from tui.views.producer import producer
from tui.views.strip import strip
from tui.views.validation import validation_head

MEASURED = Sample(NOW, 3_777.0, 2_888.0, 9, None, None, None)
RUNNING_MOMENT = moment(
    producer=replace(RUNNING, rate_actual=4_321.0),
    consumer=replace(CONSUMING, rate=1_234.0),
    history=(*history(20), MEASURED),
)


def strip_text(now, width=140):
    (row,) = strip(now, frame(width, 1))
    return row.text


def test_strip_panes_chart_and_export_tell_one_measurement_of_the_rates():
    now = RUNNING_MOMENT
    assert "producer 3,777/s" in strip_text(now)
    assert "consumer 2,888/s" in strip_text(now)
    for full, size in ((False, (70, 14)), (True, (116, 31))):
        shown = drawn(producer, now, *size, full=full) + drawn(consumer, now, *size, full=full)
        assert "3,777/s" in shown
        assert "2,888/s" in shown
        assert "4,321/s" not in shown
        assert "1,234/s" not in shown
    table = producer_pane.exported(now)
    assert dict(zip(table.headers, table.rows[0], strict=True))["rate_actual"] == 3_777.0


def test_the_mean_of_a_run_that_is_over_is_its_own():
    ended = replace(RUNNING_MOMENT, producer=replace(RUNNING, state=RunState.STOPPED))
    assert "1,204/s  on average" in drawn(producer, ended, 70, 7)


def test_strip_pane_and_chart_tell_one_lag():
    now = replace(
        RUNNING_MOMENT, consumer=replace(CONSUMING, lag={0: 4_321, 1: 0}, offsets={0: 5, 1: 5})
    )
    assert "lag 4,321" in strip_text(now)
    shown = drawn(consumer, now, 116, 31, full=True)
    assert "0:4,321" in drawn(consumer, now, 70, 14)
    assert shown.count("4,321") == 2, "the chart's legend and the partition"


def test_no_lag_is_not_behind():
    now = replace(
        RUNNING_MOMENT, consumer=replace(CONSUMING, lag={0: 0}, offsets={0: 5}), behind_s=5.0
    )
    assert "lag 0 · 0.0 s" in strip_text(now)


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.STOPPED])
def test_the_lag_of_an_ended_consumer_is_that_of_the_broker(state):
    ended = replace(CONSUMING, state=state, lag={0: 2}, offsets={0: 100}, error="gone")
    watch = Watch(lag={0: 70_005}, ends={0: 70_105}, stored={0: 100})
    now = moment(consumer=ended, watch=Reading(watch, NOW, 0.01), history=history())
    assert "lag 70.0k" in strip_text(now)
    assert "0:70,005" in drawn(consumer, now, 70, 14)
    assert "70,005" in drawn(consumer, now, 116, 31, full=True)
    assert consumer_pane.exported(now).rows == [("orders_topic", 0, 100, 70_005, None)]


def test_a_failed_consumer_says_why_where_and_how_to_fix_it():
    failed = replace(
        CONSUMING,
        state=RunState.FAILED,
        error="the warehouse file data/warehouse.duckdb is full",
        hint="make room on the disk",
    )
    lines = consumer(moment(consumer=failed, history=history()), frame(70, 14))
    said = "the consumer failed: the warehouse file data/warehouse.duckdb is full"
    assert said in "\n".join(entry.text for entry in lines)
    assert roles_of(lines, said) == {"bad"}
    shown = drawn(consumer, moment(consumer=failed, history=history()), 70, 14)
    assert "make room on the disk" in shown
    assert "s starts it again" in shown
    assert "resumes automatically" not in shown


def test_a_partition_that_nobody_reads_is_not_green():
    for state, role in ((PartitionState.UNREAD, "wait"), (PartitionState.STOP, "bad")):
        now = moment(consumer=CONSUMING, history=history(), states=dict.fromkeys(range(4), state))
        lines = consumer(now, frame(116, 31, full=True))
        assert roles_of(lines, state.name) == {role}


def test_what_lasts_for_a_moment_only_has_no_age():
    new = replace(HELD, held_since=NOW)
    shown = drawn(producer, moment(producer=new), 70, 7)
    assert HELD.held_reason in shown
    assert "0 s" not in shown
    assert "for 12 s" in drawn(producer, moment(producer=HELD), 70, 7)
    new = replace(WAITING, waiting_since=NOW)
    shown = drawn(consumer, moment(consumer=new, history=history()), 70, 14)
    assert "for 0 s" not in shown
    assert "resumes automatically" in shown


def _passed(**changes):
    return moment(validation=validated(), **changes)


def _sign(now):
    (row,) = strip(now, frame(140, 1))
    return next((span.text, span.role) for span in row.spans if span.text in "✓~!✗")


def test_a_pass_is_green_only_while_nothing_has_come_since():
    from core.operations.snapshot import SinceCheck

    assert _sign(_passed()) == ("✓", "ok")
    assert _sign(_passed(since_check=SinceCheck(12_345, 0))) == ("~", "text")
    doubtful = _passed(since_check=SinceCheck(12_345, 3_210))
    assert _sign(doubtful) == ("~", "wait")
    assert "PASS 2 m" in strip_text(doubtful)
    lines = validation_head(doubtful, frame(80, 10))
    said = "out of date: 12,345 events, 3,210 dead letters since these checks"
    assert roles_of(lines, said) == {"wait"}


def test_an_error_rate_that_is_bad_now_stands_beside_the_verdict():
    alert = Alert("dead_letters", Level.BAD, Level.BAD, "7 % of the records are dead letters", NOW)
    now = _passed(alerts=(alert,))
    assert _sign(now) == ("~", "wait")
    lines = validation_head(now, frame(80, 10))
    assert roles_of(lines, "7 % of the records are dead letters") == {"bad"}
    over = _passed(alerts=(replace(alert, cleared_at=NOW),))
    assert _sign(over) == ("✓", "ok")
    assert validation_head(over, frame(80, 10)) == []


def test_checks_that_failed_to_run_leave_no_green_verdict():
    task = replace(validated(), error="the warehouse does not answer")
    assert _sign(moment(validation=task)) == ("~", "wait")


def test_a_bad_verdict_stays_bad():
    from core.operations.snapshot import SinceCheck

    now = moment(validation=validated(volume=Status.FAIL), since_check=SinceCheck(5, 5))
    assert _sign(now) == ("✗", "bad")


def test_a_verdict_whose_report_is_gone_says_so():
    kept = validated().result
    task = TaskSnapshot(result=replace(kept, checks=(), run_at=NOW - timedelta(days=2)))
    shown = drawn(validation_head, moment(validation=task), 80, 10)
    assert "report of this run is not there any more" in shown
    assert "PASS 2 d" in strip_text(moment(validation=task))


def test_an_idle_consumer_knows_nothing_and_shows_what_the_broker_tells():
    watch = Watch(lag={0: 42}, ends={0: 50}, stored={0: 8})
    now = moment(consumer=ConsumerSnapshot(), watch=Reading(watch, NOW, 0.01), history=history())
    assert now.lag == {0: 42}
    assert now.offsets == {0: 8}


def test_a_consumer_that_rests_hears_from_the_broker_what_waits():
    paused = replace(CONSUMING, state=RunState.PAUSED, lag={0: 0}, offsets={0: 900})
    watch = Watch(lag={0: 5}, ends={0: 5_221}, stored={0: 850})
    now = moment(consumer=paused, watch=Reading(watch, NOW, 0.01), history=history())
    assert "0:4,321" in drawn(consumer, now, 70, 14)
    assert "lag 4,321" in strip_text(now)


OLD = Watch(lag={0: 42}, ends={0: 50}, stored={0: 8}, stored_at=NOW - timedelta(seconds=8))


@pytest.mark.parametrize(
    ("watch", "said"),
    [
        (OLD, "as of 8 s ago"),
        (replace(OLD, stored_at=None, commits=True), "by commits to Kafka"),
        (replace(OLD, stored_at=None), ""),
    ],
)
def test_a_lag_that_is_not_of_this_moment_says_so(watch, said):
    now = moment(watch=Reading(watch, NOW, 0.01), history=history())
    assert ("lag ~42" in strip_text(now)) is bool(said)
    for size in ((70, 14, False), (116, 31, True)):
        shown = drawn(consumer, now, *size[:2], full=size[2])
        assert ("as of" in shown, "commits to Kafka" in shown) == (
            said.startswith("as of"),
            said.startswith("by"),
        )


def test_our_own_consumer_tells_the_present():
    watch = replace(OLD, ends={0: 50, 1: 50, 2: 50, 3: 50})
    now = moment(consumer=CONSUMING, watch=Reading(watch, NOW, 0.01), history=history())
    assert "as of" not in drawn(consumer, now, 70, 14)
    assert now.stored_at is None


def test_a_partition_of_which_nothing_is_known_makes_the_whole_unknown():
    half = replace(CONSUMING, lag={0: 2}, offsets={0: 100})
    watch = Watch(ends={0: 102, 1: 500})
    now = moment(consumer=half, watch=Reading(watch, NOW, 0.01), history=history())
    assert (now.lag, now.total_lag) == ({0: 2}, None)
