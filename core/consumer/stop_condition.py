"""When a consumer has done what it was asked: a number of records, a time, or the topic's end."""

from threading import Event

from core.broker.base import Broker
from core.clock import Clock
from core.consumer.assignment import Assignment
from core.consumer.options import ConsumeOptions
from core.consumer.unread import UNREAD, UnreadRecords, find_unread

_EVERYTHING = 2**31
_CHECK_S = 0.1
_STORED_S = 0.5
"""The warehouse is asked so often for what others stored; Snowflake takes its time."""


class StopCondition:
    """Decides between two batches whether to go on. `finish` may be called from any thread.

    left: what kept it from the topic's end, once it has given up.
    """

    def __init__(self, broker: Broker, options: ConsumeOptions, clock: Clock) -> None:
        self._broker = broker
        self._options = options
        self._clock = clock
        self._finish = Event()
        self._targets: dict[int, int] | None = None
        self._deadline: float | None = None
        self._checked = 0.0
        self._asked = float("-inf")
        self._stored: dict[int, int] = {}
        self._progress: tuple[int, ...] = ()
        self._moved = 0.0
        self.left: tuple[UnreadRecords, ...] = ()

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
        """Return whether the consumer is done. Errors: BrokerError, WarehouseError."""
        if self.room(consumed) == 0:
            return True
        now = self._clock.monotonic()
        if self._deadline is not None and now >= self._deadline:
            return True
        if not self._finish.is_set() or now - self._checked < _CHECK_S:
            return False
        self._checked = now
        return self._caught_up(assignment, now)

    def _caught_up(self, assignment: Assignment, now: float) -> bool:
        """Return whether every partition is read to the end it had when asked, or never will be.

        Partitions of other members count by what is stored in this warehouse: what they have
        committed to Kafka may have gone into another one. Where nothing moves for as long as a
        broker would be waited for, it is given up.
        """
        if self._targets is None:
            marks = self._broker.watermarks(self._options.topic)
            self._targets = {partition: mark.high for partition, mark in marks.items()}
            assignment.note_ends(self._targets)
            self._moved = now
        read = {
            part: max(assignment.positions.get(part, 0), assignment.ends.get(part, 0))
            for part in self._targets
        }
        behind = [part for part, target in self._targets.items() if read[part] < target]
        if not behind:
            return True
        others = [part for part in behind if part not in assignment.positions]
        if others and self._others_have(others, assignment, now) and len(others) == len(behind):
            return True
        return self._given_up(read, assignment, now)

    def _others_have(self, others: list[int], assignment: Assignment, now: float) -> bool:
        """Return whether others have stored their partitions up to the end."""
        targets = self._targets or {}
        if now - self._asked >= _STORED_S:
            self._asked = now
            self._stored = dict(assignment.stored())
        return all(self._stored.get(part, 0) >= targets[part] for part in others)

    def _given_up(self, read: dict[int, int], assignment: Assignment, now: float) -> bool:
        """Return whether nothing has moved for too long; then keep what is left."""
        targets = self._targets or {}
        # Up to the end only: what comes after it may go on for ever beside what is stuck.
        progress = (
            *(min(read[part], end) for part, end in targets.items()),
            *(min(self._stored.get(part, 0), end) for part, end in targets.items()),
            *assignment.positions,
        )
        if progress != self._progress:
            self._progress, self._moved = progress, now
        limit = self._options.give_up_after_s
        if limit is None or now - self._moved < limit:
            return False
        left = find_unread(
            self._broker,
            self._options,
            stored=assignment.stored(),
            targets=targets,
            held=list(assignment.positions),
        )
        if any(one.reason == UNREAD for one in left):
            self._moved = now  # whoever cannot read or store gives up elsewhere
            return False
        self.left = left
        return True
