"""What the broker tells of a topic, whoever runs the workers: lag, and events per second.

A console of someone who runs nothing himself sees from it that others do.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.broker.base import Broker
from core.clock import Clock
from core.operations.stored import Account

_WINDOW_S = 5.0
_LONGEST_S = 30.0
"""A figure of the warehouse that is older tells nothing of who is at work now."""
_AFTERMATH_S = 10.0


@dataclass(frozen=True)
class Watch:
    """One look at the topic.

    By partition: lag in records, ends (the next offset to be written) and stored (the next to be
    stored in the warehouse); lag and stored are empty while that is not known. stored_at: when the
    warehouse was asked (UTC), None where that was at this look. commits: stored is what the watched
    group committed to Kafka, for want of a better account. held_back: records that wait behind an
    open transaction.

    produced and consumed: records per second of the last seconds, None before the second look.
    records: in the topic now.
    """

    lag: Mapping[int, int] = field(default_factory=dict)
    records: int = 0
    ends: Mapping[int, int] = field(default_factory=dict)
    stored: Mapping[int, int] = field(default_factory=dict)
    produced: float | None = None
    consumed: float | None = None
    held_back: int = 0
    stored_at: datetime | None = None
    commits: bool = False

    @property
    def total_lag(self) -> int | None:
        """Records that wait to be stored; None while that is not known."""
        return sum(self.lag.values()) if self.lag else None


@dataclass(frozen=True)
class ExternalActivity:
    """Events per second that other processes publish or store; None: none are seen."""

    produced: float | None = None
    consumed: float | None = None

    @property
    def seen(self) -> bool:
        """Whether someone else is at work."""
        return self.produced is not None or self.consumed is not None


class _Rate:
    """How fast a count grew in the last seconds, over two readings at least."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def add(self, at_s: float, count: int) -> None:
        """Take a reading."""
        self._seen.append((at_s, count))
        while len(self._seen) > 2 and self._seen[0][0] < at_s - _WINDOW_S:  # noqa: PLR2004 - two points make a rate
            self._seen.popleft()

    def per_second(self, now_s: float) -> float | None:
        """Return the rate; None before the second reading, and once the last is too old."""
        if not self._seen or now_s - self._seen[-1][0] > _LONGEST_S:
            return None
        (began, first), (ended, last) = self._seen[0], self._seen[-1]
        return (last - first) / (ended - began) if ended > began else None


class TopicWatcher:
    """Looks at a topic again and again. Used by one thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._restart()

    def _restart(self) -> None:
        self._written, self._read = _Rate(), _Rate()
        self._end = 0
        self._kind: bool | None = None
        self._told_at: datetime | None = None

    def look(self, broker: Broker, topic: str, account: Account) -> Watch:
        """Return the present state by an account of what is stored. Errors: BrokerError."""
        marks = broker.watermarks(topic)
        ends = {part: mark.high for part, mark in marks.items()}
        found = account.offsets
        stored = (
            {}
            if found is None
            else {part: max(found.get(part, 0), mark.low) for part, mark in marks.items()}
        )
        self._observe(sum(ends.values()), account, stored)
        now_s = self._clock.monotonic()
        consumed = self._read.per_second(now_s)
        return Watch(
            lag={part: max(ends[part] - following, 0) for part, following in stored.items()},
            records=sum(mark.high - mark.low for mark in marks.values()),
            held_back=sum(mark.held_back for mark in marks.values()),
            ends=ends,
            stored=stored,
            produced=self._written.per_second(now_s),
            consumed=None if consumed is None else max(consumed, 0.0),
            stored_at=account.at,
            commits=account.commits,
        )

    def _observe(self, end: int, account: Account, stored: Mapping[int, int]) -> None:
        """Take the readings of a look; what was stored counts once for each time it was asked."""
        if end < self._end:
            self._restart()  # another topic of the same name
        now_s, self._end = self._clock.monotonic(), end
        self._written.add(now_s, end)
        if account.offsets is None:
            return
        if account.commits is not self._kind:
            # Two accounts are no progress from one to the other.
            self._read, self._kind, self._told_at = _Rate(), account.commits, None
        if account.at is None or account.at != self._told_at:
            self._told_at = account.at
            self._read.add(now_s, sum(stored.values()))


class ExternalActivityWatch:
    """Tells the doing of others from our own, which echoes in the topic for some seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._produced_s = self._consumed_s = float("-inf")

    def judge(
        self, watch: Watch | None, *, producing: bool, consuming: bool, replaying: bool = False
    ) -> ExternalActivity:
        """Return who is at work besides our own workers. replaying: dead letters, by ourselves."""
        now = self._clock.monotonic()
        self._produced_s = now if producing or replaying else self._produced_s
        self._consumed_s = now if consuming else self._consumed_s
        if watch is None:
            return ExternalActivity()
        quiet_p = now - self._produced_s > _AFTERMATH_S
        quiet_c = now - self._consumed_s > _AFTERMATH_S
        return ExternalActivity(
            watch.produced if quiet_p and watch.produced else None,
            watch.consumed if quiet_c and watch.consumed else None,
        )
