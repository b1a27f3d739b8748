"""The stretch of time that charts show: how long, held or not, and the moment that is read off."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.operations.history import Sample, summary
from core.operations.mark import Mark
from core.operations.snapshot import ControllerSnapshot

RANGES_S = (60, 300, 3_600, 21_600)
"""The stretches to choose from: 1 m, 5 m, 1 h, 6 h."""
_MINUTE_S = 60
_FINE_S = 300
"""Up to so many seconds a chart has a sample a second, then one a minute."""


@dataclass(frozen=True)
class Held:
    """What charts go on showing while they are held."""

    at: datetime
    history: tuple[Sample, ...]
    minutes: tuple[Sample, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Sampled:
    """What a chart draws. samples: one every `step_s` seconds, the last one at `until`."""

    samples: tuple[Sample, ...]
    step_s: int
    until: datetime
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class TimeWindow:
    """seconds: how much is shown. back: samples from the newest to the one that is read; None: none
    is. held: the moment that is held on to.
    """  # noqa: D205 - three names

    seconds: int = _FINE_S
    back: int | None = None
    held: Held | None = None

    def longer(self, step: int) -> "TimeWindow":
        """Return the next longer stretch, or the next shorter one (-1)."""
        place = RANGES_S.index(self.seconds) + step
        return replace(self, seconds=RANGES_S[min(max(place, 0), len(RANGES_S) - 1)], back=None)

    def moved(self, step: int, now: ControllerSnapshot) -> "TimeWindow":
        """Return the window with another sample read: to the left (-1) or to the right.

        Past the newest one, none is.
        """
        last = len(self.sampled(now).samples) - 1
        back = (-1 if self.back is None else self.back) - step
        return replace(self, back=None if back < 0 else min(back, max(last, 0)))

    def paused(self, now: ControllerSnapshot) -> "TimeWindow":
        """Return the window held at a moment, or let go again."""
        if self.held is not None:
            return replace(self, held=None)
        return replace(self, held=Held(now.at, now.history, now.minutes, now.marks))

    def sampled(self, now: ControllerSnapshot) -> Sampled:
        """Return the samples of the window, as they are or as they were held."""
        seen = self.held or Held(now.at, now.history, now.minutes, now.marks)
        if self.seconds <= _FINE_S:
            last = seen.history[-self.seconds :]
            return Sampled(last, 1, last[-1].at if last else seen.at, seen.marks)
        return self._by_minutes(seen)

    def _by_minutes(self, seen: Held) -> Sampled:
        """Return a sample a minute, empty where there is none, the one under way last."""
        present = seen.at.replace(second=0, microsecond=0)
        found = {sample.at.replace(second=0, microsecond=0): sample for sample in seen.minutes}
        recent = [sample for sample in seen.history[-_MINUTE_S:] if sample.at >= present]
        if recent:
            found[present] = summary(recent)
        first = present - timedelta(seconds=self.seconds - _MINUTE_S)
        known = [at for at in found if at >= first]
        if not known:
            return Sampled((), _MINUTE_S, present, seen.marks)
        at, samples = min(known), []
        while at <= present:
            samples.append(found.get(at) or Sample(at, None, None, None, None, None, None))
            at += timedelta(seconds=_MINUTE_S)
        return Sampled(tuple(samples), _MINUTE_S, present, seen.marks)
