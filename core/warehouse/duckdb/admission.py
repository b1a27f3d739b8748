"""Who may be at work in the DuckDB file at once, so that its memory is enough for all.

DuckDB has one memory limit for everything. Reads that sort or group much are let in a few at a
time; writes (one batch, one merge) never wait for them. Work that did not fit is done again while
no read is under way; a file that has to be opened again is closed to everybody for that moment.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, get_ident

READS_AT_ONCE = 3
"""One run of the checks, one refresh of the KPIs, one look by a person."""

_HURRY_S = 0.05


class Admission:
    """Counts reads and writes under way. The thread that keeps others out may do both itself."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._reads = 0
        self._waiting: deque[object] = deque()
        self._writes = 0
        self._owner: int | None = None
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read inside: waits for a place, behind those that came before."""
        with self._changed:
            self._queue_up()
            self._reads += 1
        try:
            yield
        finally:
            with self._changed:
                self._reads -= 1
                self._changed.notify_all()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write inside: waits only while the file is closed."""
        with self._changed:
            self._changed.wait_for(lambda: not self._closed or self._is_owner)
            self._writes += 1
        try:
            yield
        finally:
            with self._changed:
                self._writes -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self, hurry: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Keep the reads of others out inside; waits for those under way, so hold none.

        hurry: see `closed`.
        """
        with self._owned(closed=False, hurry=hurry):
            yield

    @contextmanager
    def closed(self, hurry: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Keep everybody out inside; waits for those at work, so be at none.

        hurry: called again and again while it waits, to end what they do.
        """
        with self._owned(closed=True, hurry=hurry):
            yield

    @property
    def _is_owner(self) -> bool:
        return self._owner == get_ident()

    def _queue_up(self) -> None:
        """Wait in turn: readers that come again and again would never let another one in."""
        if self._is_owner:
            return
        ticket = object()
        self._waiting.append(ticket)
        try:
            self._changed.wait_for(lambda: self._waiting[0] is ticket and self._may_read())
        finally:
            self._waiting.remove(ticket)
            self._changed.notify_all()  # the next one may find a place too

    def _may_read(self) -> bool:
        if self._owner is not None:
            return self._is_owner
        return self._reads < READS_AT_ONCE

    def _is_quiet(self, closed: bool) -> bool:
        return not self._reads and not (closed and self._writes)

    @contextmanager
    def _owned(self, *, closed: bool, hurry: Callable[[], None] | None = None) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: self._owner is None or self._is_owner)
            before = (self._owner, self._closed)
            self._owner, self._closed = get_ident(), closed or self._closed
            every_s = None if hurry is None else _HURRY_S
            while not self._changed.wait_for(lambda: self._is_quiet(closed), every_s):
                if hurry is not None:
                    hurry()
        try:
            yield
        finally:
            with self._changed:
                self._owner, self._closed = before
                self._changed.notify_all()
