"""The course of the pipeline, one sample a second: the last minutes for charts, hours on disk.

The file is SQLite in the data directory, written a few rows at a time and cut to the last hours.
Whatever happens to it, the console goes on: then it remembers only what it saw itself.
"""

import logging
import sqlite3
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.text import _, clean

log = logging.getLogger(__name__)

KEPT = timedelta(hours=6)
_FLUSH = 10
_CUT_EVERY = 60
_MINUTE = 60

_COLUMNS = "at, produced, consumed, lag, p50_ms, p95_ms, p99_ms"
_CREATE = (
    "CREATE TABLE IF NOT EXISTS samples (at INTEGER PRIMARY KEY, produced REAL, consumed REAL, "
    "lag INTEGER, p50_ms REAL, p95_ms REAL, p99_ms REAL)"
)
_ADD = "INSERT OR REPLACE INTO samples VALUES (?, ?, ?, ?, ?, ?, ?)"
_CUT = "DELETE FROM samples WHERE at < ?"
_READ = f"SELECT {_COLUMNS} FROM samples WHERE at >= ? ORDER BY at"  # noqa: S608 - constant


@dataclass(frozen=True)
class Sample:
    """One second: produced and consumed in events per second, lag in records, latency in ms.

    None: nobody told.
    """

    at: datetime
    produced: float | None
    consumed: float | None
    lag: int | None
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


class History:
    """A bounded series of samples. One thread adds; `latest` and `minutes` may be read by any.

    latest: the last `seconds`, one a second. minutes: the last hours, one a minute (mean rates,
    greatest lag and latencies).
    """

    def __init__(self, seconds: int = 600) -> None:
        self._seconds = seconds
        self._samples: deque[Sample] = deque(maxlen=seconds)
        self._minutes: deque[Sample] = deque(maxlen=int(KEPT.total_seconds()) // _MINUTE)
        self._open: list[Sample] = []
        self.latest: tuple[Sample, ...] = ()
        self.minutes: tuple[Sample, ...] = ()

    def recall(self, earlier: Sequence[Sample], now: datetime) -> None:
        """Begin with what an earlier run saw; of the time in between nothing is known."""
        for sample in earlier:
            self._count(sample)
        self._samples.extend(_unbroken(earlier, now, self._seconds))
        self.latest = tuple(self._samples)

    def add(self, sample: Sample) -> None:
        """Add the sample of a second."""
        self._count(sample)
        self._samples.append(sample)
        self.latest = tuple(self._samples)

    def _count(self, sample: Sample) -> None:
        """Add to the minute under way, and close it when the next one has begun."""
        minute = sample.at.replace(second=0, microsecond=0)
        if self._open and self._open[0].at.replace(second=0, microsecond=0) != minute:
            self._minutes.append(summary(self._open))
            self._open = []
            self.minutes = tuple(self._minutes)
        self._open.append(sample)


def summary(samples: Sequence[Sample]) -> Sample:
    """Return one sample for a stretch: mean rates, greatest lag and latencies, its first time."""
    return Sample(
        samples[0].at,
        _mean(sample.produced for sample in samples),
        _mean(sample.consumed for sample in samples),
        max((sample.lag for sample in samples if sample.lag is not None), default=None),
        _greatest(sample.p50_ms for sample in samples),
        _greatest(sample.p95_ms for sample in samples),
        _greatest(sample.p99_ms for sample in samples),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _greatest(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _unbroken(earlier: Sequence[Sample], now: datetime, seconds: int) -> list[Sample]:
    """Return the last seconds before now, with empty samples where there are none."""
    by_second = {int(sample.at.timestamp()): sample for sample in earlier}
    last = int(now.timestamp())
    known = [second for second in by_second if last - seconds <= second < last]
    if not known:
        return []
    found: list[Sample] = []
    for second in range(min(known), last):
        sample = by_second.get(second)
        if sample is None:
            at = datetime.fromtimestamp(second, UTC)
            sample = Sample(at, None, None, None, None, None, None)
        found.append(sample)
    return found


class HistoryFile:
    """Keeps samples for the next run. Used by one thread; `read_history` by any."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._waiting: list[Sample] = []
        self._writes = 0
        self._broken = False

    def add(self, sample: Sample) -> None:
        """Keep a sample; every few are written together."""
        self._waiting.append(sample)
        if len(self._waiting) >= _FLUSH:
            self.flush()

    def flush(self) -> None:
        """Write what waits. A file that cannot be written is said once in the log."""
        samples, self._waiting = self._waiting, []
        if not samples or self._broken:
            return
        rows = [(int(sample.at.timestamp()), *astuple(sample)[1:]) for sample in samples]
        try:
            self._write(rows)
        except sqlite3.DatabaseError as error:
            self._give_way(error)
        except OSError as error:
            self._give_up(error)

    def _write(self, rows: Sequence[Sequence[object]]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._file, timeout=2.0)) as base, base:
            base.execute("PRAGMA synchronous = OFF")  # a crash may cost the last seconds
            base.execute(_CREATE)
            base.executemany(_ADD, rows)
            if self._writes % _CUT_EVERY == 0:
                oldest = int(str(rows[-1][0])) - int(KEPT.total_seconds())
                base.execute(_CUT, (oldest,))
        self._writes += 1

    def _give_way(self, error: sqlite3.DatabaseError) -> None:
        """Put a damaged file aside and begin anew; give up on anything else."""
        if isinstance(error, sqlite3.OperationalError):
            self._give_up(error)
            return
        try:
            self._file.replace(self._file.with_suffix(".damaged"))
        except OSError as failure:
            self._give_up(failure)

    def _give_up(self, error: Exception) -> None:
        self._broken = True
        log.warning(_("the history is not kept: {reason}").format(reason=clean(error, 200)))


def read_history(file: Path, since: datetime) -> list[Sample]:
    """Return the samples kept since a moment, oldest first; none where there is no usable file."""
    if not file.exists():
        return []
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=2.0)) as base:
            rows = base.execute(_READ, (int(since.timestamp()),)).fetchall()
        return [Sample(datetime.fromtimestamp(row[0], UTC), *row[1:]) for row in rows]
    except (sqlite3.Error, OSError, ValueError, TypeError, OverflowError):
        log.warning(_("the history of earlier runs cannot be read: {file}").format(file=file))
        return []


HEADERS = tuple(field.name for field in fields(Sample))
"""Columns of an exported history."""


def rounded(sample: Sample) -> Sample:
    """Return a sample with the precision that it deserves."""
    return replace(sample, produced=_rounded(sample.produced), consumed=_rounded(sample.consumed))


def _rounded(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 2)
