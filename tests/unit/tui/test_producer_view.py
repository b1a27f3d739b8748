"""What the producer pane says in each state."""

from dataclasses import replace

from core.jobs.produce import Options
from core.operations.snapshot import ExternalActivity
from core.workers import RunState
from tests.support.moments import moment
from tests.support.panes import BROKEN, FAULTY, HELD, RUNNING, history
from tests.unit.tui.drawing import drawn, frame, roles_of
from tui.views.producer import planned, producer


def test_before_the_first_start_it_says_what_a_start_would_publish() -> None:
    plan = Options(mode="stream", rate=0.0, limit=500, poison=0.1)
    shown = drawn(lambda now, room: producer(now, room, plan), moment(), 80, 7)
    assert "press s to start, o for options" in shown
    assert "made-up events · unlimited · steady · 500 orders · with faults" in shown
    assert planned(Options(), frame(80, 7)) == "orders.csv · 10/s · steady"


def test_it_says_when_others_publish() -> None:
    shown = drawn(producer, moment(external=ExternalActivity(produced=120.0)), 60, 7)
    assert "others publish 120/s" in shown


def test_actual_rate_stands_beside_the_target() -> None:
    past = history(20)
    past = (*past[:-1], replace(past[-1], produced=1_204.0))
    shown = drawn(producer, moment(producer=RUNNING, history=past), 60, 7)
    assert "1,204/s  of 1,200/s" in shown
    assert "64 %" in shown
    flat_out = replace(RUNNING, rate_target=0.0)
    assert "unlimited" in drawn(producer, moment(producer=flat_out), 60, 7)
    ended = replace(RUNNING, state=RunState.STOPPED)
    assert "on average" in drawn(producer, moment(producer=ended), 60, 7)


def test_what_holds_it_back_is_amber_and_tells_since_when() -> None:
    for size in ((33, 6), (116, 31)):
        lines = producer(moment(producer=HELD), frame(*size, full=size[0] > 100))
        assert roles_of(lines, "broker full") == {"wait"}
        assert "12 s" in "\n".join(entry.text for entry in lines)


def test_failures_are_red_and_push_out_what_is_only_nice_to_know() -> None:
    lines = producer(moment(producer=FAULTY), frame(33, 5))
    assert roles_of(lines, "message too large") == {"bad"}
    lines = producer(moment(producer=BROKEN), frame(33, 4))
    assert roles_of(lines, "no broker for 30 seconds") == {"bad"}
    assert "check that it runs" in lines[-1].text


def test_the_full_view_lists_faults_key_and_rejected_rows() -> None:
    shown = drawn(producer, moment(producer=FAULTY, history=history()), 116, 31, full=True)
    assert "12 duplicates · 5 late · 3 poison" in shown
    assert "data/injected/run.jsonl" in shown
    assert "line 2" in shown
    assert "more are in the log" in shown
    assert "published per second" in shown


def test_what_failed_is_seen_where_there_is_no_room_for_all_counts() -> None:
    late = replace(RUNNING, sent=1_627, acked=1_625, failed=2)
    shown = drawn(producer, moment(producer=late), 24, 7)
    assert "failed 2" in shown
    assert "acked 1" in shown


def test_after_a_run_the_options_of_the_next_one_are_seen() -> None:
    plan = Options(mode="stream", rate=12.0)
    ended = replace(RUNNING, state=RunState.STOPPED)
    shown = drawn(lambda now, room: producer(now, room, plan), moment(producer=ended), 60, 7)
    assert "next: made-up events · 12/s · steady" in shown
    shown = drawn(lambda now, room: producer(now, room, plan), moment(producer=RUNNING), 60, 7)
    assert "next:" not in shown
