"""One open DuckDB file: the hold on it, a cursor per thread, transactions, errors translated."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock, local
from typing import TypeVar

import duckdb

from core.clock import Clock
from core.errors import StorageError, WarehouseHeldError
from core.holding import HeldError, Hold
from core.text import _, clean
from core.warehouse.duckdb.errors import NoRoomError, damaged, translated
from core.warehouse.model import Row
from core.warehouse.sqlfiles import statement

R = TypeVar("R")

# What DuckDB may hold in memory, as a cache of the file and for its work: so much, and so much more
# for each of its threads (one a core). What does not fit goes to a folder beside the file. In time
# it takes all that it may have, so this is also what a long flow comes to. Work that needs more at
# once is given the larger figure for as long as it lasts.
_ROOM_MB, _ROOM_A_THREAD_MB, _MORE_ROOM_MB = 64, 32, 2048

# What the log may come to before it is taken into the file. Until then its rows are in memory too;
# a checkpoint stops writers; a log is replayed when the file is opened after a crash.
_CHECKPOINT_BYTES = 32 << 20

_OPTIONS = {
    "checkpoint_threshold": f"{_CHECKPOINT_BYTES}B",
    "preserve_insertion_order": "false",
}


class DuckDbFile:
    """The warehouse file, held by this process until `close`.

    DuckDB refuses a connection that two threads share, so each thread gets a cursor of its own.
    read_only: nothing is written, not even what DuckDB would tidy up on opening.
    Errors: WarehouseHeldError naming the holder; StorageError for a file that cannot be opened.
    """

    def __init__(
        self, file: Path, lock_file: Path, *, clock: Clock, read_only: bool = False
    ) -> None:
        self.file = file
        try:
            self._hold = Hold(lock_file, clock=clock)
        except HeldError as error:
            raise WarehouseHeldError(
                _("the warehouse {file} is in use by {holder}").format(
                    file=clean(file), holder=error.holder
                ),
                hint=_("end that process, or choose another --data-dir"),
            ) from None
        try:
            self._connection = duckdb.connect(str(file), read_only=read_only, config=dict(_OPTIONS))
            self._room = _room(self._connection)
            self._connection.execute(_limit(self._room))
        except duckdb.Error as error:
            self._hold.release()
            raise _open_error(error, file) from error
        try:
            self._check_length()
        except BaseException:
            self.close()
            raise
        self._cursors = local()
        self._opening = Lock()
        self._giving_room = Lock()
        self._in_more_room = 0
        self._log = file.with_name(file.name + ".wal")

    def _check_length(self) -> None:
        """Refuse a file that was cut: DuckDB would open it and write behind the missing part."""
        # All rows: a result that is not read to its end keeps its transaction open, and while one
        # is open DuckDB never takes its log into the file.
        found = self._connection.execute(statement("duckdb", "used_bytes", "")).fetchall()
        size = self.file.stat().st_size
        for (used,) in found:
            if size < used:
                raise damaged(
                    self.file,
                    _("it has {size} bytes and should have at least {used}").format(
                        size=size, used=used
                    ),
                )

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return the cursor of the calling thread."""
        cursor = getattr(self._cursors, "cursor", None)
        if cursor is None:
            with self._opening:
                cursor = self._connection.cursor()
                cursor.execute("SET TimeZone = 'UTC'")
            self._cursors.cursor = cursor
        return cursor

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a cursor in a transaction: committed at the end, rolled back on any exception."""
        try:
            cursor = self.cursor()
            cursor.execute("BEGIN TRANSACTION")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                _rolled_back(cursor)
                raise
        except duckdb.Error as error:
            raise translated(error, self.file) from error

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Return the rows of one read."""
        return self.fitted(lambda: self._rows(sql, parameters))

    def fitted(self, work: Callable[[], R]) -> R:
        """Do work; what did not fit into memory, hence was rolled back, once more with more."""
        try:
            return work()
        except NoRoomError:
            with self.more_room():
                return work()

    def _rows(self, sql: str, parameters: Sequence[object]) -> list[Row]:
        try:
            return self.cursor().execute(sql, list(parameters)).fetchall()
        except duckdb.Error as error:
            raise translated(error, self.file) from error

    @contextmanager
    def more_room(self) -> Iterator[None]:
        """Let DuckDB use more memory inside; no transaction of this thread may be open."""
        with self._giving_room:
            self._in_more_room += 1
            self.cursor().execute(_limit(max(_MORE_ROOM_MB, self._room)))
        try:
            yield
        finally:
            with self._giving_room:
                self._in_more_room -= 1
                if not self._in_more_room:
                    # Refused where another thread holds more at this moment; the next who needed
                    # room will do it.
                    with suppress(duckdb.OutOfMemoryException):
                        self.cursor().execute(_limit(self._room))

    def checkpoint_if_due(self) -> None:
        """Take a long log into the file. No writing transaction may be open in this process.

        DuckDB does so by itself only when a transaction ends while no other one is open. Where
        batches and merges overlap without end that never happens, and all that came since stays in
        the log and in memory.
        """
        try:
            due = self._log.stat().st_size > _CHECKPOINT_BYTES
        except OSError:
            return
        if due:
            try:
                self.cursor().execute("CHECKPOINT")
            except duckdb.TransactionException:
                return  # a long read is open: the next time will do
            except duckdb.Error as error:
                raise translated(error, self.file) from error

    def close(self) -> None:
        """Close the file and give up the hold; safe to repeat."""
        self._connection.close()
        self._hold.release()


def _room(connection: duckdb.DuckDBPyConnection) -> int:
    """Return what DuckDB may hold in memory at most times, in MB."""
    (threads,) = connection.execute("SELECT current_setting('threads')").fetchall()[0]
    return _ROOM_MB + int(threads) * _ROOM_A_THREAD_MB


def _limit(megabytes: int) -> str:
    return f"SET memory_limit = '{megabytes}MB'"


def _rolled_back(cursor: duckdb.DuckDBPyConnection) -> None:
    """Roll back; DuckDB may have done so itself, and then refuses, which is the same outcome."""
    try:
        cursor.execute("ROLLBACK")
    except duckdb.Error:
        return


def _open_error(error: duckdb.Error, file: Path) -> Exception:
    """Return why a file cannot be opened, as ours."""
    reason = clean(str(error).split("\n", 1)[0], 300)
    if "conflicting lock" in str(error).lower():
        return WarehouseHeldError(
            _("the warehouse {file} is in use: {reason}").format(file=clean(file), reason=reason),
            hint=_("end that process, or choose another --data-dir"),
        )
    known = translated(error, file)
    if isinstance(known, StorageError):
        return known
    return StorageError(
        _("cannot open the warehouse {file}: {reason}").format(file=clean(file), reason=reason),
        hint=_("it was left as it is: check the path and its permissions, or restore a copy"),
    )
