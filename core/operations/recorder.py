"""What is done once a second: a sample for the charts, a look at the alerts, who is at work."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from core.alerts.lag_evaluator import PartitionState
from core.alerts.model import Measure
from core.clock import Clock
from core.config import Settings
from core.operations.alerts import ControllerAlerts
from core.operations.history import (
    KEPT,
    History,
    HistoryFile,
    Sample,
    read_history,
)
from core.operations.journal import Failures, Journal
from core.operations.mark import Mark
from core.operations.marks import Marks
from core.operations.outdated import CheckAge
from core.operations.snapshot import ControllerSnapshot, SinceCheck
from core.operations.watchers import ExternalActivity, ExternalActivityWatch, Watch
from core.workers import FINAL_STATES


@dataclass(frozen=True)
class Recorded:
    """What one look found, swapped in as a whole: whoever shows one part of it shows no other look.

    history and minutes: the samples, the last one of this look. external, states, behind_s,
    since_check, marks and measures: see `ControllerSnapshot`.
    """

    history: tuple[Sample, ...] = ()
    minutes: tuple[Sample, ...] = ()
    external: ExternalActivity = field(default_factory=ExternalActivity)
    states: Mapping[int, PartitionState] = field(default_factory=dict)
    behind_s: float | None = None
    since_check: SinceCheck = field(default_factory=SinceCheck)
    marks: tuple[Mark, ...] = ()
    measures: Mapping[str, Measure] = field(default_factory=dict)


class Recorder:
    """Feeds history and alerts from snapshots. Used by one thread; `latest` and `alerts` by any.

    keep: write the history into the data directory.
    """

    def __init__(self, settings: Settings, clock: Clock, *, keep: bool) -> None:
        self._clock = clock
        self.history_file = settings.paths.data / "history.sqlite"
        self._file = HistoryFile(self.history_file) if keep else None
        self._external = ExternalActivityWatch(clock)
        self._done: tuple[int, int, object] = (0, 0, None)
        self.journal = Journal()
        self._history = History()
        self._check_age = CheckAge()
        self._marks = Marks()
        self.alerts = ControllerAlerts(settings.thresholds, clock, settings.pipeline.definition.row)
        self.latest = Recorded()

    def begin(self) -> None:
        """Recall what an earlier run kept."""
        now = self._clock.now()
        self._history.recall(read_history(self.history_file, now - KEPT), now)
        self.latest = Recorded(self._history.latest, self._history.minutes)

    def look(self, now: ControllerSnapshot, failures: Failures | None = None) -> None:
        """Take the moment of a second. failures: what ended a worker, by its name."""
        self.journal.see(now, failures or {})
        # A fast run may begin and end between two looks: then its counts tell of it.
        replayed = now.explored.replay.result
        before, self._done = self._done, (now.producer.sent, now.consumer.consumed, replayed)
        external = self._external.judge(
            None if now.watch.error else now.watch.value,
            producing=now.producer.state not in FINAL_STATES or before[0] != self._done[0],
            replaying=now.explored.replay.running or before[2] != self._done[2],
            consuming=now.consumer.state not in FINAL_STATES or before[1] != self._done[1],
        )
        # What others do is judged anew: the moment holds what the look before had found.
        now = replace(now, external=external)
        sample = self._sample(now)
        self._history.add(sample)
        if self._file is not None:
            self._file.add(sample)
        self.alerts.see(now)
        self._marks.see(now)
        self.latest = Recorded(
            self._history.latest,
            self._history.minutes,
            external,
            self.alerts.states,
            self.alerts.behind_s,
            self._check_age.see(now),
            self._marks.latest,
            self.alerts.measures,
        )

    def end(self) -> None:
        """Write what is not written yet."""
        if self._file is not None:
            self._file.flush()

    def samples(self, last: timedelta = KEPT) -> list[Sample]:
        """Return what is kept of the last hours, oldest first; reads a file."""
        now = self._clock.now()
        kept = read_history(self.history_file, now - last)
        newest = kept[-1].at if kept else now - last
        return [*kept, *(sample for sample in self.latest.history if sample.at > newest)]

    def _sample(self, now: ControllerSnapshot) -> Sample:
        """Return the one measurement of a second: every rate that is shown is taken from it."""
        producing = now.producer.state not in FINAL_STATES
        consuming = now.consumer.state not in FINAL_STATES
        topic = None if now.watch.error else now.watch.value
        latency, external = now.consumer.latency, now.external
        return Sample(
            now.at,
            now.producer.rate_actual if producing else _rate(topic, "produced", external.produced),
            now.consumer.rate if consuming else _rate(topic, "consumed", external.consumed),
            now.total_lag,
            latency.p50 if consuming else None,
            latency.p95 if consuming else None,
            latency.p99 if consuming else None,
        )


def _rate(
    topic: Watch | None, which: Literal["produced", "consumed"], external: float | None
) -> float | None:
    """Return the rate of others; none is at work where the topic is known, else nobody knows."""
    if external is not None:
        return external
    return None if topic is None or getattr(topic, which) is None else 0.0
