"""The capacity of an embedded broker: one publisher at a time, and never more than it can keep.

Producers of one process share one `BrokerCapacity` (`shared_capacity.py`), whose thread asks how
far the consumer is. What an earlier producer left unconsumed is read once, at the start, to know
its size (`initial_backlog.py`).
"""

import logging
from collections.abc import Callable
from threading import Event, Lock
from zlib import crc32

import numpy as np

from core.broker.base import Broker
from core.clock import Clock
from core.errors import BrokerError
from core.failures import explained
from core.producer.backlog_ledger import Counts, PartitionBacklog
from core.producer.initial_backlog import measure_initial_backlog
from core.producer.snapshot import broker_full
from core.text import _
from core.threads import WatchedThread

_log = logging.getLogger(__name__)

BATCH_BYTES = 262_144
"""Largest batch on an embedded broker. Smaller than elsewhere: the margin is one batch."""

_BUSY_S = 0.02
_CALM_S = 0.1
_JOIN_S = 1.0
_READ_WITHIN_S = 5.0
"""A consumer at work commits after every batch."""


class BrokerCapacity:
    """Admits records to one topic of an embedded broker. Any thread may call it.

    Use `core.producer.shared_capacity.shared_capacity`, which shares one among the producers of a
    process.

    mark: what commits carry that prove what this warehouse holds, see `Settings.warehouse_mark`.
    Another member of the group may store elsewhere, and what it commits would make room for records
    that then push out those this warehouse lacks.
    """

    def __init__(
        self,
        broker: Broker,
        topic: str,
        group_id: str,
        stopping: Callable[[], bool],
        clock: Clock,
        *,
        mark: str = "",
    ) -> None:
        self._broker = broker
        self._mark = mark
        self._topic = topic
        self._group_id = group_id
        self._clock = clock
        self._lock = Lock()
        self._wake = Event()
        self._ended = False
        self._failure: BaseException | None = None
        self._waiting: Callable[[], int] | None = None
        self._guest: Callable[[], int] | None = None
        self._in_hand = False
        self._read_s = float("-inf")
        marks = broker.watermarks(topic)
        self._foreign = False
        self._committed = committed = dict(broker.committed(topic, group_id, mark=mark))
        self._backlog = PartitionBacklog(
            broker.backlog_limit_bytes or 0,
            BATCH_BYTES,
            {number: mark.high for number, mark in marks.items()},
        )
        for number, pieces in measure_initial_backlog(
            broker, topic, marks, committed, unread=self._backlog.usable, stopping=stopping
        ).items():
            self._backlog.found(number, pieces)
        self._thread = WatchedThread("broker-room", self._watch, on_failure=self._fail)
        self._thread.start()

    def attach(self, waiting: Callable[[], int]) -> bool:
        """Become the one publisher; False while another one of this process is.

        waiting: tells how many records are still on their way. Offsets can be foretold, and with
        them what a commit releases, only while one client publishes.
        """
        with self._lock:
            if self._waiting is not None:
                return False
            self._waiting = waiting
            return True

    def detach(self, waiting: Callable[[], int]) -> None:
        """Stop being the publisher; nothing may be on its way any more.

        waiting: what it attached with; does nothing where that is not the publisher.
        """
        with self._lock:
            if self._waiting is waiting:
                self._waiting = None
                self._in_hand = False

    def visit(self, waiting: Callable[[], int]) -> bool:
        """Ask for a turn between the publisher's records; return whether it has come.

        From the first call on nothing of the publisher is admitted, and the turn has come once all
        that it sent is acknowledged: offsets stay foretold by one client at a time. `leave` ends
        the turn, and the asking too. One guest at a time.
        """
        with self._lock:
            if self._guest is None:
                self._guest = waiting
            return self._guest is waiting and not self._in_hand and not _on_way(self._waiting)

    def leave(self, waiting: Callable[[], int]) -> None:
        """End a guest's turn; nothing of it may be on its way any more."""
        with self._lock:
            if self._guest is waiting:
                self._guest = None
                self._in_hand = False

    def place(self, keys: list[bytes]) -> Counts:
        """Return which partition each key goes to, as indexes into `partitions`.

        CRC-32 of the key modulo their number, as librdkafka itself places records with a key.
        """
        hashes = np.fromiter(map(crc32, keys), np.int64, len(keys))
        return hashes % len(self._backlog.numbers)

    @property
    def partitions(self) -> tuple[int, ...]:
        """The partitions of the topic, in order."""
        return self._backlog.numbers

    def admit(self, places: Counts, sizes: Counts, *, guest: bool = False) -> int:
        """Return how many leading records to publish now; they count from here on.

        sizes: bytes of key and value of each. Call `enqueued` once the client has them. guest:
        asked by whoever has the turn; the publisher waits for the end of it. Errors: RuntimeError
        when nobody asks any more what is consumed.
        """
        self._check()
        with self._lock:
            if self._guest is not None and not guest:
                return 0
            admitted = self._backlog.admit(places, sizes)
            self._in_hand = admitted > 0
        if admitted < len(places):
            self._wake.set()
        return admitted

    def enqueued(self) -> None:
        """Say that the client has what was admitted, so that `waiting` counts it."""
        with self._lock:
            self._in_hand = False

    @property
    def ready(self) -> bool:
        """Whether it is worth trying again after records were not admitted. Errors: as `admit`."""
        self._check()
        with self._lock:
            ready = self._backlog.ready
        if not ready:
            self._wake.set()
        return ready

    @property
    def is_read(self) -> bool:
        """Whether the consumer group committed something within the last seconds."""
        return self._clock.monotonic() - self._read_s < _READ_WITHIN_S

    @property
    def held_reason(self) -> str:
        """Why the publisher's records are not admitted."""
        if self._guest is not None:
            return _("a replay of dead letters goes first")
        return self.full_reason

    @property
    def full_reason(self) -> str:
        """Why there is no room."""
        return broker_full(is_read=self.is_read, is_foreign=self._foreign)

    def end(self) -> None:
        """End the thread."""
        self._ended = True
        self._wake.set()
        self._thread.join(_JOIN_S)

    def _check(self) -> None:
        """Fail as the thread did: without it a producer would wait for room without end."""
        if self._failure is not None:
            raise RuntimeError(explained(self._failure)[0]) from self._failure

    def _fail(self, error: BaseException) -> None:
        self._failure = error

    def _watch(self) -> None:
        """Ask for commits: often when half full or waited for, never without a backlog."""
        while not self._ended:
            busy = self._backlog.used * 2 > self._backlog.usable
            self._wake.wait(_BUSY_S if busy else _CALM_S)
            self._wake.clear()
            if self._ended or not self._backlog.used:
                continue
            try:
                self._refresh()
            except BrokerError as error:
                _log.info("asking for commits: %s", error.message)

    def _refresh(self) -> None:
        """Release what is committed; correct the count when nothing is on its way."""
        with self._lock:
            version = self._backlog.version
            still = not (self._in_hand or _on_way(self._waiting) or _on_way(self._guest))
        marks = self._broker.watermarks(self._topic) if still else {}
        committed = self._broker.committed(self._topic, self._group_id, mark=self._mark)
        if any(offset > self._committed.get(part, 0) for part, offset in committed.items()):
            self._read_s = self._clock.monotonic()
        # One that somebody committed over proves as much as before.
        self._committed |= committed
        with self._lock:
            if still and self._backlog.version == version:
                self._backlog.align(marks)
            self._backlog.release(self._committed)
            full = not self._backlog.ready
        if full:
            told = self._broker.committed(self._topic, self._group_id)
            known = self._committed
            self._foreign = any(at > known.get(part, 0) for part, at in told.items())


def _on_way(waiting: Callable[[], int] | None) -> bool:
    """Whether records of a client are on their way."""
    return waiting is not None and waiting() > 0
