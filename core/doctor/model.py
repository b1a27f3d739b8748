"""What the doctor finds: one line for each thing it looked at, and how to mend it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.broker.base import Watermark
from core.broker.identity import TopicIdentity
from core.clock import Clock
from core.config import Settings


class Status(StrEnum):
    """`fail`: the pipeline will not work. `warn`: it may not, or something could not be seen."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. detail: what was seen. hint: how to mend it, unless ok."""

    name: str
    status: Status
    detail: str
    hint: str = ""


@dataclass(frozen=True)
class TopicFacts:
    """The topic as the broker shows it. committed: offsets that the group told Kafka."""

    identity: TopicIdentity
    marks: Mapping[int, Watermark]
    committed: Mapping[int, int]


@dataclass
class Examination:
    """One visit. topic and stored are left by earlier sections for the comparison at the end.

    stored: next offset of each partition as the warehouse has it. patience_s: how long a broker
    may take to answer; the whole visit has `settings.timeout_s`.
    """

    settings: Settings
    clock: Clock
    patience_s: float
    topic: TopicFacts | None = None
    stored: Mapping[int, int] | None = None


@dataclass(frozen=True)
class Section:
    """Checks that belong together. look: yields a finding for each of `names`, in that order."""

    names: tuple[str, ...]
    look: Callable[[Examination], Iterator[Finding]] = field(repr=False)


def ok(name: str, detail: str) -> Finding:
    """Return a finding that needs nothing."""
    return Finding(name, Status.OK, detail)


def warn(name: str, detail: str, hint: str) -> Finding:
    """Return a finding that someone should look at."""
    return Finding(name, Status.WARN, detail, hint)


def fail(name: str, detail: str, hint: str) -> Finding:
    """Return a finding that must be mended."""
    return Finding(name, Status.FAIL, detail, hint)
