"""Whose work it is, even when a run of ours begins and ends between two looks."""

from dataclasses import replace
from datetime import timedelta

from core.consumer.snapshot import ConsumerSnapshot
from core.operations.explorer import Explored
from core.operations.poller import Reading
from core.operations.recorder import Recorder
from core.operations.replay_result import ReplayResult
from core.operations.task import TaskSnapshot
from core.operations.watchers import Watch
from core.producer.snapshot import ProducerSnapshot
from core.workers import RunState
from tests.support.moments import NOW, moment

BUSY = Reading(Watch(produced=1_000.0, consumed=900.0), NOW)


class HandClock:
    def __init__(self):
        self.seconds = 100.0

    def monotonic(self):
        return self.seconds

    def now(self):
        return NOW + timedelta(seconds=self.seconds)


def test_the_echo_of_a_run_that_was_over_before_a_look_is_not_taken_for_others(settings):
    clock = HandClock()
    recorder = Recorder(settings, clock, keep=False)
    recorder.look(moment())
    clock.seconds += 1
    ended = moment(
        producer=ProducerSnapshot(state=RunState.STOPPED, sent=5_000),
        consumer=replace(ConsumerSnapshot(state=RunState.STOPPED), consumed=5_000),
        watch=BUSY,
    )
    for _second in range(11):
        recorder.look(ended)
        assert not recorder.latest.external.seen
        clock.seconds += 1
    recorder.look(ended)
    assert (recorder.latest.external.produced, recorder.latest.external.consumed) == (
        1_000.0,
        900.0,
    )


def test_dead_letters_that_we_replay_are_not_taken_for_those_of_others(settings):
    """Also where the replay began and ended between two looks."""
    clock = HandClock()
    recorder = Recorder(settings, clock, keep=False)
    recorder.look(moment())
    clock.seconds += 1
    done = replace(Explored(), replay=TaskSnapshot(result=ReplayResult(900, 900)))
    recorder.look(moment(explored=done, watch=BUSY))
    assert recorder.latest.external.produced is None
    clock.seconds += 11
    recorder.look(moment(explored=done, watch=BUSY))
    assert recorder.latest.external.produced == 1_000.0
