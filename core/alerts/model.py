"""What passes between the parts of the alerts: frozen and plain."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum

from core.text import N_, _
from core.threads import ThreadFailure


class Level(IntEnum):
    """How bad it is."""

    NONE = 0
    WARN = 1
    BAD = 2


def level_name(level: Level) -> str:
    """Return a level as people read it."""
    names = {Level.NONE: "–", Level.WARN: _("warning"), Level.BAD: _("critical")}
    return names[level]


RULES: Mapping[str, str] = {
    "producer": N_("producer state"),
    "lag": N_("lag"),
    "behind": N_("time lag"),
    "consumer": N_("consumer state"),
    "throughput": N_("throughput"),
    "undelivered": N_("undelivered"),
    "dead_letters": N_("dead letters"),
    "latency": N_("latency"),
    "merge": N_("merge"),
    "merge_task": N_("merge task"),
    "sink_task": N_("sink task"),
    "freshness": N_("freshness"),
    "validation": N_("validation"),
    "schema_drift": N_("schema drift"),
    "gaps": N_("lost offsets"),
    "topic": N_("topic"),
    "threads": N_("failed threads"),
    "restarts": N_("restarts"),
}
"""Every rule with its name in English, marked for translation."""


def rule_name(rule: str) -> str:
    """Return a rule as people read it."""
    return _(RULES[rule])


@dataclass(frozen=True)
class TaskReading:
    """A task inside Snowflake. gave_up: why it was suspended; empty while it was not.

    waiting: records that wait for it, and delay_s: how long the first has; None: not known.
    """

    gave_up: str = ""
    waiting: int | None = None
    delay_s: float | None = None


@dataclass(frozen=True)
class Restart:
    """A worker that failed and was started again: how often, when last (UTC), what had ended it."""

    worker: str
    times: int
    at: datetime
    reason: str


@dataclass(frozen=True)
class PipelineSample:
    """One moment of a pipeline, as far as it is known. None: not known.

    now_s: monotonic seconds. at: UTC. offsets: next offset that the consumer will read, by
    partition; ends: the next that will be written. reading: the consumer is at work, so an offset
    that does not move is the consumer's fault. unread: it is known that nobody reads (the consumer
    ended, is paused or waits). ended: what ended workers that failed, and how to fix it, one line
    each, by name. The counts are sums since the worker's start. consumed_rate: records per second.
    p95_ms: end-to-end latency. newest_row: when the newest row came into the warehouse. validation:
    0 PASS to 3 ERROR, and the checks that did not pass. drift: what `schema_drift` warned of.
    gap_offsets: offsets lost to retention. notices: what the consumer says must be heard, as of a
    topic that was made again. partitions: of the topic, as the broker tells. merge_delay_s: how
    long the oldest raw event has waited for its merge; merge_backlog: how many wait.
    merge_waits_for: what keeps the merge from going on. tasks: by the rule that judges them.
    restarts: workers that failed and were started again of late.
    """

    now_s: float
    at: datetime
    offsets: Mapping[int, int] = field(default_factory=dict)
    ends: Mapping[int, int] = field(default_factory=dict)
    reading: bool = False
    unread: bool = False
    consumed: int = 0
    dead_lettered: int = 0
    acked: int = 0
    failed: int = 0
    consumed_rate: float | None = None
    p95_ms: float | None = None
    merge_delay_s: float | None = None
    newest_row: datetime | None = None
    validation: int | None = None
    validation_checks: tuple[str, ...] = ()
    drift: str = ""
    gap_offsets: int = 0
    notices: tuple[str, ...] = ()
    partitions: int | None = None
    ended: Mapping[str, str] = field(default_factory=dict)
    merge_backlog: int | None = None
    merge_waits_for: str = ""
    failed_threads: tuple[ThreadFailure, ...] = ()
    tasks: Mapping[str, TaskReading] = field(default_factory=dict)
    restarts: tuple[Restart, ...] = ()

    @property
    def lag(self) -> int | None:
        """Records that wait, over all partitions whose offset is known; None without their ends."""
        if any(part not in self.ends for part in self.offsets):
            return None
        return sum(max(self.ends[part] - at, 0) for part, at in self.offsets.items())


@dataclass(frozen=True)
class RuleValue:
    """A figure against its two limits: above `warn` it warns, above `fail` it is bad.

    slack: an alert is over once the figure is at most this share of the limit that raised it.
    at_once: raised without waiting for it to last. message: one harmless line, and told: the same
    by language, where others than the one of this process may want it.
    """

    rule: str
    value: float
    warn: float
    fail: float
    message: str
    slack: float = 0.8
    at_once: bool = False
    told: Mapping[str, str] = field(default_factory=dict, compare=False)

    def level(self, present: Level) -> Level:
        """Return how bad the figure is, given how bad it was taken to be until now."""
        for level, limit in ((Level.BAD, self.fail), (Level.WARN, self.warn)):
            if self.value > (limit * self.slack if present >= level else limit):
                return level
        return Level.NONE


@dataclass(frozen=True)
class Measure:
    """What a rule measured last, and the limits that it was held against."""

    value: float
    warn: float
    fail: float


@dataclass(frozen=True)
class Alert:
    """Something wrong, from raised_at to cleared_at (None: still). Times in UTC.

    level: the present one; worst: the highest it had. acknowledged_at: a person has seen it. told:
    the message by language.
    """

    rule: str
    level: Level
    worst: Level
    message: str
    raised_at: datetime
    cleared_at: datetime | None = None
    acknowledged_at: datetime | None = None
    told: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def active(self) -> bool:
        """Whether it is still so."""
        return self.cleared_at is None

    def said_in(self, code: str) -> "Alert":
        """Return it as somebody reads it who speaks a language."""
        return replace(self, message=self.told.get(code, self.message), told={})


@dataclass(frozen=True)
class Change:
    """An alert that was raised, got worse or better, or was cleared."""

    kind: str
    alert: Alert
