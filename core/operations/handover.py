"""What is at work in one process, so that another one can go on with it."""

from dataclasses import dataclass, replace

from core.jobs.options import PublishOptions
from core.producer.snapshot import ProducerSnapshot
from core.workers import RunState

_GOES_ON = frozenset({RunState.STARTING, RunState.RUNNING, RunState.HELD, RunState.WAITING})


@dataclass(frozen=True)
class Handover:
    """What was at work and can go on elsewhere. produce: None where nothing is published."""

    consume: bool
    produce: PublishOptions | None = None


def handover_of(asked: PublishOptions, last: ProducerSnapshot | None, *, consume: bool) -> Handover:
    """Return what goes on, as it is now: a file that is replayed would begin anew, so it does not.

    asked: of the producer that is under way, with its latest moment; None without one.
    """
    if last is None or last.mode != "stream" or last.state not in _GOES_ON:
        return Handover(consume)
    limit = None if asked.limit is None else asked.limit - last.sent
    duration = None if asked.duration is None else asked.duration - last.elapsed_s
    if (limit is not None and limit < 1) or (duration is not None and duration <= 0):
        return Handover(consume)
    rest = replace(
        asked, rate=last.rate_target, profile=last.profile, limit=limit, duration=duration
    )
    return Handover(consume, rest)
