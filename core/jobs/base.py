"""What every job is given and gives back, and the few rules all of them share.

`run(context, options)` works until it is done or until `context.stop` is set; then it drains (what
was read is written, what was sent is confirmed) and returns its result all the same. It raises a
DropshipError when it cannot go on. Figures that are known before the end are noted with
`context.note`, so that a run that fails half way can still say how far it came.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Protocol

from core.clock import Clock, SystemClock
from core.config.errors import Problem
from core.config.load import SettingsSource
from core.config.settings import Settings
from core.metrics.meters import Meters
from core.progress import NoProgress, Progress
from core.text import ngettext


@dataclass(frozen=True)
class Table:
    """A small table of a summary. Cells are plain values; numbers are aligned to the right."""

    headers: Sequence[str]
    rows: Sequence[Sequence[object]]
    title: str = ""


@dataclass(frozen=True)
class Summary:
    """What a person reads at the end: a few lines, then tables. Text of ours is translated."""

    lines: Sequence[str] = ()
    tables: Sequence[Table] = ()


class JobResult(Protocol):
    """The outcome of a job that came to its end."""

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result.

        Values may be dict, list, tuple, str, int, float, bool, None, Decimal (money, shown with
        two decimals), datetime (shown in UTC), Path or StrEnum.
        """
        ...

    def summary(self) -> Summary:
        """Return what a person should read."""
        ...

    @property
    def bad(self) -> str:
        """Why the job was done and its result is bad all the same (exit 1); empty when good."""
        ...


class Deadline:
    """A point in monotonic time, or none at all."""

    def __init__(self, clock: Clock, seconds: float | None) -> None:
        self._clock = clock
        self._at = None if seconds is None else clock.monotonic() + seconds

    @property
    def expired(self) -> bool:
        """Whether the time is over; never without a limit."""
        return self._at is not None and self._clock.monotonic() >= self._at


def _show_nothing(_result: JobResult) -> None:
    """Ignore an interim result: for callers without anyone to show it to."""


@dataclass(frozen=True)
class JobContext:
    """What a job works with.

    meters: where it hangs what can be measured while it works.
    stop: set once a clean end is wanted. show: takes interim results of a job that repeats itself
    (`--watch`). max_bad: records that may go wrong before the result is bad; None is the default
    rule. known: the figures so far, see `note`. problems: wrong settings; only `doctor` is run with
    any. source: where the settings came from; only a service needs to know.
    """

    settings: Settings
    progress: Progress = field(default_factory=NoProgress)
    stop: Event = field(default_factory=Event)
    clock: Clock = field(default_factory=SystemClock)
    max_bad: int | None = None
    show: Callable[[JobResult], None] = _show_nothing
    known: dict[str, object] = field(default_factory=dict)
    meters: Meters = field(default_factory=Meters)
    problems: Sequence[Problem] = ()
    source: SettingsSource | None = None

    @property
    def stopping(self) -> bool:
        """Whether a clean end is wanted."""
        return self.stop.is_set()

    def cancelled(self) -> bool:
        """Return whether a clean end is wanted; in the form that long work asks for."""
        return self.stop.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait, at most `seconds`; return whether a clean end is wanted."""
        return self.clock.wait(self.stop, seconds)

    def deadline(self, seconds: float | None) -> Deadline:
        """Return the moment `seconds` from now; None never comes."""
        return Deadline(self.clock, seconds)

    def note(self, fields: Mapping[str, object]) -> None:
        """Remember figures of the result that are already certain; later ones replace earlier."""
        self.known.update(fields)

    def part(self, name: str) -> "JobContext":
        """Return the context of one part of a larger job; its figures go under its name."""
        known: dict[str, object] = {}
        self.known[name] = known
        return replace(self, known=known)


def too_many_bad(
    max_bad: int | None, *, undelivered: int = 0, dead_lettered: int = 0, rejected: int = 0
) -> str:
    """Return why a count of bad records makes a result bad, or nothing.

    Without a limit any undelivered event does, dead letters and rejected rows do not. With one,
    all three together may come up to it.
    """
    if max_bad is None:
        if undelivered == 0:
            return ""
        return ngettext(
            "{count} event was not delivered", "{count} events were not delivered", undelivered
        ).format(count=undelivered)
    total = undelivered + dead_lettered + rejected
    if total <= max_bad:
        return ""
    return ngettext(
        "{total} bad record, {limit} allowed: {undelivered} undelivered, "
        "{dead_lettered} dead-lettered, {rejected} rejected",
        "{total} bad records, {limit} allowed: {undelivered} undelivered, "
        "{dead_lettered} dead-lettered, {rejected} rejected",
        total,
    ).format(
        total=total,
        limit=max_bad,
        undelivered=undelivered,
        dead_lettered=dead_lettered,
        rejected=rejected,
    )
