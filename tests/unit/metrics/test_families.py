"""Snapshots become metrics with the figures they hold, in a text that Prometheus can read."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from core.alerts.model import RULES, Alert, Level
from core.consumer.snapshot import ConsumerSnapshot, LatencyBuckets
from core.merge.snapshot import MergeSnapshot
from core.metrics import names
from core.metrics.families import families
from core.metrics.meters import Meters, MetricsSnapshot, TopicMetrics
from core.producer.snapshot import ProducerSnapshot
from core.warehouse.backlog import MergeBacklog
from core.warehouse.model import MergeResult, OffsetGap
from core.workers import RunState

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TOPIC = (("topic", "t"),)

CONSUMER = ConsumerSnapshot(
    state=RunState.WAITING,
    topic="t",
    consumed=110,
    inserted=100,
    dead_lettered=10,
    already_stored=7,
    fenced=2,
    lag={0: 5, 3: 6},
    offsets={0: 50, 3: 60},
    gaps=(OffsetGap(0, 10, 25, "retention"),),
    notices=("the topic was made again",),
    latency_buckets=LatencyBuckets((0.1, 0.2), (40, 90), 100, 12.5),
    last_commit=AT,
    last_batch=33,
    dead_reasons={"json": 4, "price": 6},
)
PRODUCER = ProducerSnapshot(
    state=RunState.RUNNING,
    topic="t",
    rate_target=500,
    sent=200,
    acked=180,
    failed=3,
    rejected=9,
    bytes=64_000,
    injected={"duplicates": 1, "late": 2, "poison": 3},
)
MERGE = MergeSnapshot(
    RunState.RUNNING,
    total=MergeResult(80, 10, 5, 1, duration_s=2.5, delay_s=9),
    last=MergeResult(8, 1, 0, 0, duration_s=0.1, delay_s=0.7),
    runs=12,
    last_merge=AT,
    backlog=MergeBacklog(40, AT - timedelta(seconds=30)),
    errors=2,
)
ALERTS = (
    Alert("lag", Level.BAD, Level.BAD, "much", AT),
    Alert("merge", Level.WARN, Level.WARN, "slow", AT, cleared_at=AT),
)
WHOLE = MetricsSnapshot(
    CONSUMER,
    PRODUCER,
    MERGE,
    ALERTS,
    TopicMetrics("t", {0: 55, 3: 60, 4: 9}, "g", {0: 50, 3: 0}),
    at=AT,
    failed_threads=1,
)


def scraped(moment: MetricsSnapshot) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """What Prometheus reads: name and labels to the value."""

    class Once:
        def collect(self):
            return list(families(moment))

    registry = CollectorRegistry()
    registry.register(Once())
    text = generate_latest(registry).decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for found in text_string_to_metric_families(text)
        for sample in found.samples
    }


EXPECTED = [
    ("dropship_consumed_records_total", TOPIC, 110),
    ("dropship_stored_events_total", TOPIC, 100),
    ("dropship_dead_letters_total", (("reason", "json"), *TOPIC), 4),
    ("dropship_dead_letters_total", (("reason", "price"), *TOPIC), 6),
    ("dropship_already_stored_records_total", TOPIC, 7),
    ("dropship_fenced_batches_total", TOPIC, 2),
    ("dropship_lost_offsets_total", TOPIC, 15),
    ("dropship_consumer_notices_total", TOPIC, 1),
    ("dropship_consumer_lag_records", (("partition", "3"), *TOPIC), 6),
    ("dropship_consumer_next_offset", (("partition", "0"), *TOPIC), 50),
    ("dropship_last_commit_timestamp_seconds", TOPIC, AT.timestamp()),
    ("dropship_last_batch_records", TOPIC, 33),
    ("dropship_event_latency_seconds_bucket", (("le", "0.1"), *TOPIC), 40),
    ("dropship_event_latency_seconds_bucket", (("le", "+Inf"), *TOPIC), 100),
    ("dropship_event_latency_seconds_count", TOPIC, 100),
    ("dropship_event_latency_seconds_sum", TOPIC, 12.5),
    ("dropship_produced_events_total", TOPIC, 200),
    ("dropship_acknowledged_events_total", TOPIC, 180),
    ("dropship_undelivered_events_total", TOPIC, 3),
    ("dropship_produced_bytes_total", TOPIC, 64_000),
    ("dropship_rejected_rows_total", TOPIC, 9),
    ("dropship_producer_target_rate", TOPIC, 500),
    ("dropship_injected_events_total", (("fault", "poison"), *TOPIC), 3),
    ("dropship_merge_runs_total", (), 12),
    ("dropship_merged_events_total", (("outcome", "inserted"),), 80),
    ("dropship_merged_events_total", (("outcome", "updated"),), 10),
    ("dropship_merged_events_total", (("outcome", "stale"),), 5),
    ("dropship_merged_events_total", (("outcome", "quarantined"),), 1),
    ("dropship_merge_seconds_total", (), 2.5),
    ("dropship_merge_delay_seconds", (), 0.7),
    ("dropship_alert_level", (("rule", "lag"),), 2),
    ("dropship_alert_level", (("rule", "merge"),), 0),
    ("dropship_worker_state", (("state", "waiting"), ("worker", "consumer")), 1),
    ("dropship_worker_state", (("state", "running"), ("worker", "consumer")), 0),
    ("dropship_topic_end_offset", (("partition", "0"), *TOPIC), 55),
    ("dropship_group_lag_records", (("group", "g"), ("partition", "0"), *TOPIC), 5),
    ("dropship_group_lag_records", (("group", "g"), ("partition", "3"), *TOPIC), 60),
]


@pytest.mark.parametrize(("name", "labels", "value"), EXPECTED)
def test_each_figure_arrives(name, labels, value):
    assert scraped(WHOLE)[name, labels] == value


def test_every_metric_that_is_named_is_told_and_no_other():
    told = {name for name, _labels in scraped(WHOLE)}
    plain = {name.removesuffix("_bucket").removesuffix("_sum") for name in told}
    listed = {one.name for one in names.METRICS} - {names.INFO.name}  # the server's own
    assert {name.removesuffix("_count") for name in plain} == listed


def test_the_merge_tells_state_backlog_age_and_errors():
    told = scraped(WHOLE)
    assert told["dropship_worker_state", (("state", "running"), ("worker", "merge"))] == 1
    assert told["dropship_merge_backlog_events", ()] == 40
    assert told["dropship_merge_backlog_seconds", ()] == 30
    assert told["dropship_merge_errors_total", ()] == 2
    assert told["dropship_last_merge_timestamp_seconds", ()] == AT.timestamp()
    assert told["dropship_failed_threads", ()] == 1


def test_names_follow_the_conventions():
    assert len({one.name for one in names.METRICS}) == len(names.METRICS)
    for one in names.METRICS:
        assert one.name.startswith("dropship_")
        assert one.name.endswith("_total") is (one.kind == "counter")
        assert one.text


def test_what_is_not_there_is_not_told():
    assert scraped(MetricsSnapshot()) == {("dropship_failed_threads", ()): 0}
    told = {name for name, _labels in scraped(MetricsSnapshot(merge=MERGE))}
    assert "dropship_consumed_records_total" not in told
    assert "dropship_alert_level" not in told


def test_every_rule_has_a_level_even_when_quiet():
    told = Counter(name for name, _labels in scraped(MetricsSnapshot(alerts=())))
    assert told["dropship_alert_level"] == len(RULES)


@given(st.text(max_size=300))
def test_no_label_can_spoil_the_page(odd):
    """Reasons and topic names come from outside."""
    consumer = ConsumerSnapshot(topic="t" + odd, consumed=3, dead_reasons={odd: 1})
    found = scraped(MetricsSnapshot(consumer=consumer))
    assert [
        value for (name, _l), value in found.items() if name.startswith("dropship_consumed")
    ] == [3]


def test_meters_read_the_latest_and_a_later_part_replaces_an_earlier():
    meters, present = Meters(), [CONSUMER]
    assert meters.moment() == MetricsSnapshot()
    meters.watch(consumer=lambda: present[0])
    meters.watch(merge=lambda: MERGE)
    assert meters.moment() == MetricsSnapshot(consumer=CONSUMER, merge=MERGE)
    present[0] = ConsumerSnapshot(consumed=1)
    assert meters.moment().consumer == ConsumerSnapshot(consumed=1)
    meters.watch(merge=MergeSnapshot)
    assert meters.moment().merge == MergeSnapshot()


def test_a_lag_that_is_not_known_is_no_figure():
    shown = [labels for name, labels in scraped(WHOLE) if name == "dropship_group_lag_records"]
    assert {dict(labels)["partition"] for labels in shown} == {"0", "3"}
