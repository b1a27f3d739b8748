"""How long it takes to the commit in the warehouse, as percentiles.

From a record's time in the topic it is the latency of the pipeline; from the event's own timestamp,
the age of the event, which may be years where old events are published again.
"""

import numpy as np
import numpy.typing as npt

from core.consumer.snapshot import LatencyBuckets, Percentiles

_LOWEST_MS = 0.1
_STEPS_PER_DOUBLING = 16  # a step is 4.4 %: the error of a percentile
_DOUBLINGS = 45  # up to a hundred years, for the age of events
_BINS = _STEPS_PER_DOUBLING * _DOUBLINGS
_TOLD = range(4, 26)
"""Doublings that a histogram tells: from 1.6 ms to 56 minutes, which is what anybody asks for."""
_EDGES = _LOWEST_MS * 2.0 ** (np.arange(1, _BINS) / _STEPS_PER_DOUBLING)


class LatencyHistogram:
    """Latencies of a whole run and of the last seconds, in bins of a fixed ratio.

    Used by one thread. recent_s: how far back `recent` looks.
    """

    def __init__(self, recent_s: int = 10) -> None:
        self._total = np.zeros(_BINS, dtype=np.int64)
        self._ring = np.zeros((recent_s, _BINS), dtype=np.int64)
        self._second = -1
        self._sum_ms = 0.0

    def add(self, latencies_ms: npt.NDArray[np.float64], second: int) -> None:
        """Count latencies at a monotonic second; negative ones (a clock that jumped) as zero."""
        counts = np.bincount(np.searchsorted(_EDGES, latencies_ms), minlength=_BINS)
        self._advance(second)
        self._total += counts
        self._sum_ms += float(latencies_ms.sum())
        self._ring[second % len(self._ring)] += counts

    def whole(self) -> Percentiles:
        """Return the percentiles of the whole run."""
        return _percentiles(self._total)

    def recent(self, second: int) -> Percentiles:
        """Return the percentiles of the last seconds before a monotonic second."""
        self._advance(second)
        return _percentiles(self._ring.sum(axis=0))

    def buckets(self) -> LatencyBuckets:
        """Return the whole run in a few buckets, each twice as wide as the one before."""
        reached = np.cumsum(self._total)
        return LatencyBuckets(
            bounds_s=tuple(_LOWEST_MS * 2**power / 1000 for power in _TOLD),
            counts=tuple(int(reached[power * _STEPS_PER_DOUBLING - 1]) for power in _TOLD),
            total=int(reached[-1]),
            sum_s=self._sum_ms / 1000,
        )

    def _advance(self, second: int) -> None:
        """Empty the slots of seconds that have passed since the last call."""
        for passed in range(max(self._second + 1, second - len(self._ring) + 1), second + 1):
            self._ring[passed % len(self._ring)] = 0
        self._second = max(self._second, second)


def _percentiles(counts: npt.NDArray[np.int64]) -> Percentiles:
    """Return the upper edges of the bins that hold the percentiles."""
    reached = np.cumsum(counts)
    if not reached[-1]:
        return Percentiles()
    wanted = np.ceil(reached[-1] * np.array([0.50, 0.95, 0.99]))
    bins = np.minimum(np.searchsorted(reached, wanted), len(_EDGES) - 1)
    p50, p95, p99 = (round(float(edge), 1) for edge in _EDGES[bins])
    return Percentiles(p50, p95, p99)
