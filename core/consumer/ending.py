"""When a consumer has done what it was asked: a number of records, a time, or the topic's end."""

from threading import Event

from core.broker.base import Broker
from core.clock import Clock
from core.consumer.assignment import Assignment
from core.consumer.options import ConsumeOptions

_EVERYTHING = 2**31
_CHECK_S = 0.1


class Ending:
    """Decides between two batches whether to go on. `finish` may be called from any thread."""

    def __init__(self, broker: Broker, options: ConsumeOptions, clock: Clock) -> None:
        self._broker = broker
        self._options = options
        self._clock = clock
        self._finish = Event()
        self._targets: dict[int, int] | None = None
        self._deadline: float | None = None
        self._checked = 0.0

    def begin(self) -> None:
        """Start the clock of `duration_s`."""
        if self._options.duration_s is not None:
            self._deadline = self._clock.monotonic() + self._options.duration_s
        if self._options.until_caught_up:
            self._finish.set()

    def finish(self) -> None:
        """Ask for an end at the offsets the topic has now."""
        self._finish.set()

    def room(self, consumed: int) -> int:
        """Return how many records may still be read."""
        limit = self._options.limit
        return _EVERYTHING if limit is None else max(limit - consumed, 0)

    def reached(self, consumed: int, assignment: Assignment) -> bool:
        """Return whether the consumer is done."""
        if self.room(consumed) == 0:
            return True
        now = self._clock.monotonic()
        if self._deadline is not None and now >= self._deadline:
            return True
        if not self._finish.is_set() or now - self._checked < _CHECK_S:
            return False
        self._checked = now
        return self._caught_up(assignment)

    def _caught_up(self, assignment: Assignment) -> bool:
        """Return whether every partition is read to the end it had when asked.

        Partitions that another member holds count by what the group has committed; before this
        one is a member, only the warehouse tells, since the group may have filled another one.
        """
        if self._targets is None:
            marks = self._broker.watermarks(self._options.topic)
            self._targets = {partition: mark.high for partition, mark in marks.items()}
        behind = [
            partition
            for partition, target in self._targets.items()
            if max(assignment.positions.get(partition, 0), assignment.ends.get(partition, 0))
            < target
        ]
        if not behind:
            return True
        if any(partition in assignment.positions for partition in behind):
            return False
        if assignment.identity is None:
            known = assignment.stored()
        else:
            known = self._broker.committed(self._options.topic, self._options.group_id)
        return all(known.get(part, 0) >= self._targets[part] for part in behind)
