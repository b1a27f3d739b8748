"""The figures of a consumer: only what is stored counts, and a snapshot tells all of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from confluent_kafka import TIMESTAMP_CREATE_TIME, TIMESTAMP_LOG_APPEND_TIME

from core.alerts.headless import sample_of
from core.consumer.assignment import Assignment
from core.consumer.batch import build_batch
from core.consumer.counters import Counters
from core.consumer.snapshot import ConsumerSnapshot, LatencyBuckets
from core.warehouse.model import OffsetGap
from core.workers import RunState
from tests.support.consuming import (
    IDENTITY,
    START,
    TOPIC,
    HandClock,
    MemoryBroker,
    MemoryTopic,
    MemoryWarehouse,
    Record,
)
from tests.support.decoding import ORDERS
from tests.support.events import event

GAP = OffsetGap(0, 3, 7, "retention")


def counting():
    clock = HandClock()
    return Counters(TOPIC, clock), clock


def batch(*values, positions=None, contiguous_offsets=False):
    records = [Record(0, offset, value) for offset, value in enumerate(values)]
    return build_batch(
        records, IDENTITY, positions or {0: 0}, START, ORDERS, contiguous_offsets=contiguous_offsets
    )


def seen(counters, state=RunState.RUNNING):
    counters.publish(state)
    return counters.latest


def test_before_anything_it_is_idle_and_empty():
    counters, _clock = counting()
    assert counters.latest == ConsumerSnapshot(topic=TOPIC)
    assert counters.consumed == 0
    first = replace(seen(counters), latency_buckets=LatencyBuckets())
    assert first == ConsumerSnapshot(state=RunState.RUNNING, topic=TOPIC)


def test_each_kind_of_record_is_counted_once_it_is_stored():
    counters, clock = counting()
    clock.seconds += 5
    counters.stored(batch(event(1), b"{", None, event(2), b"[]", positions={0: 1}))
    clock.seconds += 1
    counters.stored(batch(event(3), b"{"))
    last = seen(counters)
    assert (last.inserted, last.dead_lettered, last.consumed, last.already_stored) == (2, 4, 6, 1)
    assert counters.consumed == 6
    assert last.dead_reasons == {"invalid_json": 2, "tombstone": 1, "wrong_type": 1}
    assert last.last_batch == 2
    assert last.last_commit == clock.now()
    assert last.state is RunState.RUNNING
    assert last.topic == TOPIC


def test_gaps_fences_and_notices_are_kept():
    counters, _clock = counting()
    counters.passed_over(GAP)
    late = [Record(0, 2, event(1))]
    counters.stored(build_batch(late, IDENTITY, {0: 0}, START, ORDERS, contiguous_offsets=True))
    counters.fenced()
    counters.fenced()
    counters.notice("made again")
    counters.commit_error = "no coordinator"
    last = seen(counters)
    assert last.gaps == (GAP, OffsetGap(0, 0, 2, "evicted"))
    assert last.gap_offsets == 6
    assert (last.fenced, last.notices, last.commit_error) == (2, ("made again",), "no coordinator")


def test_a_wait_is_a_state_with_a_reason_and_its_beginning():
    counters, clock = counting()
    counters.waiting("no broker")
    began = clock.now()
    clock.seconds += 9
    counters.waiting("no warehouse")
    last = seen(counters)
    assert last.state is RunState.WAITING
    assert (last.waiting_for, last.waiting_since) == ("no warehouse", began)
    counters.waiting(None)
    last = seen(counters)
    assert last.state is RunState.RUNNING
    assert (last.waiting_for, last.waiting_since) == ("", None)
    clock.seconds += 9
    counters.waiting("again")
    assert seen(counters).waiting_since == clock.now()


def test_a_fresh_snapshot_is_kept_for_a_tenth_of_a_second():
    counters, clock = counting()
    first = seen(counters)
    clock.seconds += 0.09
    counters.publish_if_due(RunState.PAUSED)
    assert counters.latest is first
    clock.seconds += 0.011
    counters.publish_if_due(RunState.PAUSED)
    assert counters.latest.state is RunState.PAUSED
    clock.seconds = 0.0
    counters.publish(RunState.RUNNING)
    clock.seconds = 0.1
    counters.publish_if_due(RunState.PAUSED)
    assert counters.latest.state is RunState.PAUSED


def test_positions_and_lag_are_those_of_the_assignment_that_is_followed():
    counters, _clock = counting()
    broker = MemoryBroker(MemoryTopic(9, 9))
    assignment = Assignment(
        broker,
        MemoryWarehouse(),
        TOPIC,
        incremental=True,
        on_change=lambda: None,
        on_notice=lambda _text: None,
    )
    assignment.positions = {1: 5, 0: 3}
    assignment.ends = {0: 9, 1: 6}
    last = seen(counters)
    assert (last.offsets, last.lag, last.total_lag) == ({}, {}, None)
    counters.follow(assignment)
    last = seen(counters)
    assert list(last.offsets.items()) == [(0, 3), (1, 5)]
    assert (last.lag, last.total_lag) == ({0: 6, 1: 1}, 7)
    assignment.positions[0] = 4
    assert last.offsets[0] == 3, "a snapshot stands still"


def test_the_rate_is_that_of_what_was_stored():
    counters, clock = counting()
    seen(counters)
    counters.stored(batch(*[event(n) for n in range(30)]))
    clock.seconds += 2
    assert seen(counters).rate == 15.0


def test_latency_runs_to_the_commit_and_is_never_negative():
    counters, clock = counting()
    clock.seconds += 60
    made = clock.now().isoformat().replace("+00:00", "Z")
    clock.seconds += 2
    counters.stored(batch(event(1, timestamp=made)))
    last = seen(counters)
    assert last.latency.p50 is not None
    assert 2_000 * 0.999 <= last.latency.p50 <= 2_000 * 1.05
    assert last.latency_total == last.latency
    assert (last.latency_buckets.total, round(last.latency_buckets.sum_s, 6)) == (1, 2.0)
    clock.seconds += 11
    assert seen(counters).latency.p50 is None
    assert seen(counters).latency_total.p50 is not None
    counters.stored(batch(event(1, timestamp="2200-01-01T00:00:00Z")))
    last = seen(counters)
    assert last.latency.p50 == 0.1
    assert round(last.latency_buckets.sum_s, 6) == 2.0


@pytest.mark.parametrize("kind", [TIMESTAMP_CREATE_TIME, TIMESTAMP_LOG_APPEND_TIME])
def test_old_events_are_old_and_not_slow(kind):
    counters, clock = counting()
    seen(counters)
    made = clock.now() - timedelta(days=500)
    clock.seconds += 2
    appended = int(clock.now().timestamp() * 1000)
    clock.seconds += 0.1
    old = event(1, timestamp=made.isoformat().replace("+00:00", "Z"))
    records = [
        Record(0, 0, old, timestamp=(kind, appended)),
        Record(0, 1, b"{", timestamp=(kind, 1)),
        Record(0, 2, old, timestamp=(kind, appended)),
    ]
    counters.stored(build_batch(records, IDENTITY, {0: 0}, START, ORDERS, contiguous_offsets=False))
    last = seen(counters)
    assert 100 * 0.999 <= last.latency.p50 <= last.latency.p99 <= 100 * 1.05
    assert last.latency_buckets.total == 2
    day_ms = 86_400_000
    assert 500 * day_ms <= last.event_age.p50 <= 500 * day_ms * 1.05
    assert sample_of(clock, last).p95_ms == last.latency.p95


def test_a_batch_without_good_events_has_no_latency():
    counters, _clock = counting()
    counters.stored(batch(b"{"))
    assert seen(counters).latency_buckets.total == 0
