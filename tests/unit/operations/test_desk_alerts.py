"""What a desk says of its consumer once that has ended: why, and that nobody reads."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.alerts.burrow import PartitionState
from core.alerts.model import Level
from core.config.thresholds import Thresholds
from core.consumer.snapshot import ConsumerSnapshot
from core.lifecycle import RunState
from core.operations.alerts import DeskAlerts
from core.operations.poller import Reading
from core.operations.snapshot import Others, Watch
from core.warehouse.backlog import MergeBacklog
from core.warehouse.snowflake.task import SINK_TASK, TaskStatus
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


class Desk:
    """Shows moments to the alerts, one a second."""

    def __init__(self):
        self.clock = HandClock()
        self.alerts = DeskAlerts(Thresholds(), self.clock)

    def see(self, seconds, **changes):
        for _second in range(seconds):
            self.alerts.see(moment(at=self.clock.now(), **changes))
            self.clock.seconds += 1
        return self.alerts.states


def test_a_failed_consumer_is_alarmed_at_once_with_the_reason_and_its_partitions_are_stopped():
    desk = Desk()
    assert desk.see(60, consumer=WORKING)[0] is PartitionState.OK
    states = desk.see(1, consumer=FAILED, watch=watched(50_000))
    assert states == {0: PartitionState.STOP, 1: PartitionState.UNREAD}
    (alert,) = [one for one in desk.alerts.latest if one.active and one.rule == "consumer"]
    assert alert.level is Level.BAD
    assert "table is gone" in alert.message
    assert "dropship --run setup" in alert.message


def test_the_lag_of_a_failed_consumer_grows_on():
    desk = Desk()
    desk.see(10, consumer=WORKING)
    desk.see(10, consumer=FAILED, watch=watched(90_000))
    (lag,) = [one for one in desk.alerts.latest if one.active and one.rule == "lag"]
    assert "89,100 records wait" in lag.message
    assert desk.alerts.behind_s > 5


def test_once_it_reads_again_all_is_well():
    desk = Desk()
    desk.see(10, consumer=FAILED, watch=watched(50_000))
    states = desk.see(20, consumer=replace(WORKING, offsets={0: 50_000, 1: 40}, lag={0: 0, 1: 0}))
    assert set(states.values()) == {PartitionState.OK}
    assert not [one for one in desk.alerts.latest if one.active and one.rule == "consumer"]


@pytest.mark.parametrize("state", [RunState.STOPPED, RunState.PAUSED, RunState.WAITING])
def test_a_consumer_that_rests_reads_nothing_and_that_alone_is_no_alarm(state):
    desk = Desk()
    desk.see(30, consumer=WORKING)
    resting = replace(WORKING, state=state)
    states = desk.see(10, consumer=resting, watch=watched(905))
    assert set(states.values()) == {PartitionState.UNREAD}
    assert not [one for one in desk.alerts.latest if one.active]


def test_records_that_nobody_has_begun_to_read_are_unread_and_an_empty_topic_is_well():
    desk = Desk()
    states = desk.see(3, watch=watched(950))
    assert states == {0: PartitionState.UNREAD, 1: PartitionState.OK}


def test_what_others_read_is_read():
    desk = Desk()
    desk.see(3, consumer=WORKING)
    states = desk.see(3, consumer=FAILED, watch=watched(950), others=Others(consumed=50.0))
    assert set(states.values()) == {PartitionState.OK}


def tasks(*found):
    reading = moment().figures
    return replace(reading, value=replace(reading.value, tasks=found))


def engine_task(waited_s, state="started", **more):
    backlog = MergeBacklog(40, NOW - timedelta(seconds=waited_s))
    return TaskStatus(state, name=SINK_TASK, backlog=backlog, **more)


def raised(desk):
    return {one.rule: one for one in desk.alerts.latest if one.active}


def test_a_task_inside_snowflake_that_gave_up_is_alarmed_at_once_with_what_mends_it():
    desk = Desk()
    desk.see(1, figures=tasks(TaskStatus("suspended", "USER_SUSPENDED"), engine_task(10)))
    assert raised(desk) == {}, "somebody may have meant it"
    gave_up = {"state": "suspended", "suspended_by": "SUSPENDED_DUE_TO_ERRORS"}
    desk.see(1, figures=tasks(TaskStatus(**gave_up), engine_task(10, **gave_up)))
    found = raised(desk)
    assert {rule: alert.level for rule, alert in found.items()} == {
        "merge_task": Level.BAD,
        "sink_task": Level.BAD,
    }
    assert (
        "task take_from_sink_task: suspended after too many failures" in found["sink_task"].message
    )
    desk.see(10, figures=tasks(TaskStatus("started"), engine_task(10)))
    assert raised(desk) == {}


def test_records_that_wait_for_the_task_of_the_engine_are_alarmed_as_those_of_the_merge_are():
    desk = Desk()
    desk.see(20, figures=tasks(engine_task(80)))
    assert raised(desk) == {}, "a task that starts once a minute is not late after 80 s"
    desk.see(20, figures=tasks(engine_task(200)))
    assert raised(desk)["sink_task"].level is Level.WARN
    assert "40 records wait for the task" in raised(desk)["sink_task"].message
    desk.see(20, figures=tasks(engine_task(700)))
    assert raised(desk)["sink_task"].level is Level.BAD


def test_partitions_that_another_member_holds_are_alarmed_too():
    desk = Desk()
    half = replace(WORKING, offsets={1: 40}, lag={1: 0})
    states = desk.see(70, consumer=half, watch=watched(90_000))
    assert states == {0: PartitionState.STALL, 1: PartitionState.OK}
    told = {one.rule: one.message for one in desk.alerts.latest if one.active}
    assert "89,100 records wait" in told["lag"]
    assert "partitions 0" in told["consumer"]
