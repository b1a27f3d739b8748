"""What a controller says of its consumer once that has ended: why, and that nobody reads."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.alerts.lag_evaluator import PartitionState
from core.alerts.model import Level
from core.config.thresholds import Thresholds
from core.consumer.snapshot import ConsumerSnapshot
from core.operations.alerts import ControllerAlerts
from core.operations.poller import Reading
from core.operations.snapshot import ExternalActivity, Watch
from core.warehouse.backlog import MergeBacklog
from core.warehouse.snowflake.task import SINK_TASK, TaskStatus
from core.workers import RunState
from tests.support.moments import NOW, moment

WORKING = ConsumerSnapshot(state=RunState.RUNNING, offsets={0: 900, 1: 40}, lag={0: 0, 1: 0})
FAILED = replace(
    WORKING,
    state=RunState.FAILED,
    error="the warehouse refuses the batch of orders_topic: table is gone",
    hint="run `dropship --run setup`",
)


class HandClock:
    def __init__(self):
        self.seconds = 0.0

    def monotonic(self):
        return self.seconds

    def now(self):
        return NOW + timedelta(seconds=self.seconds)


def watched(end, offset=900):
    watch = Watch(lag={0: end - offset, 1: 0}, ends={0: end, 1: 40}, stored={0: offset, 1: 40})
    return Reading(watch, NOW, 0.01)


class FakeController:
    """Shows moments to the alerts, one a second."""

    def __init__(self):
        self.clock = HandClock()
        self.alerts = ControllerAlerts(Thresholds(), self.clock)

    def see(self, seconds, **changes):
        for _second in range(seconds):
            self.alerts.see(moment(at=self.clock.now(), **changes))
            self.clock.seconds += 1
        return self.alerts.states


def test_a_failed_consumer_is_alarmed_at_once_with_the_reason_and_its_partitions_are_stopped():
    controller = FakeController()
    assert controller.see(60, consumer=WORKING)[0] is PartitionState.OK
    states = controller.see(1, consumer=FAILED, watch=watched(50_000))
    assert states == {0: PartitionState.STOP, 1: PartitionState.UNREAD}
    (alert,) = [one for one in controller.alerts.latest if one.active and one.rule == "consumer"]
    assert alert.level is Level.BAD
    assert "table is gone" in alert.message
    assert "dropship --run setup" in alert.message


def test_the_lag_of_a_failed_consumer_grows_on():
    controller = FakeController()
    controller.see(10, consumer=WORKING)
    controller.see(10, consumer=FAILED, watch=watched(90_000))
    (lag,) = [one for one in controller.alerts.latest if one.active and one.rule == "lag"]
    assert "89,100 records wait" in lag.message
    assert controller.alerts.behind_s > 5


def test_once_it_reads_again_all_is_well():
    controller = FakeController()
    controller.see(10, consumer=FAILED, watch=watched(50_000))
    states = controller.see(
        20, consumer=replace(WORKING, offsets={0: 50_000, 1: 40}, lag={0: 0, 1: 0})
    )
    assert set(states.values()) == {PartitionState.OK}
    assert not [one for one in controller.alerts.latest if one.active and one.rule == "consumer"]


@pytest.mark.parametrize("state", [RunState.STOPPED, RunState.PAUSED, RunState.WAITING])
def test_a_consumer_that_rests_reads_nothing_and_that_alone_is_no_alarm(state):
    controller = FakeController()
    controller.see(30, consumer=WORKING)
    resting = replace(WORKING, state=state)
    states = controller.see(10, consumer=resting, watch=watched(905))
    assert set(states.values()) == {PartitionState.UNREAD}
    assert not [one for one in controller.alerts.latest if one.active]


def test_records_that_nobody_has_begun_to_read_are_unread_and_an_empty_topic_is_well():
    controller = FakeController()
    states = controller.see(3, watch=watched(950))
    assert states == {0: PartitionState.UNREAD, 1: PartitionState.OK}


def test_what_others_read_is_read():
    controller = FakeController()
    controller.see(3, consumer=WORKING)
    states = controller.see(
        3, consumer=FAILED, watch=watched(950), external=ExternalActivity(consumed=50.0)
    )
    assert set(states.values()) == {PartitionState.OK}


def tasks(*found):
    reading = moment().figures
    return replace(reading, value=replace(reading.value, tasks=found))


def engine_task(waited_s, state="started", **more):
    backlog = MergeBacklog(40, NOW - timedelta(seconds=waited_s))
    return TaskStatus(state, name=SINK_TASK, backlog=backlog, **more)


def raised(controller):
    return {one.rule: one for one in controller.alerts.latest if one.active}


def test_a_task_inside_snowflake_that_gave_up_is_alarmed_at_once_with_what_mends_it():
    controller = FakeController()
    controller.see(1, figures=tasks(TaskStatus("suspended", "USER_SUSPENDED"), engine_task(10)))
    assert raised(controller) == {}, "somebody may have meant it"
    gave_up = {"state": "suspended", "suspended_by": "SUSPENDED_DUE_TO_ERRORS"}
    controller.see(1, figures=tasks(TaskStatus(**gave_up), engine_task(10, **gave_up)))
    found = raised(controller)
    assert {rule: alert.level for rule, alert in found.items()} == {
        "merge_task": Level.BAD,
        "sink_task": Level.BAD,
    }
    assert (
        "task take_from_sink_task: suspended after too many failures" in found["sink_task"].message
    )
    controller.see(10, figures=tasks(TaskStatus("started"), engine_task(10)))
    assert raised(controller) == {}


def test_records_that_wait_for_the_task_of_the_engine_are_alarmed_as_those_of_the_merge_are():
    controller = FakeController()
    controller.see(20, figures=tasks(engine_task(80)))
    assert raised(controller) == {}, "a task that starts once a minute is not late after 80 s"
    controller.see(20, figures=tasks(engine_task(200)))
    assert raised(controller)["sink_task"].level is Level.WARN
    assert "40 records waiting for the task" in raised(controller)["sink_task"].message
    controller.see(20, figures=tasks(engine_task(700)))
    assert raised(controller)["sink_task"].level is Level.BAD


def test_partitions_that_another_member_holds_are_alarmed_too():
    controller = FakeController()
    half = replace(WORKING, offsets={1: 40}, lag={1: 0})
    states = controller.see(70, consumer=half, watch=watched(90_000))
    assert states == {0: PartitionState.STALL, 1: PartitionState.OK}
    told = {one.rule: one.message for one in controller.alerts.latest if one.active}
    assert "89,100 records wait" in told["lag"]
    assert "partitions 0" in told["consumer"]
