"""What the consumer pane says in each state."""

from dataclasses import replace
from datetime import timedelta

from core.alerts.lag_evaluator import PartitionState
from core.consumer.snapshot import ConsumerSnapshot
from core.merge.snapshot import MergeSnapshot
from core.operations.poller import Reading
from core.operations.snapshot import ExternalActivity, Watch
from core.warehouse.backlog import MergeBacklog
from core.workers import RunState
from tests.support.moments import NOW, moment
from tests.support.panes import CONSUMING, LOSING, WAITING, history
from tests.unit.tui.drawing import drawn, frame, roles_of
from tui.views.consumer import consumer


def test_before_the_first_start_it_says_which_key_starts_it() -> None:
    assert "press s to start" in drawn(consumer, moment(), 70, 14)


def test_the_board_shows_both_rates_lag_latency_and_counts() -> None:
    shown = drawn(consumer, moment(consumer=CONSUMING, history=history()), 70, 14)
    for part in ("produced", "consumed", "now", "2:3", "p95 41 ms", "63,900", "100", "1 s ago"):
        assert part in shown


def test_what_it_waits_for_stands_on_top() -> None:
    shown = drawn(consumer, moment(consumer=WAITING, history=history()), 70, 14)
    assert shown.startswith("the warehouse does not answer\nfor 30 s; resumes automatically")


def test_what_ended_the_consumer_stands_on_top_with_the_way_out() -> None:
    failed = replace(
        WAITING, state=RunState.FAILED, error="no broker answers", hint="check that it runs"
    )
    shown = drawn(consumer, moment(consumer=failed, history=history()), 70, 14)
    first = "the consumer failed: no broker answers\ncheck that it runs\ns starts it again\n"
    assert shown.startswith(first)
    assert "resumes automatically" not in shown


def test_a_failed_merge_and_a_waiting_one_are_said_beside_a_consumer_that_runs() -> None:
    dead = MergeSnapshot(state=RunState.FAILED, error="no such table", hint="run setup")
    shown = drawn(consumer, moment(consumer=CONSUMING, merge=dead, history=history()), 70, 14)
    assert shown.startswith("the merge failed: no such table\nrun setup; [s] starts it again\n")
    away = MergeSnapshot(
        state=RunState.WAITING, waiting_for="away", since=NOW - timedelta(seconds=40)
    )
    shown = drawn(consumer, moment(consumer=CONSUMING, merge=away, history=history()), 70, 14)
    assert shown.startswith("the merge waits: away\nfor 40 s; resumes automatically\n")


def test_the_full_view_tells_state_backlog_and_age_of_the_merge() -> None:
    merge = MergeSnapshot(
        state=RunState.RUNNING,
        last_merge=NOW - timedelta(seconds=2),
        backlog=MergeBacklog(1_234, NOW - timedelta(seconds=70)),
    )
    now = moment(consumer=CONSUMING, merge=merge, history=history())
    shown = drawn(consumer, now, 116, 31, full=True)
    assert "running · 1,234 wait for 1 m 10 s" in shown


def test_lost_offsets_are_said_aloud_in_any_room() -> None:
    for width, height, full in ((70, 14, False), (116, 31, True), (36, 10, True)):
        lines = consumer(
            moment(consumer=LOSING, history=history()), frame(width, height, full=full)
        )
        assert roles_of(lines, "LOST") == {"bad"}


def test_a_commit_that_fails_is_said() -> None:
    now = moment(consumer=LOSING, history=history())
    assert "commit failed" in drawn(consumer, now, 80, 14)
    assert "coordinator not available" in drawn(consumer, now, 116, 31, full=True)


def test_the_full_view_has_lag_latency_partitions_and_dead_letters_by_reason() -> None:
    states = {0: PartitionState.OK, 2: PartitionState.STALL}
    now = moment(consumer=CONSUMING, history=history(), states=states)
    shown = drawn(consumer, now, 116, 31, full=True)
    for part in ("lag, records", "latency, ms", "p99", "next offset", "16,002", "STALL"):
        assert part in shown
    assert "invalid_json   60" in shown
    assert "out_of_range   40" in shown


def test_what_does_not_fit_is_counted() -> None:
    many = ConsumerSnapshot(state=RunState.RUNNING, lag=dict.fromkeys(range(64), 1))
    now = moment(consumer=many, history=history())
    assert " more" in drawn(consumer, now, 76, 19, full=True)


def test_records_that_nobody_reads_come_with_the_key_that_stores_them() -> None:
    waiting = moment(watch=Reading(Watch(lag={0: 444}), NOW, 0.01), history=history())
    said = "records waiting in the topic: s starts consuming"
    for full in (False, True):
        assert said in drawn(consumer, waiting, 76, 19, full=full)
    by_others = replace(waiting, external=ExternalActivity(consumed=5.0))
    assert said not in drawn(consumer, by_others, 76, 19)
    assert said not in drawn(consumer, replace(waiting, consumer=CONSUMING), 76, 19)
