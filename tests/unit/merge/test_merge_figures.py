"""The figures of the merge: runs that took events, failures, and how long the oldest has waited."""

from datetime import timedelta

from core.merge.snapshot import MergeFigures, MergeSnapshot
from core.warehouse.model import MergeResult
from core.workers import RunState
from tests.support.consuming import START, HandClock


def test_before_anything_nothing_is_known():
    first = MergeFigures(HandClock()).latest
    assert first == MergeSnapshot()
    assert (first.state, first.runs, first.errors) == (RunState.IDLE, 0, 0)
    assert (first.waiting_for, first.error, first.hint) == ("", "", "")
    assert (first.since, first.last_merge, first.backlog) == (None, None, None)
    assert first.delay_s(START) is None


def test_runs_that_took_events_are_added_up():
    clock = HandClock()
    figures = MergeFigures(clock)
    figures.took(MergeResult(inserted=3, delay_s=9.0))
    clock.seconds += 1
    figures.took(MergeResult(updated=2, delay_s=1.0))
    seen = figures.latest
    assert (seen.total.inserted, seen.total.updated, seen.runs) == (3, 2, 2)
    assert (seen.last.updated, seen.last_merge) == (2, clock.now())
    assert seen.delay_s(START) == 1.0
    clock.seconds += 1
    figures.took(MergeResult())
    idle = figures.latest
    assert idle.last_merge == START + timedelta(seconds=2)
    assert (idle.total, idle.last, idle.runs) == (seen.total, seen.last, 2)


def test_failures_are_counted_and_those_that_pass_are_said_until_it_goes_on():
    figures = MergeFigures(HandClock())
    figures.failed("away", passes=True)
    assert (figures.latest.errors, figures.latest.waiting_for) == (1, "away")
    figures.failed("refused", passes=False)
    assert (figures.latest.errors, figures.latest.waiting_for) == (2, "")
    figures.failed("away", passes=True)
    figures.took(MergeResult())
    assert (figures.latest.errors, figures.latest.waiting_for) == (3, "")


def test_a_backlog_that_is_known_tells_the_age_itself():
    class Backlog:
        def age_s(self, now):
            return (now - START).total_seconds()

    seen = MergeSnapshot(last=MergeResult(inserted=1, delay_s=5.0), backlog=Backlog())
    assert seen.delay_s(START + timedelta(seconds=77)) == 77
