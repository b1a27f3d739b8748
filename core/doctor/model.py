"""What the doctor finds: one line for each thing it looked at, and how to fix it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from core.broker.base import Watermark
from core.broker.identity import TopicIdentity
from core.clock import Clock
from core.config import Settings
from core.config.errors import Problem
from core.remedies import Remedy, outside
from core.text import _

_BROKER = frozenset({"broker", "topic"})
_WAREHOUSE = frozenset({"warehouse", "tables"})
_HIDES: Mapping[str, frozenset[str]] = {
    "KAFKA_TOPIC": frozenset({"topic"}),
    "KAFKA_GROUP_ID": frozenset({"offsets"}),
    "KAFKA_TOPIC_PARTITIONS": frozenset(),
    "KAFKA_TOPIC_REPLICATION": frozenset(),
    "SNOW_SCHEMA": frozenset({"tables"}),
    "DUCKDB_MEMORY_LIMIT_MB": frozenset(),
}
"""Settings that stand in the way of less than all checks of their back end."""


class Status(StrEnum):
    """`fail`: the pipeline will not work. `warn`: it may not, or something could not be seen."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. detail: what was seen.

    advice and remedies: how to fix it, in words and as what does it; nothing when it is ok.
    """

    name: str
    status: Status
    detail: str
    advice: str = ""
    remedies: tuple[Remedy, ...] = ()

    @property
    def hint(self) -> str:
        """How to fix it without the console."""
        return outside(self.remedies, self.advice)


@dataclass(frozen=True)
class TopicFacts:
    """The topic as the broker shows it. committed: offsets that the group told Kafka."""

    identity: TopicIdentity
    marks: Mapping[int, Watermark]
    committed: Mapping[int, int]


@dataclass
class DoctorContext:
    """One visit. topic and stored are left by earlier sections for the comparison at the end.

    stored: next offset of each partition as the warehouse has it. patience_s: how long a broker
    may take to answer; the whole visit has `settings.timeout_s`. problems: wrong settings, which
    have their default in `settings`.
    """

    settings: Settings
    clock: Clock
    patience_s: float
    topic: TopicFacts | None = None
    stored: Mapping[int, int] | None = None
    problems: Sequence[Problem] = ()

    @property
    def unsure(self) -> frozenset[str]:
        """Names of the checks that wrong settings stand in the way of."""
        return frozenset().union(
            *(_hidden_by(problem.setting.upper()) for problem in self.problems)
        )


@dataclass(frozen=True)
class CheckGroup:
    """Checks that belong together. look: yields a finding for each of `names`, in that order."""

    names: tuple[str, ...]
    look: Callable[[DoctorContext], Iterator[Finding]] = field(repr=False)


def ok(name: str, detail: str) -> Finding:
    """Return a finding that needs nothing."""
    return Finding(name, Status.OK, detail)


def warn(name: str, detail: str, advice: str = "", remedies: Sequence[Remedy] = ()) -> Finding:
    """Return a finding that someone should look at."""
    return Finding(name, Status.WARN, detail, advice, tuple(remedies))


def fail(name: str, detail: str, advice: str = "", remedies: Sequence[Remedy] = ()) -> Finding:
    """Return a finding that must be fixed."""
    return Finding(name, Status.FAIL, detail, advice, tuple(remedies))


def skipped(name: str) -> Finding:
    """Return the finding of a check that a wrong setting stands in the way of."""
    return warn(
        name,
        _("not looked at: a setting that it depends on is wrong"),
        _("fix the settings first"),
    )


def _hidden_by(setting: str) -> frozenset[str]:
    """Return the checks that cannot be made while a setting is wrong; "" is a whole file."""
    if setting in _HIDES:
        return _HIDES[setting]
    for prefix, names in (
        ("KAFKA_SCHEMA_REGISTRY_", frozenset({"registry"})),
        ("KAFKA_", _BROKER),
        ("SNOW_", _WAREHOUSE),
    ):
        if setting.startswith(prefix):
            return names
    return frozenset() if setting else _BROKER | _WAREHOUSE
