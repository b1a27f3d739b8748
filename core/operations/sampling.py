"""What is done once a second: a sample for the charts, a look at the alerts, who is at work."""

from datetime import timedelta
from typing import Literal

from core.clock import Clock
from core.config import Settings
from core.lifecycle import FINAL_STATES
from core.operations.alerts import DeskAlerts
from core.operations.history import (
    KEPT,
    History,
    HistoryFile,
    Sample,
    read_history,
)
from core.operations.journal import Failures, Journal
from core.operations.snapshot import DeskSnapshot
from core.operations.watchers import Others, OthersWatch, Watch


class Sampling:
    """Feeds history and alerts from snapshots. Used by one thread; its results by any.

    keep: write the history into the data directory.
    """

    def __init__(self, settings: Settings, clock: Clock, *, keep: bool) -> None:
        self._clock = clock
        self.history_file = settings.paths.data / "history.sqlite"
        self._file = HistoryFile(self.history_file) if keep else None
        self._others = OthersWatch(clock)
        self._done = (0, 0)
        self.journal = Journal()
        self.history = History()
        self.alerts = DeskAlerts(settings.thresholds, clock)
        self.others = Others()

    def begin(self) -> None:
        """Recall what an earlier run kept."""
        now = self._clock.now()
        self.history.recall(read_history(self.history_file, now - KEPT), now)

    def look(self, now: DeskSnapshot, failures: Failures | None = None) -> None:
        """Take the moment of a second. failures: what ended a worker, by its name."""
        self.journal.see(now, failures or {})
        # A fast run may begin and end between two looks: then its counts tell of it.
        before, self._done = self._done, (now.producer.sent, now.consumer.consumed)
        self.others = self._others.judge(
            None if now.watch.error else now.watch.value,
            producing=now.producer.state not in FINAL_STATES or before[0] != self._done[0],
            consuming=now.consumer.state not in FINAL_STATES or before[1] != self._done[1],
        )
        sample = self._sample(now)
        self.history.add(sample)
        if self._file is not None:
            self._file.add(sample)
        self.alerts.see(now)

    def end(self) -> None:
        """Write what is not written yet."""
        if self._file is not None:
            self._file.flush()

    def samples(self, last: timedelta = KEPT) -> list[Sample]:
        """Return what is kept of the last hours, oldest first; reads a file."""
        now = self._clock.now()
        kept = read_history(self.history_file, now - last)
        newest = kept[-1].at if kept else now - last
        return [*kept, *(sample for sample in self.history.latest if sample.at > newest)]

    def _sample(self, now: DeskSnapshot) -> Sample:
        producing = now.producer.state not in FINAL_STATES
        consuming = now.consumer.state not in FINAL_STATES
        topic = None if now.watch.error else now.watch.value
        own_lag = now.consumer.total_lag if consuming else None
        behind = topic.total_lag if topic else None
        latency, others = now.consumer.latency, self.others
        return Sample(
            now.at,
            now.producer.rate_actual if producing else _rate(topic, "produced", others.produced),
            now.consumer.rate if consuming else _rate(topic, "consumed", others.consumed),
            behind if own_lag is None else own_lag,
            latency.p50 if consuming else None,
            latency.p95 if consuming else None,
            latency.p99 if consuming else None,
        )


def _rate(
    topic: Watch | None, which: Literal["produced", "consumed"], others: float | None
) -> float | None:
    """Return the rate of others; none is at work where the topic is known, else nobody knows."""
    if others is not None:
        return others
    return None if topic is None or getattr(topic, which) is None else 0.0
