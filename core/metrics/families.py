"""One moment of a job as metric families, the form in which the Prometheus client writes them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric

from core.alerts.model import RULES, Alert
from core.consumer.snapshot import ConsumerSnapshot
from core.merge.snapshot import MergeSnapshot
from core.metrics import names
from core.metrics.meters import MetricsSnapshot, TopicMetrics
from core.metrics.names import MetricName
from core.producer.snapshot import ProducerSnapshot
from core.text import clean
from core.workers import RunState

Sample = tuple[Sequence[object], float]
"""The values of the labels, and the value."""

_LABEL = 200


def families(moment: MetricsSnapshot) -> Iterator[Metric]:
    """Yield the metrics of every part there is."""
    yield _states(moment)
    if moment.producer is not None:
        yield from _producer(moment.producer)
    if moment.consumer is not None:
        yield from _consumer(moment.consumer)
    if moment.merge is not None:
        yield from _merge(moment.merge, moment.at)
    yield _one(names.FAILED_THREADS, moment.failed_threads)
    if moment.alerts is not None:
        yield _alerts(moment.alerts)
    if moment.topic is not None:
        yield from _topic(moment.topic)


def family(name: MetricName, samples: Iterable[Sample]) -> Metric:
    """Return a counter or a gauge with its samples. Labels are made harmless."""
    kind = CounterMetricFamily if name.kind == "counter" else GaugeMetricFamily
    made = kind(name.name, name.text, labels=name.labels)
    for labels, value in samples:
        made.add_metric([clean(label, _LABEL) for label in labels], value)
    return made


def _one(name: MetricName, value: float, *labels: object) -> Metric:
    return family(name, [(labels, value)])


def _states(moment: MetricsSnapshot) -> Metric:
    parts = {"producer": moment.producer, "consumer": moment.consumer, "merge": moment.merge}
    return family(
        names.WORKER_STATE,
        [
            ((worker, state.value), float(part.state is state))
            for worker, part in parts.items()
            if part is not None
            for state in RunState
        ],
    )


def _producer(last: ProducerSnapshot) -> Iterator[Metric]:
    topic = last.topic
    if not topic:
        return
    yield _one(names.PRODUCED, last.sent, topic)
    yield _one(names.ACKED, last.acked, topic)
    yield _one(names.UNDELIVERED, last.failed, topic)
    yield _one(names.PRODUCED_BYTES, last.bytes, topic)
    yield _one(names.REJECTED_ROWS, last.rejected, topic)
    yield _one(names.RATE_TARGET, last.rate_target, topic)
    yield family(names.INJECTED, [((topic, fault), n) for fault, n in last.injected.items()])


def _consumer(last: ConsumerSnapshot) -> Iterator[Metric]:
    topic = last.topic
    yield _one(names.CONSUMED, last.consumed, topic)
    yield _one(names.STORED, last.inserted, topic)
    yield family(names.DEAD, [((topic, why), n) for why, n in last.dead_reasons.items()])
    yield _one(names.ALREADY_STORED, last.already_stored, topic)
    yield _one(names.FENCED, last.fenced, topic)
    yield _one(names.LOST, last.gap_offsets, topic)
    yield _one(names.NOTICES, len(last.notices), topic)
    yield family(names.LAG, [((topic, part), n) for part, n in last.lag.items()])
    yield family(names.NEXT_OFFSET, [((topic, part), n) for part, n in last.offsets.items()])
    yield _one(names.LAST_BATCH, last.last_batch, topic)
    if last.last_commit is not None:
        yield _one(names.LAST_COMMIT, _seconds(last.last_commit), topic)
    yield _latency(last)


def _latency(last: ConsumerSnapshot) -> Metric:
    """Return the latencies of the whole run; Prometheus takes the window it wants."""
    found = last.latency_buckets
    buckets = [
        (f"{bound:g}", float(count))
        for bound, count in zip(found.bounds_s, found.counts, strict=True)
    ]
    made = HistogramMetricFamily(
        names.LATENCY.name, names.LATENCY.text, labels=names.LATENCY.labels
    )
    made.add_metric([last.topic], [*buckets, ("+Inf", float(found.total))], found.sum_s)
    return made


def _merge(last: MergeSnapshot, at: datetime) -> Iterator[Metric]:
    total = last.total
    outcomes = {
        "inserted": total.inserted,
        "updated": total.updated,
        "deleted": total.deleted,
        "stale": total.stale,
        "quarantined": total.quarantined,
    }
    yield _one(names.MERGE_RUNS, last.runs)
    yield family(names.MERGED, [((outcome,), n) for outcome, n in outcomes.items()])
    yield _one(names.MERGE_SECONDS, total.duration_s)
    yield _one(names.MERGE_DELAY, last.last.delay_s)
    yield _one(names.MERGE_ERRORS, last.errors)
    if last.last_merge is not None:
        yield _one(names.LAST_MERGE, _seconds(last.last_merge))
    if last.backlog is not None:
        yield _one(names.MERGE_BACKLOG, last.backlog.events)
        yield _one(names.MERGE_BACKLOG_AGE, last.backlog.age_s(at))


def _alerts(alerts: tuple[Alert, ...]) -> Metric:
    """Return the level of every rule, quiet ones too: what is absent cannot be alerted on."""
    active = {alert.rule: int(alert.level) for alert in alerts if alert.active}
    return family(names.ALERT, [((rule,), active.get(rule, 0)) for rule in RULES])


def _topic(seen: TopicMetrics) -> Iterator[Metric]:
    yield family(names.TOPIC_END, [((seen.topic, part), end) for part, end in seen.ends.items()])
    if seen.group:
        yield family(
            names.GROUP_LAG,
            [
                ((seen.topic, part, seen.group), max(end - seen.stored[part], 0))
                for part, end in seen.ends.items()
                if part in seen.stored
            ],
        )


def _seconds(at: datetime) -> float:
    return at.timestamp()
