"""Starts workers again that failed: for a controller that nobody watches.

The first attempt comes after a second, each further one later, up to a minute. A worker that did
well for a while has its past forgotten. One that somebody stopped stays stopped.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.alerts.model import Restart
from core.clock import Clock, growing_waits
from core.failures import explained
from core.text import _

_FIRST_S, _LONGEST_S = 1.0, 60.0
_WELL_S = 300.0
"""How long a worker must do well until its failures are over."""

log = logging.getLogger(__name__)

Start = Callable[[], bool]


@dataclass
class _Past:
    """Of one worker. due_s: when it is started again, None while it works."""

    waits: Iterable[float] = field(default_factory=lambda: growing_waits(_FIRST_S, _LONGEST_S))
    due_s: float | None = None
    times: int = 0
    began_s: float = 0.0
    at: datetime | None = None
    reason: str = ""


class Restarts:
    """Looked at once a second by one thread. starts: what starts a worker, by its name."""

    def __init__(self, starts: Mapping[str, Start], clock: Clock) -> None:
        self._starts = starts
        self._clock = clock
        self._past: dict[str, _Past] = {}
        self.latest: tuple[Restart, ...] = ()

    def look(self, failures: Mapping[str, BaseException]) -> None:
        """Start again what has failed and is due. failures: what ended workers, by their names."""
        for name, start in self._starts.items():
            error = failures.get(name)
            if error is not None:
                self._failed(name, start, error)
            elif name in self._past:
                self._does_well(name)
        self.latest = tuple(
            Restart(name, past.times, past.at, past.reason)
            for name, past in self._past.items()
            if past.at is not None
        )

    def _failed(self, name: str, start: Start, error: BaseException) -> None:
        past, now = self._past.setdefault(name, _Past()), self._clock.monotonic()
        if past.due_s is None:
            past.reason = explained(error)[0]
            past.due_s = now + next(iter(past.waits))
        if now < past.due_s or not start():
            return
        past.due_s, past.began_s = None, now
        past.times += 1
        past.at = self._clock.now()
        log.warning(
            _("{worker} failed and is started again: {reason}").format(
                worker=name, reason=past.reason
            ),
            extra={"worker": name, "times": past.times},
        )

    def _does_well(self, name: str) -> None:
        past = self._past[name]
        past.due_s = None
        if self._clock.monotonic() - past.began_s >= _WELL_S:
            del self._past[name]
