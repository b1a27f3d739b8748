"""A task runs one thing at a time, whoever starts, cancels and ends it at the same moment."""

from threading import Barrier, Event, Thread

import pytest

from core.clock import SystemClock
from core.operations.poller import Poller
from core.operations.task import Task
from core.threads import failures
from tests.support.waiting import wait_until


class MeetingClock(SystemClock):
    """Whoever asks for the time meets the other who asks for it."""

    def __init__(self) -> None:
        self._meeting = Barrier(2, timeout=10)

    def monotonic(self) -> float:
        self._meeting.wait()
        return super().monotonic()


def test_of_two_starts_at_once_one_runs() -> None:
    task: Task[None] = Task("t", MeetingClock())
    go, runs, started = Event(), [], []

    def work() -> None:
        runs.append(1)
        go.wait(10)

    callers = [Thread(target=lambda: started.append(task.run(work))) for _ in range(2)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    go.set()
    assert task.join(10)
    assert sorted(started) == [False, True]
    assert runs == [1]


class LateEvent(Event):
    """Whoever sets it is held up until the task has had time to end."""

    task: Task[None]

    def set(self) -> None:
        super().set()
        self.task.join(0.2)


def test_a_cancel_that_meets_the_end_brings_nothing_back() -> None:
    task: Task[None] = Task("t", SystemClock())
    task.stop = stop = LateEvent()
    stop.task = task

    def work() -> None:
        stop.wait(10)

    assert task.run(work)
    canceller = Thread(target=task.cancel)
    canceller.start()
    canceller.join()
    assert task.join(10)
    assert (task.latest.running, task.latest.cancelling) == (False, False)


def test_a_closed_task_starts_nothing() -> None:
    task: Task[int] = Task("t", SystemClock())
    assert task.run(lambda: 1)
    assert task.join(10)
    task.close()
    assert not task.run(lambda: 2)
    assert task.latest.result == 1


def test_where_no_thread_can_be_had_the_task_is_free_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    task: Task[int] = Task("t", SystemClock())

    def refused(_thread: Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(Thread, "start", refused)
        with pytest.raises(RuntimeError):
            task.run(lambda: 1)
    assert not task.latest.running
    assert task.run(lambda: 2)
    assert task.join(10)
    assert task.latest.result == 2


def test_a_stopped_poller_does_not_begin() -> None:
    taken: list[int] = []
    poller = Poller("p", lambda: taken.append(1), 0.0, SystemClock())
    poller.stop()
    poller.start()
    assert poller.join(10)
    assert taken == []


def test_a_poller_begins_once() -> None:
    taken: list[int] = []
    poller = Poller("p", lambda: taken.append(1), 0.0, SystemClock())
    for _time in range(3):
        poller.start()
    wait_until(lambda: taken)
    poller.stop()
    assert poller.join(10)


def test_a_reading_whose_source_is_closed_at_the_end_is_no_defect() -> None:
    begun, closed = Event(), Event()

    def take() -> None:
        begun.set()
        closed.wait(10)
        raise RuntimeError("Consumer closed")

    poller = Poller("p", take, 0.0, SystemClock())
    poller.start()
    assert begun.wait(10)
    poller.stop()
    closed.set()
    assert poller.join(10)
    assert failures() == ()
