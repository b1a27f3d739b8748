"""Whether a consumer keeps up, judged from how offset and lag move and not from lag alone.

The idea and the names of the states are those of LinkedIn's Burrow: a window of offsets per
partition decides (https://github.com/linkedin/Burrow/wiki/Consumer-Lag-Evaluation-Rules). There a
point is a commit of the group; here it is an observation, so `reading` says whether the consumer
was at work when its offset did not move.
"""

from collections import deque
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

_POINTS = 10


class PartitionState(IntEnum):
    """How a consumer does on one partition; the greatest is the worst."""

    OK = 0
    UNREAD = 1  # nobody reads it at present, for whatever reason; no alarm yet
    WARN = 2  # moves on, yet the lag never shrinks
    STALL = 3  # at work, yet its offset does not move
    STOP = 4  # not at work any more, and records wait
    REWIND = 5  # its offset went back


@dataclass(frozen=True)
class _Point:
    at_s: float
    offset: int
    lag: int


class PartitionWindow:
    """The last observations of one partition. window_s: seconds that count."""

    def __init__(self, window_s: float) -> None:
        self.window_s = window_s
        self._points: deque[_Point] = deque()
        self._level_at: float | None = None
        self._latest: _Point | None = None

    def add(self, at_s: float, offset: int, end: int, *, reading: bool) -> None:
        """Observe the consumer's next offset and the partition's end."""
        point = _Point(at_s, offset, max(end - offset, 0))
        if point.lag == 0:
            self._level_at = at_s
        before = self._latest
        self._latest = point
        if before is not None and not reading and offset == before.offset and self._points:
            return
        self._keep(point)
        while self._points[0].at_s < at_s - self.window_s:
            self._points.popleft()

    def _keep(self, point: _Point) -> None:
        """Keep about ten points a window: between close ones, lag goes up and down by chance."""
        gap = self.window_s / _POINTS
        last = self._points[-1] if self._points else None
        if last is None or point.at_s - last.at_s >= gap or point.offset < last.offset:
            self._points.append(point)
        elif point.lag == 0:
            self._points[-1] = point

    @property
    def lag(self) -> int:
        """Records that waited at the last observation."""
        return self._latest.lag if self._latest is not None else 0

    def state(self, now_s: float) -> PartitionState:
        """Return the verdict of the whole window."""
        if self._latest is None or self._latest.lag == 0:
            return PartitionState.OK
        if self._stopped(now_s):
            return PartitionState.STOP
        if any(point.lag == 0 for point in self._points) or not self._long_enough():
            return PartitionState.REWIND if self._rewound() else PartitionState.OK
        if self._rewound():
            return PartitionState.REWIND
        return self._progress()

    def _stopped(self, now_s: float) -> bool:
        """No sign of the consumer for longer than it was seen, and not level of late."""
        last = self._points[-1].at_s
        silent = now_s - last
        if silent < self.window_s / 2 or silent <= last - self._points[0].at_s:
            return False
        return self._level_at is None or now_s - self._level_at >= self.window_s / 2

    def _long_enough(self) -> bool:
        span = self._points[-1].at_s - self._points[0].at_s
        return span >= self.window_s / 2

    def _rewound(self) -> bool:
        """Whether the offset went back and has not come as far again since."""
        highest = -1
        for point in self._points:
            highest = max(highest, point.offset)
        went_back = any(later.offset < earlier.offset for earlier, later in pairwise(self._points))
        return went_back and self._points[-1].offset < highest

    def _progress(self) -> PartitionState:
        points = list(self._points)
        if all(point.offset == points[0].offset for point in points):
            return PartitionState.STALL
        if all(later.lag >= earlier.lag for earlier, later in pairwise(points)):
            return PartitionState.WARN
        return PartitionState.OK
