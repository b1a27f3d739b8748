"""Alerts where there is no screen: a job shows its moments, and changes go into the log."""

import logging

from core.alerts.engine import AlertEngine
from core.alerts.model import Alert, Change, Level, PipelineSample, rule_name
from core.alerts.rules import RuleEvaluator
from core.clock import Clock
from core.config.thresholds import Thresholds
from core.consumer.snapshot import ConsumerSnapshot
from core.merge.snapshot import MergeSnapshot
from core.producer.snapshot import ProducerSnapshot
from core.text import _, clean
from core.threads import failures
from core.workers import FINAL_STATES, RunState

_EVERY_S = 1.0
_UNREAD = frozenset({RunState.PAUSED, RunState.WAITING, RunState.STOPPED, RunState.FAILED})

log = logging.getLogger(__name__)


class HeadlessAlerts:
    """Judges a running job at most once a second and logs what changed. Used by one thread."""

    def __init__(self, limits: Thresholds, clock: Clock) -> None:
        self._clock = clock
        self._rules = RuleEvaluator(limits)
        self._engine = AlertEngine(limits.alert_hold_s)
        self._next_s = clock.monotonic()

    def latest(self) -> tuple[Alert, ...]:
        """Return active alerts, worst first, then past ones; from any thread."""
        return self._engine.latest

    def see(
        self,
        consumer: ConsumerSnapshot | None = None,
        producer: ProducerSnapshot | None = None,
        merge: MergeSnapshot | None = None,
    ) -> None:
        """Take a moment; returns at once when the last one was less than a second ago."""
        now_s = self._clock.monotonic()
        if now_s < self._next_s:
            return
        self._next_s = now_s + _EVERY_S
        now = sample_of(self._clock, consumer, producer, merge)
        for change in self._engine.see(now_s, now.at, self._rules.values(now)):
            record(change)


def sample_of(
    clock: Clock,
    consumer: ConsumerSnapshot | None = None,
    producer: ProducerSnapshot | None = None,
    merge: MergeSnapshot | None = None,
) -> PipelineSample:
    """Return what the workers themselves tell; partitions are those the consumer holds."""
    last, sent = consumer or ConsumerSnapshot(), producer or ProducerSnapshot()
    merged, at = merge or MergeSnapshot(), clock.now()
    ends_of = {
        "producer": (sent.state, sent.error, sent.hint),
        "consumer": (last.state, last.error, last.hint),
        "merge": (merged.state, merged.error, merged.hint),
    }
    running = last.state not in FINAL_STATES
    ends = {part: at + last.lag[part] for part, at in last.offsets.items() if part in last.lag}
    return PipelineSample(
        now_s=clock.monotonic(),
        at=at,
        offsets=dict(last.offsets) if running else {},
        ends=ends if running else {},
        reading=running and last.state is not RunState.PAUSED,
        unread=last.state in _UNREAD,
        consumed=last.consumed,
        dead_lettered=last.dead_lettered,
        acked=sent.acked,
        failed=sent.failed,
        consumed_rate=last.rate if running else None,
        p95_ms=last.latency.p95,
        merge_delay_s=merged.delay_s(at),
        merge_backlog=merged.backlog.events if merged.backlog is not None else None,
        merge_waits_for=merged.waiting_for,
        gap_offsets=last.gap_offsets,
        notices=last.notices,
        ended={
            name: "; ".join(part for part in (error, hint) if part) or "-"
            for name, (state, error, hint) in ends_of.items()
            if state is RunState.FAILED
        },
        failed_threads=failures(),
    )


def record(change: Change) -> None:
    """Write a change into the log."""
    alert = change.alert
    level = logging.INFO
    if change.kind in {"raised", "worse"}:
        level = logging.ERROR if alert.level is Level.BAD else logging.WARNING
    words = {
        "raised": _("alert: {rule}: {message}"),
        "worse": _("alert, now critical: {rule}: {message}"),
        "better": _("alert, no longer critical: {rule}: {message}"),
        "cleared": _("alert cleared: {rule}: {message}"),
    }
    text = words[change.kind].format(rule=rule_name(alert.rule), message=clean(alert.message))
    log.log(level, text, extra={"alert": alert.rule, "alert_level": alert.level.name})
