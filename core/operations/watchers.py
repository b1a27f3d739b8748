"""What the broker tells of a topic, whoever runs the workers: lag, and events per second.

A console of someone who runs nothing himself sees from it that others do.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.broker.base import Broker
from core.clock import Clock

_WINDOW_S = 5.0
_AFTERMATH_S = 10.0


@dataclass(frozen=True)
class Watch:
    """One look at the topic.

    By partition: lag in records, ends (the next offset to be written) and committed (the next to be
    read: as it is stored here where that is known, else by Kafka's account). held_back: records
    that wait behind an open transaction.

    produced and consumed: records per second of the last seconds, None before the second look.
    records: in the topic now.
    """

    lag: Mapping[int, int] = field(default_factory=dict)
    records: int = 0
    ends: Mapping[int, int] = field(default_factory=dict)
    committed: Mapping[int, int] = field(default_factory=dict)
    produced: float | None = None
    consumed: float | None = None
    held_back: int = 0

    @property
    def total_lag(self) -> int:
        """Records that the group has not committed."""
        return sum(self.lag.values())


@dataclass(frozen=True)
class Others:
    """Events per second that are not this process's doing; None: none are seen."""

    produced: float | None = None
    consumed: float | None = None

    @property
    def seen(self) -> bool:
        """Whether someone else is at work."""
        return self.produced is not None or self.consumed is not None


class TopicWatcher:
    """Looks at a topic again and again. Used by one thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, int, int]] = deque()

    def look(
        self,
        broker: Broker,
        topic: str,
        group_id: str,
        stored_here: Mapping[int, int] | None = None,
    ) -> Watch:
        """Return the present state. Errors: BrokerError.

        stored_here: next offset of each partition in the warehouse, None where it cannot be asked.
        What the group committed to Kafka may have gone into another one.
        """
        marks = broker.watermarks(topic)
        stored = broker.committed(topic, group_id) if stored_here is None else stored_here
        ends = {part: mark.high for part, mark in marks.items()}
        committed = {part: max(stored.get(part, 0), mark.low) for part, mark in marks.items()}
        produced, consumed = self._rates(sum(ends.values()), sum(committed.values()))
        return Watch(
            lag={part: max(end - committed[part], 0) for part, end in ends.items()},
            records=sum(mark.high - mark.low for mark in marks.values()),
            held_back=sum(mark.held_back for mark in marks.values()),
            ends=ends,
            committed=committed,
            produced=produced,
            consumed=consumed,
        )

    def _rates(self, written: int, read: int) -> tuple[float | None, float | None]:
        now = self._clock.monotonic()
        if self._seen and written < self._seen[-1][1]:
            self._seen.clear()  # another topic of the same name
        self._seen.append((now, written, read))
        while len(self._seen) > 2 and self._seen[0][0] < now - _WINDOW_S:  # noqa: PLR2004 - two points make a rate
            self._seen.popleft()
        began, first_written, first_read = self._seen[0]
        elapsed = now - began
        if elapsed <= 0:
            return None, None
        return (written - first_written) / elapsed, max(read - first_read, 0) / elapsed


class OthersWatch:
    """Tells the doing of others from our own, which echoes in the topic for some seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._produced_s = self._consumed_s = float("-inf")

    def judge(self, watch: Watch | None, *, producing: bool, consuming: bool) -> Others:
        """Return who is at work besides our own workers."""
        now = self._clock.monotonic()
        self._produced_s = now if producing else self._produced_s
        self._consumed_s = now if consuming else self._consumed_s
        if watch is None:
            return Others()
        quiet_p = now - self._produced_s > _AFTERMATH_S
        quiet_c = now - self._consumed_s > _AFTERMATH_S
        return Others(
            watch.produced if quiet_p and watch.produced else None,
            watch.consumed if quiet_c and watch.consumed else None,
        )
