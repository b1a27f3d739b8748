"""Questions one after another, the newest first; what is under way is ended for it."""

from threading import Event

import pytest

from core import threads
from core.clock import SystemClock
from core.errors import CancelledError, UsageError
from core.operations.asker import Asker
from tests.support.waiting import wait_until


class Long:
    """Work that lasts until it is ended."""

    def __init__(self) -> None:
        self.began, self.end = Event(), Event()

    def work(self) -> str:
        self.began.set()
        assert self.end.wait(20)
        raise CancelledError("ended")


@pytest.fixture
def asker():
    made: Asker[str] = Asker("asker", SystemClock())
    yield made
    made.close()
    made.join(5)


def settled(asker: Asker[str]) -> None:
    wait_until(lambda: not asker.latest.running)


def test_an_answer_tells_which_question_it_is_of(asker):
    assert asker.latest.number == 0
    number = asker.ask(lambda: "one")
    settled(asker)
    assert (asker.latest.answered, asker.latest.result) == (number, "one")
    assert asker.latest.at is not None


def test_a_new_question_ends_the_one_under_way_and_only_the_newest_is_told(asker):
    first, second, ended = Long(), Long(), Event()
    asker.ask(first.work, ended.set)  # it does not end before the third one is asked
    assert first.began.wait(20)
    asker.ask(second.work, second.end.set)
    third = asker.ask(lambda: "three")
    assert ended.wait(20)
    first.end.set()
    settled(asker)
    assert not second.began.is_set()
    assert (asker.latest.answered, asker.latest.result, asker.latest.error) == (third, "three", "")


def test_cancelling_ends_the_work_and_keeps_what_was_found_before(asker):
    asker.ask(lambda: "before")
    settled(asker)
    long = Long()
    asker.ask(long.work, long.end.set)
    assert long.began.wait(20)
    assert asker.cancel()
    settled(asker)
    assert (asker.latest.result, asker.latest.answered, asker.latest.error) == (
        "before",
        1,
        "ended",
    )
    assert not asker.cancel()


def test_an_end_that_came_too_early_is_asked_for_again(asker):
    """A statement may be on its way to the server when it is cancelled."""
    long, calls = Long(), []

    def end() -> None:
        calls.append(1)
        if len(calls) > 1:
            long.end.set()

    asker.ask(long.work, end)
    assert long.began.wait(20)
    asker.cancel()
    settled(asker)
    assert len(calls) >= 2


def test_an_error_of_ours_is_told_with_its_hint(asker):
    def fail() -> str:
        raise UsageError("wrong", hint="write it otherwise")

    asker.ask(fail)
    settled(asker)
    assert (asker.latest.error, asker.latest.hint) == ("wrong", "write it otherwise")
    asker.ask(lambda: "right")
    settled(asker)
    assert (asker.latest.error, asker.latest.result) == ("", "right")


@pytest.mark.threads_fail
def test_a_defect_is_reported_and_the_next_question_is_answered(asker):
    def fail() -> str:
        raise ZeroDivisionError

    asker.ask(fail)
    settled(asker)
    assert "internal error" in asker.latest.error
    wait_until(threads.failures)
    asker.ask(lambda: "right")
    settled(asker)
    assert asker.latest.result == "right"


def test_parts_of_an_answer_and_progress_are_shown_before_it_is_whole(asker):
    seen, go = Event(), Event()

    def work() -> str:
        asker.show("half")
        asker.tell(5, 10)
        seen.set()
        assert go.wait(20)
        return "whole"

    number = asker.ask(work)
    assert seen.wait(20)
    now = asker.latest
    assert (now.result, now.answered, now.done, now.total, now.running) == (
        "half",
        number,
        5,
        10,
        True,
    )
    go.set()
    settled(asker)
    assert asker.latest.result == "whole"


def test_nothing_is_answered_after_the_end(asker):
    asker.ask(lambda: "one")
    settled(asker)
    asker.close()
    asker.join(5)
    asker.ask(lambda: "two")
    assert asker.latest.result == "one"
