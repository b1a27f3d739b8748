"""Every metric by name, with its kind, its labels and what it says: the one list of them.

Names follow https://prometheus.io/docs/practices/naming/: base units (seconds, bytes), `_total` on
counters. A counter is counted since its worker's start, and begins at zero again with the next one,
which Prometheus takes into account. English in every language, as queries are.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True)
class MetricName:
    """A metric. name: as it is written in a query (of a histogram without its suffixes)."""

    name: str
    kind: Kind
    text: str
    labels: tuple[str, ...] = ()


_TOPIC = ("topic",)
_PARTITION = ("topic", "partition")

# `job` is a label of Prometheus itself, so what runs is the `command`.
INFO = MetricName(
    "dropship_info", "gauge", "1; what runs here", ("version", "command", "broker", "warehouse")
)
WORKER_STATE = MetricName(
    "dropship_worker_state", "gauge", "1 for the state a worker is in", ("worker", "state")
)

PRODUCED = MetricName("dropship_produced_events_total", "counter", "Events handed over", _TOPIC)
ACKED = MetricName(
    "dropship_acknowledged_events_total", "counter", "Events the broker acknowledged", _TOPIC
)
UNDELIVERED = MetricName(
    "dropship_undelivered_events_total", "counter", "Events that were given up", _TOPIC
)
PRODUCED_BYTES = MetricName(
    "dropship_produced_bytes_total", "counter", "Bytes of keys and values handed over", _TOPIC
)
REJECTED_ROWS = MetricName(
    "dropship_rejected_rows_total", "counter", "Rows of orders.csv skipped", _TOPIC
)
INJECTED = MetricName(
    "dropship_injected_events_total", "counter", "Faults put in on purpose", (*_TOPIC, "fault")
)
RATE_TARGET = MetricName(
    "dropship_producer_target_rate", "gauge", "Events a second wanted; 0: no limit", _TOPIC
)

CONSUMED = MetricName(
    "dropship_consumed_records_total", "counter", "Records read and stored, good or dead", _TOPIC
)
STORED = MetricName("dropship_stored_events_total", "counter", "Events in the raw table", _TOPIC)
DEAD = MetricName(
    "dropship_dead_letters_total", "counter", "Records that cannot be used", (*_TOPIC, "reason")
)
ALREADY_STORED = MetricName(
    "dropship_already_stored_records_total", "counter", "Records met again", _TOPIC
)
FENCED = MetricName(
    "dropship_fenced_batches_total", "counter", "Batches another consumer had stored", _TOPIC
)
LOST = MetricName(
    "dropship_lost_offsets_total", "counter", "Offsets expired before being read", _TOPIC
)
NOTICES = MetricName(
    "dropship_consumer_notices_total", "counter", "Times a person had to be told", _TOPIC
)
LAG = MetricName(
    "dropship_consumer_lag_records",
    "gauge",
    "Records not stored yet, by partition held",
    _PARTITION,
)
NEXT_OFFSET = MetricName(
    "dropship_consumer_next_offset", "gauge", "Next offset to read, by partition held", _PARTITION
)
LATENCY = MetricName(
    "dropship_event_latency_seconds",
    "histogram",
    "From a record's time in the topic to its commit in the warehouse",
    _TOPIC,
)
LAST_COMMIT = MetricName(
    "dropship_last_commit_timestamp_seconds", "gauge", "When a batch was last committed", _TOPIC
)
LAST_BATCH = MetricName(
    "dropship_last_batch_records", "gauge", "Records of the last batch stored", _TOPIC
)

MERGE_RUNS = MetricName("dropship_merge_runs_total", "counter", "Merges that took events")
MERGED = MetricName(
    "dropship_merged_events_total", "counter", "Raw events merged, by outcome", ("outcome",)
)
MERGE_SECONDS = MetricName(
    "dropship_merge_seconds_total", "counter", "Seconds spent in merges that took events"
)
MERGE_BACKLOG = MetricName(
    "dropship_merge_backlog_events", "gauge", "Raw events that wait for their merge"
)
MERGE_BACKLOG_AGE = MetricName(
    "dropship_merge_backlog_seconds", "gauge", "How long the oldest raw event has waited"
)
MERGE_ERRORS = MetricName(
    "dropship_merge_errors_total", "counter", "Merges that failed, tried again or not"
)
LAST_MERGE = MetricName(
    "dropship_last_merge_timestamp_seconds",
    "gauge",
    "When a merge last came to its end, also one that found nothing",
)
MERGE_DELAY = MetricName(
    "dropship_merge_delay_seconds", "gauge", "Age of the oldest event of the last merge"
)

FAILED_THREADS = MetricName(
    "dropship_failed_threads", "gauge", "Threads of this process that an exception has ended"
)

ALERT = MetricName(
    "dropship_alert_level", "gauge", "0 quiet, 1 warning, 2 critical, by rule", ("rule",)
)

TOPIC_END = MetricName(
    "dropship_topic_end_offset", "gauge", "Next offset to be written", _PARTITION
)
GROUP_LAG = MetricName(
    "dropship_group_lag_records",
    "gauge",
    "Records that the warehouse has not stored for the watched group",
    (*_PARTITION, "group"),
)

METRICS = tuple(value for value in list(globals().values()) if isinstance(value, MetricName))
"""All of them, in the order above."""
