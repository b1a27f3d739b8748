"""What a screen or a result may know of the merge, and the figures it is made of."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from core.clock import Clock
from core.text import _
from core.text.amounts import raw_events
from core.text.number_format import count
from core.warehouse.backlog import MergeBacklog
from core.warehouse.model import MergeResult
from core.workers import RunState


@dataclass(frozen=True)
class MergeSnapshot:
    """One moment of the merge.

    state: of its thread, and since: when it came to it. total, last and runs: of the merges that
    took events, up to the latest one, also in the middle of a long backlog. last_merge: when a
    merge last came to its end, also one that found nothing. backlog: raw events that wait; None:
    not known yet. waiting_for: a failure that passes, being tried again. error and hint: what ended
    it. errors: failures so far, of both kinds. Times in UTC.
    """

    state: RunState = RunState.IDLE
    total: MergeResult = field(default_factory=MergeResult)
    last: MergeResult = field(default_factory=MergeResult)
    runs: int = 0
    since: datetime | None = None
    last_merge: datetime | None = None
    backlog: MergeBacklog | None = None
    waiting_for: str = ""
    error: str = ""
    hint: str = ""
    errors: int = 0

    def delay_s(self, now: datetime) -> float | None:
        """Return how long the oldest event has waited, in seconds; None: nothing is known.

        Where the backlog is not known, it is what the last merge that took events has met.
        """
        if self.backlog is not None:
            return self.backlog.age_s(now)
        return self.last.delay_s if self.last.taken else None


def merged_line(result: MergeResult) -> str:
    """Return the counts of a merge as people read them."""
    line = _(
        "{taken} merged: {inserted} inserted, {updated} updated, {stale} stale, "
        "{quarantined} quarantined"
    )
    if result.deleted:
        line = _(
            "{taken} merged: {inserted} inserted, {updated} updated, {deleted} deleted, "
            "{stale} stale, {quarantined} quarantined"
        )
    return line.format(
        taken=raw_events(result.taken),
        inserted=count(result.inserted),
        updated=count(result.updated),
        deleted=count(result.deleted),
        stale=count(result.stale),
        quarantined=count(result.quarantined),
    )


class MergeFigures:
    """The figures of a merge, as snapshots. One thread writes; `latest` may be read from any."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.latest = MergeSnapshot()

    def took(self, run: MergeResult) -> None:
        """Count one merge that came to its end; one that found nothing is no run."""
        last = replace(self.latest, last_merge=self._clock.now(), waiting_for="")
        if run.taken:
            last = replace(last, total=last.total.plus(run), last=run, runs=last.runs + 1)
        self.latest = last

    def failed(self, reason: str, *, passes: bool) -> None:
        """Count a failure. passes: it is tried again."""
        waiting = reason if passes else ""
        self.latest = replace(self.latest, errors=self.latest.errors + 1, waiting_for=waiting)
