"""The cursors of one DuckDB file: one for each thread, and one for each look of a person."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock, local
from weakref import WeakSet

import duckdb

Opened = Callable[[], duckdb.DuckDBPyConnection]


class _Cursor:
    """A connection to the file of its own; DuckDB refuses one that two threads share."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection.cursor()
        self.connection.execute("SET TimeZone = 'UTC'")


class Cursors:
    """Makes them of the file that `opened` returns, which raises where it is closed."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._mine = local()
        self._all: WeakSet[_Cursor] = WeakSet()
        self._looks: WeakSet[_Cursor] = WeakSet()
        self._opening = Lock()

    def mine(self) -> duckdb.DuckDBPyConnection:
        """Return the cursor of the calling thread."""
        mine: _Cursor | None = getattr(self._mine, "cursor", None)
        if mine is None or mine not in self._all:
            with self._opening:
                mine = _Cursor(self._opened())
                self._all.add(mine)
            self._mine.cursor = mine
        return mine.connection

    @contextmanager
    def look(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a cursor for what a person asks, closed at the end."""
        with self._opening:
            look = _Cursor(self._opened())
            self._all.add(look)
            self._looks.add(look)
        try:
            yield look.connection
        finally:
            with self._opening, suppress(duckdb.Error):
                self._looks.discard(look)
                self._all.discard(look)
                look.connection.close()

    def interrupt(self) -> None:
        """End what all of them are doing."""
        self._interrupt(self._all)

    def interrupt_looks(self) -> None:
        """End what persons ask for."""
        self._interrupt(self._looks)

    def close(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Close all of them, and the connection that they were made of; nobody may be at work."""
        with self._opening:
            for cursor in list(self._all):
                cursor.connection.close()
            self._all.clear()
            connection.close()

    def _interrupt(self, which: "WeakSet[_Cursor]") -> None:
        with self._opening:
            cursors = list(which)
        for cursor in cursors:
            with suppress(duckdb.Error):  # closed meanwhile
                cursor.connection.interrupt()
