"""The merge loop: what it does, and what it tells of itself at each moment of its life."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Event
from typing import cast

import pytest

from core.clock import SystemClock
from core.errors import StorageError, WarehouseError
from core.merge.snapshot import MergeSnapshot
from core.merge.worker import MergeWorker, merge_all
from core.threads import failures
from core.warehouse.backlog import MergeBacklog
from core.warehouse.base import Warehouse
from core.warehouse.model import MergeResult
from core.workers import RunState
from tests.support.waiting import wait_until

Outcome = MergeResult | Exception | Event
AWAY = WarehouseError("away", transient=True)
BACKLOG = MergeBacklog(7, datetime(2026, 3, 1, tzinfo=UTC))


class Scripted:
    """A warehouse whose merges end as told, wait for an event, then find nothing."""

    def __init__(self, *outcomes: Outcome) -> None:
        self._outcomes: Iterator[Outcome] = iter(outcomes)

    def merge(self) -> MergeResult:
        outcome = next(self._outcomes, MergeResult())
        if isinstance(outcome, Event):
            outcome.wait(60)
            return self.merge()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def merge_backlog(self) -> MergeBacklog:
        return BACKLOG


def worker(*outcomes: Outcome) -> MergeWorker:
    made = MergeWorker(cast(Warehouse, Scripted(*outcomes)), interval_s=0.01)
    made.start()
    return made


def ended(merging: MergeWorker) -> MergeSnapshot:
    merging.stop()
    assert merging.join(20)
    return merging.snapshot()


def test_a_failure_that_passes_is_tried_again() -> None:
    merging = worker(AWAY, AWAY, MergeResult(inserted=3))
    wait_until(lambda: merging.snapshot().total.inserted == 3)
    last = ended(merging)
    assert merging.error is None
    assert (last.state, last.errors, last.waiting_for) == (RunState.STOPPED, 2, "")


@pytest.mark.parametrize("before", [[], [MergeResult(inserted=1), MergeResult()]])
def test_a_refusal_ends_it(before: list[MergeResult]) -> None:
    merging = worker(*before, WarehouseError("no such table"))
    merging.join()
    assert isinstance(merging.error, WarehouseError)
    assert merging.snapshot().total.inserted == (1 if before else 0)


def test_before_the_first_event_it_runs_and_before_its_start_it_is_idle() -> None:
    unborn = MergeWorker(cast(Warehouse, Scripted()))
    assert unborn.snapshot().state is RunState.IDLE
    merging = worker()
    wait_until(lambda: merging.snapshot().state is RunState.RUNNING)
    assert merging.snapshot().since is not None
    wait_until(lambda: merging.snapshot().last_merge is not None)
    assert (merging.snapshot().runs, merging.snapshot().backlog) == (0, BACKLOG)
    assert ended(merging).state is RunState.STOPPED


def test_the_totals_move_during_a_long_backlog() -> None:
    more = Event()
    merging = worker(MergeResult(inserted=5), MergeResult(updated=2), more, MergeResult(stale=1))
    wait_until(lambda: merging.snapshot().total.taken == 7)
    assert (merging.snapshot().runs, merging.snapshot().last.updated) == (2, 2)
    more.set()
    wait_until(lambda: merging.snapshot().total.taken == 8)
    ended(merging)


@pytest.mark.parametrize("error", [AWAY, WarehouseError("no such table")])
def test_an_error_in_mid_backlog_drops_no_counts(error: WarehouseError) -> None:
    merging = worker(MergeResult(inserted=5), error, MergeResult(inserted=1))
    wait_until(lambda: merging.snapshot().errors == 1)
    assert merging.snapshot().total.inserted >= 5
    ended(merging)


def test_a_dead_merge_says_so_with_its_reason_and_hint(caplog: pytest.LogCaptureFixture) -> None:
    merging = worker(StorageError("the disk is full", hint="make room"))
    merging.join(20)
    last = merging.snapshot()
    assert (last.state, last.error, last.hint) == (RunState.FAILED, "the disk is full", "make room")
    assert (last.errors, last.backlog) == (1, BACKLOG)
    assert [record.getMessage() for record in caplog.records] == ["the merge failed"]
    assert caplog.records[0].levelno == logging.ERROR
    assert vars(caplog.records[0])["reason"] == "the disk is full"


@pytest.mark.threads_fail
def test_what_nobody_expected_is_said_too(caplog: pytest.LogCaptureFixture) -> None:
    merging = worker(ValueError("odd\x1b[31m"))
    merging.join(20)
    last = merging.snapshot()
    assert last.state is RunState.FAILED
    assert last.error.startswith("internal error: ValueError: odd\ufffd[31m (core/merge/")
    assert "thread merge failed: odd\ufffd[31m" in caplog.text
    assert [one.thread for one in failures()] == ["merge"]


def test_while_it_waits_it_says_for_what_once_and_that_it_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    gate = Event()
    merging = worker(AWAY, AWAY, AWAY, gate, MergeResult(inserted=1))
    wait_until(lambda: merging.snapshot().errors == 3)
    waiting = merging.snapshot()
    assert (waiting.state, waiting.waiting_for) == (RunState.WAITING, "away")
    gate.set()
    wait_until(lambda: merging.snapshot().state is RunState.RUNNING)
    assert merging.snapshot().waiting_for == ""
    ended(merging)
    told = [record.getMessage() for record in caplog.records]
    assert told == ["the merge waits", "the merge resumes"]


def test_each_run_of_a_backlog_is_told_at_once() -> None:
    told: list[int] = []
    warehouse = Scripted(MergeResult(inserted=2), MergeResult(inserted=3), WarehouseError("gone"))
    with pytest.raises(WarehouseError):
        merge_all(cast(Warehouse, warehouse), Event(), lambda run: told.append(run.taken))
    assert told == [2, 3]


class SkippingClock(SystemClock):
    """The machine's clock, on which no wait takes any time: it is only counted."""

    def __init__(self) -> None:
        self.waited_s = 0.0

    def monotonic(self) -> float:
        return self.waited_s

    def wait(self, event: Event, seconds: float) -> bool:
        self.waited_s += seconds
        return event.wait(0.001)


def ending(clock: SkippingClock, *outcomes: Outcome) -> MergeWorker:
    """Return a worker that has come to its end with these outcomes before it."""
    reached, go_on = Event(), Event()

    class Gated(Scripted):
        def merge(self) -> MergeResult:
            if not reached.is_set():
                reached.set()
                go_on.wait(20)
                return MergeResult()
            return super().merge()

    merging = MergeWorker(cast(Warehouse, Gated(*outcomes)), give_up_after_s=30, clock=clock)
    merging.start()
    assert reached.wait(20)
    clock.waited_s = 0
    merging.stop()
    go_on.set()
    assert merging.join(20)
    return merging


def test_at_the_end_too_a_failure_that_passes_is_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    merging = ending(SkippingClock(), MergeResult(inserted=1), AWAY, AWAY, MergeResult(inserted=3))
    last = merging.snapshot()
    assert (merging.error, last.state) == (None, RunState.STOPPED)
    assert (last.total.inserted, last.errors, last.waiting_for) == (4, 2, "")
    told = [record.getMessage() for record in caplog.records]
    assert told == ["the merge waits", "the merge resumes"]


def test_at_the_end_a_failure_that_lasts_ends_it_after_a_while() -> None:
    clock = SkippingClock()
    merging = ending(clock, *[AWAY] * 100)
    assert merging.error is AWAY
    assert 30 <= clock.waited_s < 30 + 10 + 1  # and the longest wait, and the interval
    assert merging.snapshot().state is RunState.FAILED


def test_at_the_end_each_outage_has_its_own_time() -> None:
    clock = SkippingClock()
    away = [AWAY] * 7  # 0.2 to 10 s apart: at least 11 s
    outages = [one for number in range(1, 5) for one in (*away, MergeResult(inserted=number))]
    merging = ending(clock, *outages)
    assert clock.waited_s > 30
    assert (merging.error, merging.snapshot().total.inserted) == (None, 10)


def test_at_the_end_what_does_not_pass_is_raised_at_once() -> None:
    clock, refusal = SkippingClock(), WarehouseError("no such table")
    assert ending(clock, refusal, MergeResult(inserted=1)).error is refusal
    assert clock.waited_s <= 1  # the interval
