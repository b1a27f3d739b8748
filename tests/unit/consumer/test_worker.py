"""How long a consumer that fails again and again goes on: by how long it has failed in a row."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

from core.consumer.options import ConsumeOptions
from core.consumer.snapshot import ConsumerSnapshot
from core.consumer.worker import ConsumerWorker
from core.errors import BrokerError
from core.workers import RunState
from tests.support.decoding import ORDERS

START = datetime(2026, 1, 1, tzinfo=UTC)
LIMIT_S = 30


class Course:
    """Time that passes where the test says so; what the worker shows when it waits."""

    def __init__(self) -> None:
        self.second = 0.0
        self.looks: list[ConsumerSnapshot] = []
        self.look: Callable[[], ConsumerSnapshot] | None = None

    def now(self) -> datetime:
        return START + timedelta(seconds=self.second)

    def monotonic(self) -> float:
        return self.second

    def wait(self, event: Event, seconds: float) -> bool:
        self.second += seconds
        if self.look is not None:
            self.looks.append(self.look())
        return event.is_set()


class Passing:
    """A session that fails after so many seconds, having read for as long or not at all."""

    def __init__(self, course: Course, seconds: float, *, reads: bool) -> None:
        self._course, self._seconds = course, seconds
        self.reading_since = course.second if reads else None

    def run(self) -> None:
        self._course.second += self._seconds
        raise BrokerError("no broker answers", hint="", transient=True)


class Scripted(ConsumerWorker):
    """A consumer whose sessions go as the test says; the next one fails for good."""

    script: list[Passing]

    def _loop(self) -> Any:
        if not self.script:
            raise BrokerError("the end of the test", hint="", transient=False)
        return self.script.pop(0)


class Silent:
    """A broker that nobody asks anything."""

    label, bootstrap_servers, backlog_limit_bytes = "kafka", "nowhere:1", None


def run(*lasting: float, reads: bool = False) -> tuple[ConsumerWorker, Course]:
    course = Course()
    options = ConsumeOptions("t", "g", give_up_after_s=LIMIT_S)
    worker = Scripted(Silent(), None, options, ORDERS, clock=course)
    worker.script = [Passing(course, seconds, reads=reads) for seconds in lasting]
    course.look = worker.snapshot
    worker.start()
    assert worker.join(20)
    return worker, course


def test_it_gives_up_once_it_has_failed_for_the_whole_limit() -> None:
    worker, course = run(*[2.0] * 100)
    assert "no broker answers" in str(worker.error)
    assert LIMIT_S <= course.second <= LIMIT_S + 5


def test_a_failure_after_a_long_sound_time_is_not_the_last() -> None:
    """An idle topic gives no progress to count: an hour between two failures proves soundness."""
    worker, _course = run(1.0, 3_600.0, 1.0, 3_600.0, 1.0, reads=True)
    assert "the end of the test" in str(worker.error)


def test_an_attempt_that_takes_longer_than_the_limit_proves_nothing() -> None:
    worker, _course = run(LIMIT_S + 1.0, LIMIT_S + 1.0, 1.0)
    assert "no broker answers" in str(worker.error)


def test_it_says_since_when_it_waits_over_all_its_attempts() -> None:
    _worker, course = run(*[1.0] * 8)
    waited = [look for look in course.looks if look.state is RunState.WAITING]
    assert len(waited) == 8
    assert {look.waiting_since for look in waited} == {START + timedelta(seconds=1)}
