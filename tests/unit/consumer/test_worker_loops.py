"""A consumer starts again after what passes, gives up after what lasts, and says which."""

import pytest

from core.consumer.options import ConsumeOptions
from core.consumer.worker import ConsumerWorker
from core.errors import BrokerError, UsageError
from core.workers import RunState
from tests.support.consuming import (
    GROUP,
    TOPIC,
    HandClock,
    MemoryBroker,
    MemoryTopic,
    MemoryWarehouse,
)
from tests.support.decoding import ORDERS


class Sessions(ConsumerWorker):
    """A consumer whose sessions end as told, and then cleanly. stored: counted by each of them."""

    reading_since = None

    def __init__(self, *outcomes, give_up_after_s=10.0, stored=0):
        self.clock = HandClock()
        self.begun = 0
        self.seen = []
        self._outcomes = list(outcomes)
        self._stored = stored
        options = ConsumeOptions(TOPIC, GROUP, give_up_after_s=give_up_after_s)
        super().__init__(
            MemoryBroker(MemoryTopic(3)), MemoryWarehouse(), options, ORDERS, clock=self.clock
        )

    def _loop(self):
        return self

    def run(self):
        self.begun += 1
        self.seen.append(self.snapshot())
        self._counters._inserted += self._stored
        outcome = self._outcomes.pop(0) if self._outcomes else None
        if outcome is not None:
            self.clock.seconds += 1
            raise outcome

    def to_the_end(self):
        self.start()
        assert self.join(20)
        return self


AWAY = BrokerError("away", transient=True)


def test_a_session_that_ends_by_itself_ends_the_consumer():
    worker = Sessions().to_the_end()
    assert (worker.begun, worker.error) == (1, None)
    assert worker.snapshot().state is RunState.STOPPED
    assert worker.clock.waits == []


def test_what_passes_is_tried_again_a_second_later(caplog):
    worker = Sessions(AWAY, AWAY).to_the_end()
    assert (worker.begun, worker.error) == (3, None)
    assert worker.clock.waits == [1.0, 1.0]
    states = [(seen.state, seen.waiting_for) for seen in worker.seen]
    assert states[1:] == [(RunState.WAITING, "away")] * 2
    assert worker.snapshot().state is RunState.STOPPED
    said = [(one.message, one.reason) for one in caplog.records]
    assert said == [("consumer starts again", "away")], "once an outage, not every second of it"


def test_each_new_reason_is_said(caplog):
    other = BrokerError("elsewhere", transient=True)
    Sessions(AWAY, AWAY, other, AWAY).to_the_end()
    assert [one.reason for one in caplog.records] == ["away", "elsewhere", "away"]


def test_one_that_read_for_the_whole_limit_counts_its_failures_from_its_end():
    class Sound(Sessions):
        def run(self):
            self.reading_since = self.clock.seconds
            self.clock.seconds += 10.0
            super().run()

    worker = Sound(*[AWAY] * 30).to_the_end()
    assert (worker.begun, worker.error) == (31, None)


def test_one_that_read_for_less_does_not():
    class Short(Sessions):
        def run(self):
            self.reading_since = self.clock.seconds
            self.clock.seconds += 5.0
            super().run()

    assert Short(*[AWAY] * 30).to_the_end().error is AWAY


def test_what_does_not_pass_ends_it():
    refused = BrokerError("refused")
    worker = Sessions(refused).to_the_end()
    assert worker.error is refused
    assert worker.begun == 1
    assert worker.snapshot().state is RunState.FAILED


@pytest.mark.threads_fail
def test_a_defect_of_ours_ends_it_too():
    worker = Sessions(ZeroDivisionError()).to_the_end()
    assert isinstance(worker.error, ZeroDivisionError)
    assert (worker.begun, worker.snapshot().state) == (1, RunState.FAILED)


def test_it_gives_up_when_failures_last():
    worker = Sessions(*[AWAY] * 99).to_the_end()
    assert worker.error is AWAY
    # The first failure comes after one second, each later one two seconds after the last.
    assert worker.begun == 6


def test_failures_between_which_something_was_stored_do_not_add_up():
    worker = Sessions(*[AWAY] * 30, stored=1).to_the_end()
    assert (worker.begun, worker.error) == (31, None)
    stuck = Sessions(*[AWAY] * 30, stored=0).to_the_end()
    assert stuck.error is AWAY


def test_without_a_limit_it_tries_on():
    worker = Sessions(*[AWAY] * 200, give_up_after_s=None).to_the_end()
    assert (worker.begun, worker.error) == (201, None)


def test_a_stop_ends_the_trying():
    worker = Sessions(*[AWAY] * 99)
    worker.stop()
    worker.to_the_end()
    assert (worker.begun, worker.clock.waits) == (1, [])
    assert worker.error is AWAY
    later = Sessions(*[AWAY] * 99)
    wait = later.clock.wait

    def stop_while_it_waits(event, seconds):
        later.stop()
        return wait(event, seconds)

    later.clock.wait = stop_while_it_waits
    later.to_the_end()
    assert (later.begun, later.error) == (1, AWAY)


def test_what_ends_it_counts_from_its_start():
    worker = Sessions().to_the_end()
    assert not worker._stop_condition._finish.is_set()
    asked = ConsumerWorker(
        MemoryBroker(MemoryTopic(3)),
        MemoryWarehouse(),
        ConsumeOptions(TOPIC, GROUP, until_caught_up=True),
        ORDERS,
        clock=HandClock(),
    )
    asked._loop = lambda: worker  # one that ends at once
    asked.start()
    assert asked.join(20)
    assert asked._stop_condition._finish.is_set()


def test_finish_reaches_the_ending():
    worker = Sessions()
    worker.finish()
    assert worker._stop_condition._finish.is_set()


def test_a_session_is_made_of_what_the_worker_has():
    worker = ConsumerWorker(
        MemoryBroker(MemoryTopic(3)), MemoryWarehouse(), ConsumeOptions(TOPIC, GROUP), ORDERS
    )
    session = worker._loop()
    assert session._counters is worker._counters
    assert session._stop_condition is worker._stop_condition
    assert session._life is worker._life


@pytest.mark.parametrize("limit", [0, -1])
def test_options_that_read_nothing_are_refused(limit):
    with pytest.raises(UsageError):
        ConsumeOptions(TOPIC, GROUP, limit=limit)
