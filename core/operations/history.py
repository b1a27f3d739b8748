"""The last minutes as one sample a second: what charts draw."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Sample:
    """One second: produced and consumed in events per second, lag in records, latency in ms."""

    at: datetime
    produced: float
    consumed: float
    lag: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


class History:
    """A bounded series of samples. One thread adds; `latest` may be read by any."""

    def __init__(self, seconds: int = 600) -> None:
        self._samples: deque[Sample] = deque(maxlen=seconds)
        self.latest: tuple[Sample, ...] = ()

    def add(self, sample: Sample) -> None:
        """Add the sample of a second."""
        self._samples.append(sample)
        self.latest = tuple(self._samples)
