"""Time, as a seam: tests move it by hand, and a wall clock that jumps must not disturb pacing."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Event
from typing import Protocol


class Clock(Protocol):
    """Wall time for stamps, monotonic time for durations, and a wait that a stop can cut short."""

    def now(self) -> datetime:
        """Return the wall time, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start that never jump."""
        ...

    def wait(self, event: Event, seconds: float) -> bool:
        """Wait until the event is set, at most `seconds`; return whether it is set."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        """Return the wall time, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds of the monotonic clock."""
        return time.monotonic()

    def wait(self, event: Event, seconds: float) -> bool:
        """Wait until the event is set, at most `seconds`; return whether it is set."""
        return event.wait(seconds)


def growing_waits(first_s: float, longest_s: float) -> Iterator[float]:
    """Yield waits between attempts (seconds): they double up to the longest.

    Chance takes up to half of each, so that those who were cut off together do not come together.
    """
    while True:
        yield first_s * random.uniform(0.5, 1.0)
        first_s = min(first_s * 2, longest_s)


def utc(stored: datetime) -> datetime:
    """Return a moment with its zone, UTC: what a warehouse stores carries none."""
    return stored.replace(tzinfo=UTC) if stored.tzinfo is None else stored.astimezone(UTC)


def naive_utc(moment: datetime) -> datetime:
    """Return a moment as it is stored: UTC, without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def bound(moment: datetime) -> str:
    """Return a moment as the warehouses read it in a text: UTC, without a zone."""
    return naive_utc(moment).isoformat(sep=" ")


def iso(moment: datetime) -> str:
    """Return a moment as ISO 8601 in UTC with milliseconds and a Z, as it goes over the wire."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
