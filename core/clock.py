"""Time, as a seam: tests move it by hand, and a wall clock that jumps must not disturb pacing."""

import time
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


def iso(moment: datetime) -> str:
    """Return a moment as ISO 8601 in UTC with milliseconds and a Z, as it goes over the wire."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
