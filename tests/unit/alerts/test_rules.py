"""Each rule, from readings to the measure that judges it."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from core.alerts.headless import HeadlessAlerts, sample_of
from core.alerts.model import RULES, Level, PipelineSample, Restart, TaskReading
from core.alerts.rules import RuleEvaluator
from core.config.thresholds import Thresholds
from core.consumer.snapshot import ConsumerSnapshot, Percentiles
from core.merge.snapshot import MergeSnapshot
from core.text import use_language
from core.threads import ThreadFailure
from core.warehouse.backlog import MergeBacklog
from core.warehouse.model import MergeResult
from core.workers import RunState

START = datetime(2026, 1, 1, tzinfo=UTC)


class HandClock:
    """A clock that tests move."""

    def __init__(self):
        self.seconds = 0.0

    def now(self):
        return START + timedelta(seconds=self.seconds)

    def monotonic(self):
        return self.seconds

    def wait(self, event: Event, seconds: float) -> bool:
        self.seconds += seconds
        return event.is_set()


def course(*moments, limits=None):
    """Feed readings one a second; return the last measures by rule."""
    feed = RuleEvaluator(limits or Thresholds())
    found = {}
    for second, moment in enumerate(moments):
        now = replace(moment, now_s=float(second), at=START + timedelta(seconds=second))
        found = {measure.rule: measure for measure in feed.values(now)}
    return found


def at(**fields):
    return PipelineSample(0.0, START, **fields)


def level(measures, rule):
    return measures[rule].level(Level.NONE)


def test_a_topic_that_was_made_again_is_severe_at_once_and_stays():
    said = "topic t was deleted and made again"
    found = course(at(), at(notices=(said,)), *[at(notices=(said,))] * 200)
    assert level(found, "topic") is Level.BAD
    assert found["topic"].at_once
    assert found["topic"].message == said
    assert level(course(at(), at()), "topic") is Level.NONE


def test_added_partitions_are_said_for_a_while():
    found = course(at(partitions=4), at(partitions=None), at(partitions=6))
    assert level(found, "topic") is Level.WARN
    assert "6 partitions now, 4 before" in found["topic"].message
    window = int(Thresholds().alert_window_s)
    assert (
        level(course(at(partitions=4), *[at(partitions=6)] * (window + 2)), "topic") is Level.NONE
    )


def test_partitions_met_for_the_first_time_are_no_news():
    assert level(course(at(partitions=None), at(partitions=4)), "topic") is Level.NONE
    assert level(course(at(partitions=6), at(partitions=4)), "topic") is Level.NONE


@pytest.mark.parametrize(
    ("end", "expected"), [(50_000, Level.NONE), (50_001, Level.WARN), (500_001, Level.BAD)]
)
def test_lag_counts_records_over_all_partitions(end, expected):
    found = course(at(offsets={0: 0, 1: 0}, ends={0: end - 1, 1: 1}))
    assert level(found, "lag") is expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(60, Level.NONE), (70, Level.WARN), (310, Level.BAD)]
)
def test_time_behind_is_the_wait_of_the_oldest_record(seconds, expected):
    found = course(*[at(offsets={0: 5}, ends={0: 6})] * (seconds + 1))
    assert level(found, "behind") is expected


def test_a_consumer_that_stalls_is_named_with_its_partitions():
    found = course(*[at(offsets={0: 5, 1: 9, 2: 7}, ends={0: 60, 1: 9, 2: 70}, reading=True)] * 40)
    assert level(found, "consumer") is Level.BAD
    assert "STALL" in found["consumer"].message
    assert "0, 2" in found["consumer"].message


def test_a_drop_counts_only_while_there_is_work():
    busy = [at(offsets={0: 0}, ends={0: 100_000}, reading=True, consumed_rate=1_000.0)] * 60
    slow = replace(busy[0], consumed_rate=300.0)
    idle = replace(slow, ends={0: 10})
    assert level(course(*busy, *[slow] * 11), "throughput") is Level.WARN
    assert level(course(*busy, *[replace(slow, consumed_rate=5.0)] * 11), "throughput") is Level.BAD
    assert "throughput" not in course(*busy, *[idle] * 11)
    assert level(course(*busy), "throughput") is Level.NONE


def test_shares_are_those_of_the_window_not_of_the_whole_run():
    early = at(consumed=100_000, dead_lettered=50_000, acked=100_000, failed=5_000)
    now = replace(early, consumed=101_000, acked=101_000)
    found = course(early, now)
    assert level(found, "dead_letters") is Level.NONE
    assert level(found, "undelivered") is Level.NONE
    worse = replace(now, consumed=102_000, dead_lettered=50_040, acked=102_000, failed=5_001)
    found = course(early, now, worse)
    assert level(found, "dead_letters") is Level.WARN
    assert level(found, "undelivered") is Level.WARN


def test_a_worker_that_counts_from_zero_again_makes_no_negative_share():
    found = course(at(consumed=1_000, dead_lettered=900), at(consumed=10), at(consumed=20))
    assert found["dead_letters"].value == 0


@pytest.mark.parametrize(
    ("fields", "rule", "expected"),
    [
        ({"p95_ms": 5_001.0}, "latency", Level.WARN),
        ({"p95_ms": 30_001.0}, "latency", Level.BAD),
        ({"merge_delay_s": 61.0}, "merge", Level.WARN),
        ({"merge_delay_s": 601.0, "merge_backlog": 9}, "merge", Level.BAD),
        ({"merge_delay_s": 601.0, "merge_waits_for": "away"}, "merge", Level.BAD),
        ({"merge_delay_s": 5.0, "merge_waits_for": "away"}, "merge", Level.WARN),
        ({"merge_waits_for": "away"}, "merge", Level.WARN),
        ({"ended": {"merge": "no such table"}, "merge_delay_s": 0.0}, "merge", Level.BAD),
        ({"ended": {"consumer": "away"}, "offsets": {0: 5}, "ends": {0: 9}}, "consumer", Level.BAD),
        ({"ended": {"producer": "away"}}, "producer", Level.BAD),
        ({"failed_threads": (ThreadFailure("sampler", "boom", START),)}, "threads", Level.BAD),
        ({"newest_row": START - timedelta(hours=2)}, "freshness", Level.WARN),
        ({"newest_row": START - timedelta(days=2)}, "freshness", Level.BAD),
        ({"newest_row": START + timedelta(days=1)}, "freshness", Level.NONE),
        ({"validation": 0}, "validation", Level.NONE),
        ({"validation": 1, "validation_checks": ("volume",)}, "validation", Level.WARN),
        ({"validation": 2}, "validation", Level.BAD),
        ({"validation": 1, "drift": "new field a"}, "schema_drift", Level.WARN),
        ({"validation": 1, "drift": ""}, "schema_drift", Level.NONE),
        ({"gap_offsets": 1}, "gaps", Level.BAD),
        ({"gap_offsets": 0}, "gaps", Level.NONE),
    ],
)
def test_single_figures(fields, rule, expected):
    assert level(course(at(**fields)), rule) is expected


def test_what_failed_is_named_with_its_reason_and_raised_at_once():
    found = course(at(ended={"merge": "no such table"}, merge_backlog=1_234, merge_delay_s=7.0))
    assert found["merge"].message == "failed: no such table"
    assert found["merge"].at_once
    waiting = course(at(merge_backlog=1_234, merge_delay_s=70.0))["merge"]
    assert waiting.message == "1,234 raw events waiting for the merge, the first for 70 s"
    assert not waiting.at_once


def test_snapshots_of_workers_tell_who_failed_and_how_old_the_backlog_is():
    clock = HandClock()
    clock.seconds = 90.0
    merge = MergeSnapshot(
        state=RunState.WAITING, backlog=MergeBacklog(5, START), waiting_for="away", errors=3
    )
    failed = ConsumerSnapshot(state=RunState.FAILED, error="no broker")
    now = sample_of(clock, failed, None, merge)
    assert (now.merge_delay_s, now.merge_backlog, now.merge_waits_for) == (90.0, 5, "away")
    assert now.ended == {"consumer": "no broker"}
    old = MergeSnapshot(last=MergeResult(inserted=1, delay_s=3.0))
    assert sample_of(clock, merge=old).merge_delay_s == 3.0
    assert sample_of(clock).merge_delay_s is None


def test_every_rule_has_a_name():
    busy = at(
        offsets={0: 0},
        ends={0: 100_000},
        reading=True,
        consumed=1,
        acked=1,
        consumed_rate=9.0,
        p95_ms=1.0,
        merge_delay_s=1.0,
        newest_row=START,
        validation=0,
        ended={"producer": "away"},
        failed_threads=(ThreadFailure("sampler", "boom", START),),
        tasks={"merge_task": TaskReading("gave up"), "sink_task": TaskReading(delay_s=1.0)},
        restarts=(Restart("consumer", 2, START, "no room"),),
    )
    later = replace(busy, consumed=2, acked=2)
    found = course(*[busy] * 60, *[later] * 2)
    assert set(found) == set(RULES)


def test_nothing_known_raises_nothing():
    found = course(*[at()] * 100)
    assert all(measure.level(Level.NONE) is Level.NONE for measure in found.values())


def test_without_a_screen_changes_go_into_the_log(caplog):
    clock = HandClock()
    watch = HeadlessAlerts(Thresholds(), clock)
    late = ConsumerSnapshot(
        state=RunState.RUNNING,
        offsets={0: 1},
        lag={0: 0},
        latency=Percentiles(p95=60_000.0),
    )
    with caplog.at_level(logging.INFO, logger="core.alerts"):
        for _ in range(200):
            watch.see(late)
            clock.seconds += 0.1
        (raised,) = caplog.records
        assert (raised.levelname, raised.alert) == ("ERROR", "latency")
        for _ in range(200):
            watch.see(replace(late, latency=Percentiles()))
            clock.seconds += 0.1
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]


def test_figures_in_messages_are_written_as_the_language_does():
    use_language("fr")
    try:
        found = course(at(offsets={0: 0}, ends={0: 60_000}, p95_ms=1_234_500.0))
    finally:
        use_language("en")
    assert "60\u00a0000" in found["lag"].message
    assert "1\u00a0234,5" in found["latency"].message
