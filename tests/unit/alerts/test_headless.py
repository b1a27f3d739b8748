"""What a job's workers tell, as readings; what changed, as lines of the log."""

import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.alerts.headless import HeadlessAlerts, record, sample_of
from core.alerts.model import Alert, Change, Level
from core.config.thresholds import Thresholds
from core.consumer.snapshot import ConsumerSnapshot, Percentiles
from core.merge.worker import MergeSnapshot
from core.producer.snapshot import ProducerSnapshot
from core.warehouse.model import MergeResult, OffsetGap
from core.workers import RunState
from tests.support.consuming import HandClock

CONSUMING = ConsumerSnapshot(
    state=RunState.RUNNING,
    consumed=70,
    dead_lettered=3,
    rate=12.5,
    lag={0: 4},
    offsets={0: 10, 1: 20},
    latency=Percentiles(1.0, 2.0, 3.0),
    gaps=(OffsetGap(0, 1, 6, "retention"),),
    notices=("made again",),
)


def test_readings_are_what_the_workers_tell():
    clock = HandClock()
    merge = MergeSnapshot(last=MergeResult(inserted=1, delay_s=7.0))
    found = sample_of(clock, CONSUMING, ProducerSnapshot(acked=5, failed=2), merge)
    assert (found.now_s, found.at) == (clock.monotonic(), clock.now())
    assert (found.offsets, found.ends) == ({0: 10, 1: 20}, {0: 14})
    assert found.reading
    assert (found.consumed, found.dead_lettered) == (70, 3)
    assert (found.acked, found.failed) == (5, 2)
    assert (found.consumed_rate, found.p95_ms, found.merge_delay_s) == (12.5, 2.0, 7.0)
    assert (found.gap_offsets, found.notices) == (5, ("made again",))


@pytest.mark.parametrize("state", [RunState.IDLE, RunState.STOPPED, RunState.FAILED])
def test_a_consumer_that_does_not_run_has_no_offsets_and_no_rate(state):
    found = sample_of(HandClock(), replace(CONSUMING, state=state))
    assert (found.offsets, found.ends, found.consumed_rate) == ({}, {}, None)
    assert not found.reading
    assert found.consumed == 70


def test_a_paused_consumer_is_there_and_not_at_work():
    found = sample_of(HandClock(), replace(CONSUMING, state=RunState.PAUSED))
    assert found.offsets == {0: 10, 1: 20}
    assert not found.reading


def test_who_is_not_there_tells_nothing():
    found = sample_of(HandClock())
    assert (found.offsets, found.reading, found.consumed, found.acked) == ({}, False, 0, 0)
    assert (found.merge_delay_s, found.p95_ms, found.consumed_rate) == (None, None, None)
    assert sample_of(HandClock(), merge=MergeSnapshot()).merge_delay_s is None


def test_moments_are_taken_once_a_second():
    clock = HandClock()
    watch = HeadlessAlerts(Thresholds(alert_hold_s=0.0), clock)
    gone = ConsumerSnapshot(state=RunState.RUNNING, gaps=(OffsetGap(0, 1, 6, "retention"),))
    watch.see()
    clock.seconds += 0.99
    watch.see(gone)
    assert watch.latest() == ()
    clock.seconds += 0.01
    watch.see(gone)
    (alert,) = watch.latest()
    assert (alert.rule, alert.level) == ("gaps", Level.BAD)


@pytest.mark.parametrize(
    ("kind", "level", "written", "severity"),
    [
        ("raised", Level.WARN, "alert: lag: 3 wait", logging.WARNING),
        ("raised", Level.BAD, "alert: lag: 3 wait", logging.ERROR),
        ("worse", Level.BAD, "alert, now critical: lag: 3 wait", logging.ERROR),
        ("better", Level.WARN, "alert, no longer critical: lag: 3 wait", logging.INFO),
        ("cleared", Level.BAD, "alert cleared: lag: 3 wait", logging.INFO),
    ],
)
def test_each_change_is_a_line_as_grave_as_it_is(caplog, kind, level, written, severity):
    alert = Alert("lag", level, level, "3\x1b wait", datetime(2026, 1, 1, tzinfo=UTC))
    with caplog.at_level(logging.INFO):
        record(Change(kind, alert))
    (line,) = caplog.records
    assert line.levelno == severity
    assert "\x1b" not in line.message
    assert line.message.split(":")[0] == written.split(":")[0]
    assert (line.alert, line.alert_level) == ("lag", level.name)
