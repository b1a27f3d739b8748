"""Events per second over a short sliding window, for screens and results."""

from collections import deque


class RateMeter:
    """Rate of a growing total over the last `window` seconds.

    One thread calls `observe`; any thread may read `per_second`.
    """

    def __init__(self, window: float = 3.0) -> None:
        self._window = window
        self._points: deque[tuple[float, int]] = deque()
        self.per_second = 0.0

    def observe(self, at: float, total: int) -> None:
        """Note that the total is `total` at monotonic second `at`."""
        points = self._points
        points.append((at, total))
        while len(points) > 2 and at - points[1][0] >= self._window:  # noqa: PLR2004
            points.popleft()
        first_at, first_total = points[0]
        span = at - first_at
        self.per_second = (total - first_total) / span if span > 0 else 0.0
