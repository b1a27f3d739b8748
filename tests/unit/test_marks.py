"""Marks are found in what changed from one moment to the next."""

from datetime import timedelta

from core.alerts.model import Alert, Level
from core.consumer.snapshot import ConsumerSnapshot
from core.operations.history import KEPT
from core.operations.mark import Mark, MarkKind
from core.operations.marks import Marks
from core.operations.task import TaskSnapshot
from core.producer.snapshot import ProducerSnapshot
from core.validation.model import Status, ValidationResult
from core.workers import RunState
from tests.support.moments import NOW, moment


def test_starts_stops_failures_alerts_and_checks_are_marked_once():
    marks = Marks()
    alert = Alert("lag", Level.BAD, Level.BAD, "many", NOW)
    checked = TaskSnapshot(result=ValidationResult(NOW, Status.PASS, (), 1.0))

    def see(second, producer, consumer, **changes):
        marks.see(
            moment(
                at=NOW + timedelta(seconds=second),
                producer=ProducerSnapshot(state=producer),
                consumer=ConsumerSnapshot(state=consumer),
                **changes,
            )
        )

    see(0, RunState.IDLE, RunState.IDLE)
    assert marks.latest == ()
    see(1, RunState.RUNNING, RunState.STARTING)
    see(2, RunState.PAUSED, RunState.RUNNING, alerts=(alert,))
    see(3, RunState.STOPPED, RunState.FAILED, alerts=(alert,), validation=checked)
    see(4, RunState.STOPPED, RunState.FAILED, alerts=(alert,), validation=checked)
    after = [NOW + timedelta(seconds=second) for second in range(5)]
    assert set(marks.latest) == {
        Mark(after[1], MarkKind.STARTED, "producer"),
        Mark(after[1], MarkKind.STARTED, "consumer"),
        Mark(NOW, MarkKind.ALERTED, "lag"),
        Mark(after[3], MarkKind.STOPPED, "producer"),
        Mark(after[3], MarkKind.FAILED, "consumer"),
        Mark(NOW, MarkKind.CHECKED),
    }
    assert list(marks.latest) == sorted(marks.latest, key=lambda mark: mark.at)


def test_marks_are_kept_as_long_as_the_history():
    marks = Marks()
    marks.see(moment(producer=ProducerSnapshot(state=RunState.RUNNING)))
    assert len(marks.latest) == 1
    later = NOW + KEPT + timedelta(seconds=1)
    marks.see(moment(at=later, producer=ProducerSnapshot(state=RunState.RUNNING)))
    assert marks.latest == ()
