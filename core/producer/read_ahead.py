"""Reads and checks the next blocks of a file while those at hand are published.

Splitting and checking a block is Arrow's work, which leaves the interpreter free: beside it the
thread that publishes encodes records and hands them over.
"""

from collections.abc import Iterator
from queue import Full, Queue
from threading import Event

from core.producer.sources import Block, EventFile
from core.threads import WatchedThread

_BLOCKS = 2
_LOOK_S = 0.1


class ReadAhead:
    """A file of events, of which a thread has the next blocks ready. Errors: those of the file."""

    def __init__(self, file: EventFile) -> None:
        self._file = file
        self._ready: Queue[tuple[Block, float | None] | BaseException | None] = Queue(_BLOCKS)
        self._closed = Event()
        self._thread: WatchedThread | None = None
        self._fraction = file.fraction

    def blocks(self) -> Iterator[Block]:
        """Yield the rows block by block; the first call starts the thread."""
        self._thread = WatchedThread("producer-reader", self._read)
        self._thread.start()
        while (found := self._ready.get()) is not None:
            if isinstance(found, BaseException):
                raise found
            block, self._fraction = found
            yield block

    @property
    def fraction(self) -> float | None:
        """Share of the file that was given out in blocks, 0 to 1; None when its size is unknown."""
        return self._fraction

    def close(self) -> None:
        """Close the file; where a pipe keeps the thread waiting, once it has read on."""
        self._closed.set()
        if self._thread is None:
            self._file.close()
        else:
            self._thread.join(_LOOK_S)

    def _read(self) -> None:
        last: BaseException | None = None
        try:
            for block in self._file.blocks():
                if not self._put((block, self._file.fraction)):
                    return
        except BaseException as error:  # noqa: BLE001 - raised where the blocks are taken
            last = error
        finally:
            self._file.close()
        self._put(last)

    def _put(self, found: tuple[Block, float | None] | BaseException | None) -> bool:
        """Have something ready; return whether it is still wanted."""
        while not self._closed.is_set():
            try:
                self._ready.put(found, timeout=_LOOK_S)
            except Full:
                continue
            return True
        return False
