"""The alerts of a controller: from its snapshot to readings, and from changes into the log."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.alerts.engine import AlertEngine
from core.alerts.headless import record, sample_of
from core.alerts.lag_evaluator import PartitionState
from core.alerts.model import Alert, Measure, PipelineSample, TaskReading
from core.alerts.rules import RuleEvaluator
from core.alerts.workers import thread_values
from core.clock import Clock
from core.config.thresholds import Thresholds
from core.operations.snapshot import ControllerSnapshot
from core.pipeline.definition import RowWords
from core.threads import ThreadFailure
from core.validation.drift import NAME as SCHEMA_DRIFT
from core.validation.model import Status, ValidationResult
from core.workers import FINAL_STATES


class ControllerAlerts:
    """Looks at a controller about once a second. `see` is for one thread, the rest for any."""

    def __init__(self, limits: Thresholds, clock: Clock, row: RowWords | None = None) -> None:
        self._clock = clock
        self._rules = RuleEvaluator(limits, row)
        self._engine = AlertEngine(limits.alert_hold_s)
        self.measures: Mapping[str, Measure] = {}
        """What each rule measured last, by its name; a rule that had no figure is not there."""
        self.states: dict[int, PartitionState] = {}
        self.behind_s: float | None = None

    @property
    def latest(self) -> tuple[Alert, ...]:
        """Active alerts, worst first; then past ones, newest first."""
        return self._engine.latest

    def take_limits(self, limits: Thresholds) -> None:
        """Judge by other limits from the next moment on."""
        self._rules.take_limits(limits)
        self._engine.hold_s = limits.alert_hold_s

    def see(self, now: ControllerSnapshot) -> None:
        """Judge a moment."""
        moment = self._sample(now)
        values = self._rules.values(moment)
        for change in self._engine.see(moment.now_s, moment.at, values):
            record(change)
        self.measures = {one.rule: Measure(one.value, one.warn, one.fail) for one in values}
        self.states = dict(self._rules.states(moment.now_s))
        self.behind_s = self._rules.behind_s(moment)

    def tell_failures(self, failed: Sequence[ThreadFailure]) -> None:
        """Raise the alert of failed threads alone: where judging a whole moment fails itself."""
        moment = PipelineSample(
            now_s=self._clock.monotonic(), at=self._clock.now(), failed_threads=tuple(failed)
        )
        for change in self._engine.see(moment.now_s, moment.at, thread_values(moment)):
            record(change)

    def acknowledge(self, rule: str | None = None) -> int:
        """Mark an alert (None: all) as seen by a person; return how many were not yet."""
        return self._engine.acknowledge(self._clock.now(), rule)

    def _sample(self, now: ControllerSnapshot) -> PipelineSample:
        own = sample_of(self._clock, now.consumer, now.producer, now.merge)
        if now.consumer.state in FINAL_STATES or not now.consumer.offsets:
            own = self._from_topic(own, now)
        else:
            own = self._with_the_rest(own, now)
        found = now.validation.result
        if found is not None:
            names = tuple(check.name for check in found.checks if check.status > Status.PASS)
            names = names or (found.status.name,)  # the report of an earlier run may be gone
            own = replace(
                own,
                validation=int(found.status),
                validation_checks=names,
                drift=_drift(found),
            )
        newest = now.figures.value.newest_row if now.figures.value else None
        topic = None if now.watch.error else now.watch.value
        parts = None if topic is None else len(topic.ends)
        return replace(
            own, newest_row=newest, partitions=parts, tasks=self._tasks(now), restarts=now.restarts
        )

    @staticmethod
    def _tasks(now: ControllerSnapshot) -> dict[str, TaskReading]:
        """Return what the latest figures tell of tasks inside Snowflake."""
        tasks = now.figures.value.tasks if now.figures.value else ()
        return {
            ("sink_task" if task.of_sink else "merge_task"): TaskReading(
                gave_up=task.line if task.gave_up else "",
                waiting=None if task.backlog is None else task.backlog.events,
                delay_s=None if task.backlog is None else task.backlog.age_s(now.at),
            )
            for task in tasks
        }

    @staticmethod
    def _with_the_rest(own: PipelineSample, now: ControllerSnapshot) -> PipelineSample:
        """Add the partitions that other members hold: this warehouse wants them too."""
        watch = None if now.watch.error else now.watch.value
        offsets = {**(watch.stored if watch is not None else {}), **own.offsets}
        ends = {part: offset + now.lag.get(part, 0) for part, offset in offsets.items()}
        return replace(own, offsets=offsets, ends=ends)

    @staticmethod
    def _from_topic(own: PipelineSample, now: ControllerSnapshot) -> PipelineSample:
        """Take offsets and rate of whoever reads the topic, as warehouse and broker tell."""
        watch = now.watch.value
        if watch is None or now.watch.error:
            return replace(own, offsets={}, ends={}, reading=False, consumed_rate=None)
        others = now.external.consumed
        return replace(
            own,
            offsets=watch.stored,
            ends=watch.ends,
            reading=others is not None,
            unread=own.unread and others is None,
            consumed_rate=others,
        )


def _drift(found: ValidationResult) -> str:
    """Return what a validation warned of about the layout of events; empty for nothing."""
    told = (
        check.message
        for check in found.checks
        if check.name == SCHEMA_DRIFT and check.status is Status.WARN
    )
    return next(told, "")
