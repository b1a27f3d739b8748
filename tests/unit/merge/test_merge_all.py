"""Merging until nothing is new, a second between two looks, and once more at the end."""

from threading import Event

from core.errors import WarehouseError
from core.merge.worker import MergeWorker, merge_all
from core.warehouse.backlog import MergeBacklog
from core.warehouse.model import MergeResult
from core.workers import RunState
from tests.support.consuming import HandClock


class Runs:
    """A warehouse whose merges are listed; then nothing is new."""

    def __init__(self, *runs, stop=None, after=99):
        self._runs = list(runs)
        self._stop = stop
        self._after = after
        self.asked = 0
        self.waiting = 0

    def merge_backlog(self):
        return MergeBacklog(self.waiting)

    def merge(self):
        self.asked += 1
        if self._stop is not None and self.asked == self._after:
            self._stop()
        run = self._runs.pop(0) if self._runs else MergeResult()
        if isinstance(run, Exception):
            raise run
        return run


def test_runs_are_added_up_until_nothing_is_new():
    warehouse = Runs(
        MergeResult(inserted=3, updated=1, duration_s=0.5, delay_s=2.0),
        MergeResult(stale=1, quarantined=2, duration_s=0.25, delay_s=1.0),
    )
    total = merge_all(warehouse, Event())
    assert (total.inserted, total.updated, total.stale, total.quarantined) == (3, 1, 1, 2)
    assert (total.duration_s, total.delay_s) == (0.75, 2.0)
    assert warehouse.asked == 3


def test_a_run_that_took_only_what_is_stale_is_followed_by_another():
    warehouse = Runs(MergeResult(stale=1), MergeResult(quarantined=1), MergeResult(updated=1))
    assert merge_all(warehouse, Event()).taken == 3


def test_it_ends_beside_a_stream_that_never_does():
    warehouse = Runs(*[MergeResult(inserted=4)] * 50)
    warehouse.waiting = 6
    assert merge_all(warehouse, Event()).inserted == 12
    assert warehouse.asked == 3  # the first, and those that bring what waited after it


def test_a_stop_ends_it_between_two_runs():
    stop = Event()
    warehouse = Runs(*[MergeResult(inserted=1)] * 5, stop=stop.set, after=2)
    assert merge_all(warehouse, stop).inserted == 2
    assert warehouse.asked == 2
    assert merge_all(warehouse, stop) == MergeResult()


class Paced(HandClock):
    """A clock that stops the worker after some waits."""

    def __init__(self, most):
        super().__init__()
        self._most = most
        self.worker = None

    def wait(self, event, seconds):
        if len(self.waits) + 1 >= self._most:
            self.worker.stop()
        return super().wait(event, seconds)


def worked(*runs, waits, interval_s=None, waiting=0):
    clock = Paced(waits)
    warehouse = Runs(*runs)
    warehouse.waiting = waiting
    every = {} if interval_s is None else {"interval_s": interval_s}
    worker = MergeWorker(warehouse, clock=clock, **every)
    clock.worker = worker
    worker.start()
    assert worker.join(10)
    return worker, warehouse, clock


def test_it_looks_every_second_and_once_more_at_the_end():
    worker, warehouse, clock = worked(waits=3)
    assert clock.waits == [1.0, 1.0, 1.0]
    assert warehouse.asked == 4
    assert worker.error is None
    _worker, _warehouse, clock = worked(waits=2, interval_s=5.0)
    assert clock.waits == [5.0, 5.0]


def test_what_came_after_the_last_look_is_merged_at_the_end():
    nothing = MergeResult()
    worker, warehouse, _clock = worked(nothing, MergeResult(inserted=4), waits=1)
    assert worker.snapshot().total.inserted == 4
    assert warehouse.asked == 3


def test_what_came_during_a_run_waits_for_the_next_look():
    runs = [MergeResult(inserted=4)] * 3
    worker, warehouse, _clock = worked(*runs, waits=2, waiting=3)
    assert worker.snapshot().total.inserted == 12
    assert warehouse.asked == 4  # one a look; the last one, and that nothing is left, at the end


def test_a_run_that_leaves_as_much_as_it_took_is_followed_at_once():
    runs = [MergeResult(inserted=4)] * 3
    worker, warehouse, _clock = worked(*runs, waits=1, waiting=4)
    assert worker.snapshot().total.inserted == 12
    assert warehouse.asked == 5  # all at the first look, and that nothing is left, twice


def test_the_snapshot_tells_the_sum_the_last_one_and_how_many():
    nothing = MergeResult()
    first, second = MergeResult(inserted=3, delay_s=9.0), MergeResult(updated=2, delay_s=1.0)
    worker, _warehouse, _clock = worked(first, nothing, nothing, second, nothing, waits=4)
    seen = worker.snapshot()
    assert (seen.total.inserted, seen.total.updated) == (3, 2)
    assert seen.last.updated == 2
    assert seen.last.delay_s == 1.0
    assert seen.runs == 2


def test_while_it_works_it_says_that_it_runs():
    states = []
    clock = Paced(3)
    warehouse = Runs(MergeResult(inserted=1), stop=lambda: states.append(worker.snapshot().state))
    warehouse._after = 3
    worker = MergeWorker(warehouse, clock=clock)
    clock.worker = worker
    worker.start()
    assert worker.join(10)
    assert states == [RunState.RUNNING]


def test_before_it_took_anything_nothing_is_counted():
    clock = HandClock()
    worker = MergeWorker(Runs(), clock=clock)
    assert worker.snapshot().state is RunState.IDLE
    assert (worker.snapshot().total, worker.snapshot().runs) == (MergeResult(), 0)


def test_a_failure_that_passes_costs_one_wait(caplog):
    away = WarehouseError("away", transient=True)
    worker, _warehouse, clock = worked(away, MergeResult(inserted=1), waits=2)
    assert worker.error is None
    assert worker.snapshot().total.inserted == 1
    assert [one.reason for one in caplog.records] == ["away"]
    assert clock.waits == [1.0, 1.0]
