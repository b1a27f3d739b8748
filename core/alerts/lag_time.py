"""How many seconds a consumer is behind: since when the record that it will read next waits.

The end of a partition is known at every observation. The first time at which it lay beyond the
consumer's offset is when the next record arrived, so no message needs to be read for it.
"""

from bisect import bisect_right
from collections import deque

_MOST_POINTS = 3_600


class PartitionLagTime:
    """The course of a partition's end, and the age of any offset in it."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=_MOST_POINTS)
        self._ends: deque[int] = deque(maxlen=_MOST_POINTS)

    def add(self, at_s: float, end: int) -> None:
        """Observe the end; one that went back is that of another topic."""
        if self._ends and end < self._ends[-1]:
            self._times.clear()
            self._ends.clear()
        if not self._ends or end > self._ends[-1]:
            self._times.append(at_s)
            self._ends.append(end)

    def seconds(self, offset: int, now_s: float) -> float:
        """Return how long the record at `offset` has waited, 0 when there is none.

        At least so long: what was there at the first observation may be older.
        """
        index = bisect_right(self._ends, offset)
        if index >= len(self._times):
            return 0.0
        return max(now_s - self._times[index], 0.0)
