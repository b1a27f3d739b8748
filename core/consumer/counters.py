"""The running figures of a consumer, and the snapshot made of them. One thread writes."""

from collections import Counter
from datetime import datetime

import numpy as np

from core.clock import Clock
from core.consumer.assignment import Assignment
from core.consumer.batch import BuiltBatch
from core.consumer.latency import LatencyHistogram
from core.consumer.snapshot import ConsumerSnapshot
from core.rate_meter import RateMeter
from core.warehouse.model import OffsetGap
from core.workers import RunState

_FRESH_S = 0.1


class Counters:
    """Counts what is stored, and only once it is stored."""

    def __init__(self, topic: str, clock: Clock) -> None:
        self._topic = topic
        self._clock = clock
        self._rate = RateMeter()
        self._latency, self._age = LatencyHistogram(), LatencyHistogram()
        self._reasons: Counter[str] = Counter()
        self._inserted = self._dead = self._already = self._fenced = self._last_batch = 0
        self._gaps: list[OffsetGap] = []
        self._notices: list[str] = []
        self._last_commit: datetime | None = None
        self._waiting_for = ""
        self._waiting_since: datetime | None = None
        self._published = 0.0
        self._assignment: Assignment | None = None
        self.commit_error = ""
        self.latest = ConsumerSnapshot(topic=topic)

    def follow(self, assignment: Assignment) -> None:
        """Take positions and ends from this assignment from now on."""
        self._assignment = assignment

    @property
    def consumed(self) -> int:
        """Records stored, good or dead."""
        return self._inserted + self._dead

    def stored(self, batch: BuiltBatch) -> None:
        """Count a batch that is in the warehouse."""
        now = self._clock.now()
        self._inserted += len(batch.raw.payloads)
        self._dead += len(batch.raw.dead_letters)
        self._already += batch.already_stored
        self._gaps.extend(batch.raw.gaps)
        self._reasons.update(bad.reason for bad in batch.rejections)
        self._last_batch, self._last_commit = batch.size, now
        if len(batch.event_times_us):
            second = int(self._clock.monotonic())
            for histogram, times_us in (
                (self._latency, batch.broker_times_us),
                (self._age, batch.event_times_us),
            ):
                passed = now.timestamp() * 1e3 - times_us / 1e3
                histogram.add(np.maximum(passed, 0.0), second)

    def passed_over(self, gap: OffsetGap) -> None:
        """Count offsets that were gone before they were read."""
        self._gaps.append(gap)

    def notice(self, text: str) -> None:
        """Keep something that a person must hear of."""
        self._notices.append(text)

    def fenced(self) -> None:
        """Count a batch that another consumer had stored."""
        self._fenced += 1

    def waiting(self, reason: str | None) -> None:
        """Note why the consumer cannot go on; None when it can."""
        if reason is None:
            self._waiting_for, self._waiting_since = "", None
        else:
            self._waiting_for = reason
            self._waiting_since = self._waiting_since or self._clock.now()

    def publish_if_due(self, state: RunState) -> None:
        """Swap in a new snapshot unless the latest is fresh."""
        if self._clock.monotonic() - self._published >= _FRESH_S:
            self.publish(state)

    def publish(self, state: RunState) -> None:
        """Swap in a new snapshot."""
        self._published = at = self._clock.monotonic()
        self._rate.observe(at, self.consumed)
        positions = self._assignment.positions if self._assignment else {}
        self.latest = ConsumerSnapshot(
            state=RunState.WAITING if self._waiting_for else state,
            topic=self._topic,
            consumed=self.consumed,
            inserted=self._inserted,
            dead_lettered=self._dead,
            already_stored=self._already,
            fenced=self._fenced,
            rate=self._rate.per_second,
            lag=self._assignment.lag() if self._assignment else {},
            offsets=dict(sorted(positions.items())),
            gaps=tuple(self._gaps),
            notices=tuple(self._notices),
            latency=self._latency.recent(int(at)),
            latency_total=self._latency.whole(),
            latency_buckets=self._latency.buckets(),
            event_age=self._age.whole(),
            last_commit=self._last_commit,
            last_batch=self._last_batch,
            waiting_for=self._waiting_for,
            waiting_since=self._waiting_since,
            commit_error=self.commit_error,
            dead_reasons=dict(self._reasons),
        )
