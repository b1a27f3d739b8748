"""How far back the rules look, how much they need to know, and what their lines say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.alerts.lag_evaluator import PartitionState
from core.alerts.lag_time import PartitionLagTime
from core.alerts.model import Level, PipelineSample
from core.alerts.rules import RuleEvaluator
from core.config.thresholds import Thresholds

START = datetime(2026, 1, 1, tzinfo=UTC)
WORK = {"offsets": {0: 0}, "ends": {0: 1_000_000}, "reading": True}


def at(**fields):
    return PipelineSample(0.0, START, **fields)


def fed(*moments, every_s=1.0, limits=None):
    """Feed readings at even distances; return the feed, the last measures by rule, the last."""
    feed = RuleEvaluator(limits or Thresholds())
    found, now = {}, None
    for number, moment in enumerate(moments):
        seconds = number * every_s
        now = replace(moment, now_s=seconds, at=START + timedelta(seconds=seconds))
        found = {measure.rule: measure for measure in feed.values(now)}
    return feed, found, now


def measures(*moments, **options):
    return fed(*moments, **options)[1]


@pytest.mark.parametrize(("usual", "known"), [(29, False), (30, True)])
def test_what_is_usual_is_known_after_thirty_moments(usual, known):
    moments = [at(consumed_rate=1_000.0, **WORK)] * (usual + 11)
    assert ("throughput" in measures(*moments)) is known


def test_what_is_usual_is_forgotten_after_five_minutes():
    old = [at(consumed_rate=9_000.0, **WORK)] * 100
    new = [at(consumed_rate=1_000.0, **WORK)] * 301
    assert measures(*old, *new)["throughput"].value == pytest.approx(0.0)
    found = measures(*old, *new[:100])["throughput"]
    assert found.value == pytest.approx(1 - 1_000 / 9_000)
    assert found.message == "1,000 records/s instead of 9,000"


def test_the_present_rate_is_that_of_the_last_ten_seconds():
    usual = [at(consumed_rate=1_000.0, **WORK)] * 60
    slow = [at(consumed_rate=500.0, **WORK)]
    assert measures(*usual, *slow * 5)["throughput"].value == pytest.approx(0.5 * 5 / 11)
    assert measures(*usual, *slow * 11)["throughput"].value == pytest.approx(0.5)
    assert measures(*usual, *slow * 12)["throughput"].value == pytest.approx(0.5)


def test_moments_without_work_are_not_what_is_usual():
    usual = [at(consumed_rate=1_000.0, **WORK)] * 40
    idle = [at(consumed_rate=0.0, **WORK)] * 100
    assert measures(*usual, *idle)["throughput"].value == pytest.approx(1.0)
    paused = [replace(idle[0], reading=False)] * 5
    assert "throughput" not in measures(*usual, *paused)
    unknown = [replace(idle[0], consumed_rate=None)] * 20
    assert "throughput" not in measures(*usual, *unknown)


@pytest.mark.parametrize(("waiting", "judged"), [(4_999, False), (5_000, True)])
def test_slow_counts_only_with_work_for_five_seconds(waiting, judged):
    usual = [at(consumed_rate=1_000.0, **WORK)] * 60
    last = at(offsets={0: 0}, ends={0: waiting}, reading=True, consumed_rate=1_000.0)
    assert ("throughput" in measures(*usual, last)) is judged


def test_lag_and_behind_are_told_with_their_figures():
    found = measures(at(offsets={0: 1}, ends={0: 6}), at(offsets={0: 1}, ends={0: 6}), every_s=42)
    assert found["lag"].value == 5
    assert found["lag"].message == "5 records waiting in the topic"
    assert found["behind"].value == 42
    assert found["behind"].message == "the next record has waited for 42 s"
    assert (found["lag"].warn, found["lag"].fail) == (50_000, 500_000)
    assert {"lag", "behind"}.isdisjoint(measures(at(ends={0: 6})))


def test_behind_is_that_of_the_partition_that_waits_longest():
    feed, _found, now = fed(
        at(offsets={0: 0, 1: 0}, ends={0: 5, 1: 0}),
        at(offsets={0: 0, 1: 0}, ends={0: 5, 1: 5}),
        at(offsets={0: 0, 1: 0, 9: 3}, ends={0: 5, 1: 5}),
        every_s=10,
    )
    assert feed.behind_s(now) == 20
    assert feed.behind_s(replace(now, offsets={1: 0})) == 10
    assert feed.behind_s(replace(now, offsets={})) is None


def test_partitions_are_told_in_order_and_only_where_both_offsets_are_known():
    feed, _found, _now = fed(at(offsets={2: 0, 0: 0, 5: 1}, ends={0: 0, 2: 0, 7: 3}))
    assert list(feed.states(0.0).items()) == [(0, PartitionState.OK), (2, PartitionState.OK)]


def test_the_worst_state_is_the_one_that_is_told():
    stalls = at(offsets={0: 5, 1: 9, 2: 7}, ends={0: 60, 1: 9, 2: 70}, reading=True)
    found = measures(*[stalls] * 40)["consumer"]
    assert (found.value, found.slack) == (Level.BAD, 1.0)
    assert found.message == "STALL: active but not advancing (partitions 0, 2)"
    growing = [at(offsets={0: 10 * s}, ends={0: 1_000 + 20 * s}, reading=True) for s in range(90)]
    found = measures(*growing)["consumer"]
    assert (found.value, found.message[:5]) == (Level.WARN, "WARN:")
    assert "consumer" not in measures(at(offsets={0: 1}, ends={0: 1}))


def test_shares_are_of_what_came_within_the_window():
    limits = Thresholds(alert_window_s=10)
    bad = at(consumed=100, dead_lettered=50, acked=90, failed=10)
    later = replace(bad, consumed=200)
    found = measures(at(), bad, limits=limits)
    assert found["dead_letters"].value == 0.5
    assert found["dead_letters"].message == "50 % of the records are dead letters"
    assert found["undelivered"].value == 0.1
    assert found["undelivered"].message == "10 % of the events were not delivered"
    found = measures(at(), bad, *[later] * 11, limits=limits)
    assert {"dead_letters", "undelivered"}.isdisjoint(found), "nothing came within the window"
    assert measures(at(), bad, *[later] * 9, limits=limits)["dead_letters"].value == 0.25


@pytest.mark.parametrize("field", ["consumed", "acked"])
def test_either_worker_may_begin_again(field):
    first = at(consumed=100, acked=100, dead_lettered=50, failed=50)
    again = replace(first, **{field: 10, "dead_lettered": 0, "failed": 0})
    found = measures(first, again)
    assert "dead_letters" not in found
    assert "undelivered" not in found


def test_times_are_told_in_seconds():
    found = measures(at(p95_ms=2_345.0, merge_delay_s=61.4, newest_row=START))
    assert found["latency"].message == "p95 from topic to warehouse: 2.3 s"
    assert found["latency"].value == 2_345.0
    assert found["merge"].message == "oldest merged event was 61 s old"
    assert (found["freshness"].value, found["freshness"].slack) == (0.0, 1.0)
    later = measures(at(), at(newest_row=START), every_s=90)["freshness"]
    assert later.value == 90
    nothing = measures(at())
    assert {"latency", "merge", "freshness", "validation"}.isdisjoint(nothing)


def test_findings_are_told_at_once_and_stay_to_the_last_one():
    found = measures(at(validation=2, validation_checks=("volume", "nulls"), gap_offsets=1_234))
    assert found["validation"].message == "failed or warned: volume, nulls"
    assert found["gaps"].message == "1,234 offsets expired before being read"
    for rule in ("validation", "gaps", "topic"):
        assert (found[rule].at_once, found[rule].slack) == (True, 1.0)
    assert found["gaps"].level(Level.BAD) is Level.BAD


def test_new_partitions_are_news_for_a_window_and_what_is_made_again_is_worse():
    limits = Thresholds(alert_window_s=10)
    grown = [at(partitions=4), *[at(partitions=6)] * 11]
    assert measures(*grown, limits=limits)["topic"].value == Level.WARN
    assert measures(*grown, at(partitions=6), limits=limits)["topic"].value == Level.NONE
    assert measures(at(partitions=4), at(), at(partitions=4))["topic"].message == ""
    both = at(partitions=6, notices=("first", "made again"))
    found = measures(at(partitions=4), both)["topic"]
    assert (found.value, found.message) == (Level.BAD, "made again")


def test_the_age_of_an_offset_is_known_from_the_ends_that_were_seen():
    age = PartitionLagTime()
    assert age.seconds(0, 5.0) == 0.0
    age.add(1.0, 10)
    age.add(2.0, 10)
    age.add(3.0, 20)
    assert [age.seconds(offset, 9.0) for offset in (0, 9, 10, 19, 20)] == [8, 8, 6, 6, 0]
    assert age.seconds(0, 0.5) == 0.0, "a clock that went back makes no negative age"
    age.add(4.0, 15)
    assert [age.seconds(offset, 9.0) for offset in (0, 14, 15)] == [5, 5, 0]


def test_an_hour_of_ends_is_remembered_and_what_is_older_counts_as_an_hour():
    age = PartitionLagTime()
    for second in range(5_000):
        age.add(float(second), second + 1)
    assert age.seconds(0, 4_999.0) == 3_599
    assert age.seconds(4_990, 4_999.0) == 9
