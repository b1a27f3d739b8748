"""What both arenas share: the producers, the totals of a run, and how soon work goes on."""

import os
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event
from time import monotonic
from typing import Any

from core.errors import BrokerError
from tests.support.processes import Dropship, Running
from tests.support.waiting import wait_until

RECOVERS_S = float(os.environ.get("CHAOS_RECOVERS_S", "30"))
"""Work must go on this soon after a fault is healed, on a machine that is not overloaded."""

_PAUSE = Event()


def rest(seconds: float) -> None:
    """Let the pipeline work: a disturbance lasts, or does not come, for so long."""
    _PAUSE.wait(seconds)


@dataclass
class Totals:
    """What happened in a run."""

    blows: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    recoveries_s: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        waits = sorted(self.recoveries_s)
        middle = waits[len(waits) // 2] if waits else 0.0
        return {
            "disturbances": dict(sorted(self.blows.items())),
            **dict(sorted(self.counts.items())),
            "recovery_s": {"median": round(middle, 2), "longest": round(max(waits, default=0), 2)},
        }


class Producers:
    """Real `--run produce` processes, one at a time; whichever ends is followed by another."""

    def __init__(
        self, dropship: Dropship, rate: int, totals: Totals, env: dict[str, str] | None = None
    ) -> None:
        self._dropship = dropship
        self._rate = rate
        self._totals = totals
        self._env = env or {}
        self.running = self._start()

    def kill(self) -> None:
        """Kill it and start another one."""
        self.running.kill()
        self._totals.counts["kills"] += 1
        self.running = self._start()

    def suspend(self, seconds: float) -> None:
        """Stop it for so long."""
        suspended(self.running, seconds, self._totals)

    def revive(self) -> None:
        """Start another one where it ended by itself: a broker that stayed away too long."""
        if self.running.ended:
            self._totals.counts["producers that gave up"] += 1
            assert self.running.process.returncode in {1, 3}, self.running.err
            self.running = self._start()

    def end(self) -> None:
        """End it cleanly: everything it had accepted is acknowledged or counted as failed."""
        self.revive()
        self.running.signal(signal.SIGTERM)
        ended = self.running.end()
        assert ended.code == 143, ended.err
        record = ended.record
        assert record["acked"] + record["failed"] == record["sent"]

    def _start(self) -> Running:
        self._totals.counts["producers"] += 1
        faults = ("--poison", "0.01", "--late", "0.02", "--duplicates", "0.03")
        pace = ("--rate", str(self._rate), "--profile", "burst", "--timeout", "60")
        return self._dropship.start("produce", "--mode", "stream", *pace, *faults, env=self._env)


def suspended(running: Running, seconds: float, totals: Totals) -> None:
    """Stop a process for so long."""
    totals.counts["stops"] += 1
    running.signal(signal.SIGSTOP)
    try:
        rest(seconds)
    finally:
        with suppress(ProcessLookupError):
            running.signal(signal.SIGCONT)


def wait_progress(
    told: Callable[[], int], totals: Totals, keep: Callable[[], None], what: Callable[[], str]
) -> None:
    """Wait until more is stored than at the moment of the call; fail when that takes too long.

    told: offsets that the group has committed. keep: revives what ended by itself.
    """
    began, before = monotonic(), -1

    def goes_on() -> bool:
        nonlocal before
        keep()
        with suppress(BrokerError):
            now = told()
            if before < 0:
                before = now
            return now > before
        return False

    try:
        wait_until(goes_on, seconds=RECOVERS_S)
    except AssertionError:
        raise AssertionError(f"no progress within {RECOVERS_S} s: {what()}") from None
    totals.recoveries_s.append(monotonic() - began)
