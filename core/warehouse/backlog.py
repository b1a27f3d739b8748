"""How many raw events wait for their merge, and since when: counted as they come and go.

Counting them in the table would read it again and again while batches are written. The embedded
warehouse has one process, so what was there when it looked first, plus what it stored, minus what
it merged, is exact. On Snowflake others store and merge too: there it is what this process stored
and no merge has taken yet.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

_MOST_BATCHES = 10_000
"""Batches whose time is kept; beyond, the newest count as old as the one before them."""


@dataclass(frozen=True)
class MergeBacklog:
    """Raw events not merged yet. oldest_at: when the first of them came (UTC); None without any."""

    events: int = 0
    oldest_at: datetime | None = None

    def age_s(self, now: datetime) -> float:
        """Return how long the oldest event has waited, in seconds; 0 without any."""
        return 0.0 if self.oldest_at is None else max((now - self.oldest_at).total_seconds(), 0.0)


class BacklogLedger:
    """Counts raw events in, and merged ones out, in order of arrival. Any thread may use it.

    events and oldest_at: what waits already.
    """

    def __init__(self, events: int = 0, oldest_at: datetime | None = None) -> None:
        self._lock = Lock()
        self._stored = self._merged = 0
        self._batches: deque[tuple[int, datetime]] = deque()
        self.latest = MergeBacklog()
        """The present backlog; swapped in whole, so reading it never waits."""
        if events and oldest_at is not None:
            self.stored(events, oldest_at)

    @property
    def mark(self) -> int:
        """How many events were ever counted in, for `merged_through`."""
        return self._stored

    def stored(self, events: int, at: datetime) -> None:
        """Count a batch that was committed."""
        if not events:
            return
        with self._lock:
            self._stored += events
            if len(self._batches) < _MOST_BATCHES:
                self._batches.append((self._stored, at))
            else:
                self._batches[-1] = (self._stored, self._batches[-1][1])
            self._publish()

    def merged(self, events: int) -> None:
        """Count out the oldest events, which a merge has taken."""
        with self._lock:
            # A merge may see a batch before its writer has counted it in: this side may lead.
            self._merged += events
            self._publish()

    def merged_through(self, mark: int) -> None:
        """Count out all that had been stored at a mark: a merge after it took everything."""
        with self._lock:
            self._merged = max(self._merged, mark)
            self._publish()

    def _publish(self) -> None:
        while self._batches and self._batches[0][0] <= self._merged:
            self._batches.popleft()
        oldest = self._batches[0][1] if self._batches else None
        self.latest = MergeBacklog(max(self._stored - self._merged, 0), oldest)
