"""When how many events are due: absolute deadlines, so that no error adds up.

A wait after each event is late by a little every time. Here the number that should be out by now is
a closed function of time alone, looked at every 5 ms; whatever a tick was late by, the next one
makes good. Only one second's worth is ever made good: after a suspension the rest is forgiven.
The first event is due at the start itself, each later one at the end of its predecessor's slot.
"""

import math

from core.producer.modes import Profile

TICK_S = 0.005
"""Length of a micro-batch."""

CATCH_UP_S = 1.0
"""How much of a delay is made good, as seconds of the target rate."""

WAVE_PERIOD_S = 60.0
WAVE_SWING = 0.8
"""The wave goes from 0.2 to 1.8 times the target rate and back."""

BURST_PERIOD_S = 10.0
BURST_S = 2.0
BURST_FACTOR = 4.0
BURST_CALM = (BURST_PERIOD_S - BURST_S * BURST_FACTOR) / (BURST_PERIOD_S - BURST_S)
"""Rate between bursts, so that the mean over a period is 1."""


def elapsed_work(profile: Profile, seconds: float) -> float:
    """Return how many seconds of steady work a profile has done after so many seconds.

    It never falls, and after every whole period it equals the time: the mean rate is the target.
    """
    if profile == "wave":
        turn = 2 * math.pi / WAVE_PERIOD_S
        return seconds + WAVE_SWING / turn * (1 - math.cos(turn * seconds))
    if profile == "burst":
        periods, within = divmod(seconds, BURST_PERIOD_S)
        burst = min(within, BURST_S)
        return periods * BURST_PERIOD_S + burst * BURST_FACTOR + (within - burst) * BURST_CALM
    return seconds


_ROUNDING_S = 1e-6
"""What rounding may take: an event is due only once its moment is over by so much."""

EVERYTHING = 2**31
"""Events that are due at rate 0: as many as will go."""


class Pacer:
    """Counts the events that are due at a moment of the monotonic clock.

    rate: events per second, the mean over a profile's period; 0 means as fast as possible.
    now: seconds of the monotonic clock. One thread uses it.
    """

    def __init__(self, rate: float, profile: Profile, now: float) -> None:
        self._rate = rate
        self._profile: Profile = profile
        self._now = now
        self._phase_start = now
        self._anchor = now
        # Events due at the anchor and not taken yet; below 0 once the slot that runs was served.
        self._credit = 0.0

    @property
    def rate(self) -> float:
        """Events per second aimed at."""
        return self._rate

    @property
    def profile(self) -> Profile:
        """Shape of the rate over time."""
        return self._profile

    def due(self, now: float) -> int:
        """Return how many events should go out now."""
        if self._rate == 0:
            return EVERYTHING
        return max(math.ceil(self._owed(now) - self._rate * _ROUNDING_S), 0)

    def took(self, count: int) -> None:
        """Say that so many of the due events went out."""
        if self._rate:
            self._credit -= count

    def next_tick(self, now: float) -> float:
        """Return the seconds until the next look, at most one tick."""
        return TICK_S - math.fmod(max(now - self._phase_start, 0.0), TICK_S)

    def served_until(self, now: float) -> float:
        """Return when the slot of the last event that went out is over: now, or soon after."""
        if self._rate == 0:
            return now
        return now + max(-self._owed(now), 0.0) / self._rate

    def set_rate(self, rate: float, now: float) -> None:
        """Go on at another rate: what is due until now stays due, nothing more."""
        self._settle(now)
        if self._rate == 0:
            self._credit = 0.0
        self._rate = rate

    def set_profile(self, profile: Profile, now: float) -> None:
        """Go on with another profile, from its beginning."""
        self._settle(now)
        self._profile = profile
        self._phase_start = self._anchor

    def restart(self, now: float) -> None:
        """Forget the time since the last look: a pause owes nothing. The profile goes on."""
        fraction = self._credit + self._work(self._anchor, self._now)
        self._now = max(now, self._now)
        self._anchor = self._now
        self._credit = min(max(fraction, -1.0), 0.0)

    def _owed(self, now: float) -> float:
        """Return events due and not taken, with their fraction; forgives what is too old."""
        self._now = max(now, self._now)
        owed = self._credit + self._work(self._anchor, self._now)
        most = max(self._rate * CATCH_UP_S, 1.0)
        if owed > most:
            self._anchor = self._now
            self._credit = owed = most
        return owed

    def _settle(self, now: float) -> None:
        self._credit = self._owed(now)
        self._anchor = self._now

    def _work(self, since: float, until: float) -> float:
        """Return the events that the profile makes between two moments."""
        start = elapsed_work(self._profile, since - self._phase_start)
        return self._rate * (elapsed_work(self._profile, until - self._phase_start) - start)
