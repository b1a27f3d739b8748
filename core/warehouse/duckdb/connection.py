"""One open DuckDB file: the hold on it, a cursor per thread, transactions, errors translated.

What is written is safe from what is read at the same time by four rules, measured and explained in
docs/reliability.md: no sequences; one memory limit, set when the file is opened and never changed;
a bounded number of reads at once (`admission`); the log taken into the file while no batch is being
written. Where DuckDB gives up all the same (it refuses everything after an error that it could not
undo, running out of memory in a rollback for one), the file is opened again, as after a crash.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import duckdb
import pyarrow as pa

from core.clock import Clock
from core.errors import WarehouseHeldError
from core.process_lock import LockedError, ProcessLock
from core.text import N_, _, clean
from core.warehouse.duckdb.admission import Admission
from core.warehouse.duckdb.cursors import Cursors
from core.warehouse.duckdb.errors import (
    InvalidatedError,
    OutOfMemoryError,
    closed,
    damaged,
    invalidates,
    open_error,
    translated,
)
from core.warehouse.duckdb.presence import Presence
from core.warehouse.model import Row
from core.warehouse.sqlfiles import statement

R = TypeVar("R")

_THREADS = 4
"""Each thread works with memory of its own, so more of them would need a higher limit."""
_THREADS_BESIDE_WRITERS = 1
"""Batches and merges are too small to share: a second thread made them cost a quarter more."""

_CHECKPOINT_BYTES = 64 << 20
"""What the log may come to before it is taken into the file. Until then its rows are in memory too;
a checkpoint stops writers; a log is replayed when the file is opened after a crash."""

_RESTARTS = 3
"""So often in a row, without any commit in between, the file is opened again."""

log = logging.getLogger(__name__)


class DuckDbFile:
    """The warehouse file, held by this process until `close`.

    memory_limit_mb: what DuckDB may hold in memory: its cache of the file and its work; what does
    not fit goes to a folder beside the file. In time it takes all that it may have. read_only:
    nothing is written, not even what DuckDB would tidy up on opening. socket: where this process
    will share it. Errors: WarehouseHeldError naming the holder; StorageError for a file that cannot
    be opened.
    """

    def __init__(
        self,
        file: Path,
        lock_file: Path,
        *,
        clock: Clock,
        memory_limit_mb: int,
        read_only: bool = False,
        socket: str = "",
    ) -> None:
        self.file = file
        self._read_only = read_only
        self._options = {
            "checkpoint_threshold": f"{_CHECKPOINT_BYTES}B",
            "memory_limit": f"{memory_limit_mb}MB",
            "preserve_insertion_order": "false",
            # What a person asks (`question`) reads this file and nothing else of the machine.
            "enable_external_access": "false",
            "autoload_known_extensions": "false",
            "autoinstall_known_extensions": "false",
        }
        self._admission = Admission()
        self._cursors = Cursors(self._opened)
        self._broken = ""
        self._restarts = 0
        self._closed = False
        self._threads = _THREADS
        self._log = file.with_name(file.name + ".wal")
        try:
            self._lock = ProcessLock(lock_file, clock=clock, socket=socket)
        except LockedError as error:
            raise WarehouseHeldError(
                _("the warehouse {file} is in use by {holder}").format(
                    file=clean(file), holder=error.owner
                ),
                hint=_("end that process, or choose another --data-dir"),
            ) from None
        try:
            self._connection = self._connected()
        except BaseException:
            self._lock.release()
            raise

    def _connected(self) -> duckdb.DuckDBPyConnection:
        """Open the file."""
        try:
            connection = duckdb.connect(
                str(self.file), read_only=self._read_only, config=dict(self._options)
            )
        except duckdb.Error as error:
            raise open_error(error, self.file) from error
        try:
            ((threads,),) = connection.execute("SELECT current_setting('threads')").fetchall()
            connection.execute(f"SET threads = {min(int(threads), self._threads)}")
            self._check_length(connection)
            self._presence = Presence(self.file)
        except BaseException as error:
            connection.close()
            if isinstance(error, duckdb.Error):
                raise open_error(error, self.file) from error
            raise
        return connection

    def _check_length(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Refuse a file that was cut: DuckDB would open it and write behind the missing part."""
        # All rows: a result that is not read to its end keeps its transaction open, and while one
        # is open DuckDB never takes its log into the file.
        found = connection.execute(statement("duckdb", "used_bytes", "")).fetchall()
        size = self.file.stat().st_size
        for (used,) in found:
            if size < used:
                raise damaged(
                    self.file,
                    _("it has {size} bytes and should have at least {used}").format(
                        size=size, used=used
                    ),
                )

    def expect_batches(self) -> None:
        """Give up threads that only long reads gain from; waits, once, for the reads under way."""
        if self._threads != _THREADS_BESIDE_WRITERS:
            self._restart_if_broken()
            with self._admission.writing(), self._translating():
                self.cursor().execute(f"SET threads = {_THREADS_BESIDE_WRITERS}")
            self._threads = _THREADS_BESIDE_WRITERS

    def _opened(self) -> duckdb.DuckDBPyConnection:
        """Return what cursors are made of. Errors: StorageError once it is closed."""
        if self._closed:
            raise closed(self.file)
        return self._connection

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return the cursor of the calling thread."""
        return self._cursors.mine()

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a cursor in a transaction: committed at the end, rolled back on any exception."""
        self._restart_if_broken()
        with self._admission.writing(), self._translating():
            cursor = self.cursor()
            cursor.execute("BEGIN TRANSACTION")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                self._rolled_back(cursor)
                raise
            self._restarts = 0
        self._presence.check()

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Return the rows of one read."""
        return self._read(lambda cursor: cursor.execute(sql, list(parameters)).fetchall())

    def columns(self, sql: str, parameters: Sequence[object] = ()) -> pa.Table:
        """Return what one read finds as columns: a third of the work where rows are many."""
        return self._read(lambda cursor: cursor.sql(sql, params=list(parameters)).to_arrow_table())

    @contextmanager
    def looking(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a cursor of its own for what a person asks.

        It may be interrupted by others; where a batch or a merge needs the memory, it is.
        """
        self._restart_if_broken()
        with self._admission.reading(), self._translating(), self._cursors.look() as cursor:
            yield cursor

    def retry_alone(self, work: Callable[[], R]) -> R:
        """Do work; what ran out of memory, hence was rolled back, again while nobody reads.

        Errors: OutOfMemoryError where even that is not enough.
        """
        try:
            return work()
        except OutOfMemoryError as error:
            log.warning(N_("out of memory, done again alone"), extra={"reason": error.message})
            with self._admission.alone(self._cursors.interrupt_looks):
                return work()

    def _read(self, read: Callable[[duckdb.DuckDBPyConnection], R]) -> R:
        """Read to the end, once more where DuckDB gave up meanwhile."""
        try:
            return self.retry_alone(lambda: self._read_once(read))
        except InvalidatedError:
            return self.retry_alone(lambda: self._read_once(read))

    def _read_once(self, read: Callable[[duckdb.DuckDBPyConnection], R]) -> R:
        self._restart_if_broken()
        with self._admission.reading(), self._translating():
            return read(self.cursor())

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
            self._restart_if_broken()
            with self._admission.writing(), self._translating():
                try:
                    self.cursor().execute("CHECKPOINT")
                except (duckdb.TransactionException, duckdb.OutOfMemoryException):
                    return  # a long read is open, or needs the memory: the next time will do

    def keep_to_itself(self) -> None:
        """Tell whoever comes that this process does not share the file after all."""
        self._lock.sign()

    def close(self) -> None:
        """Close the file and give up the hold; safe to repeat.

        What is at work in it is interrupted and rolled back; what comes later is refused.
        """
        self._closed = True
        with self._admission.closed(self._cursors.interrupt):
            self._let_go()
        self._lock.release()

    def _let_go(self) -> None:
        """Close every connection; nobody may be at work."""
        self._presence.give_up(self._connection)
        self._cursors.close(self._connection)

    @contextmanager
    def _translating(self) -> Iterator[None]:
        """Make the driver's errors ours, and notice those after which it refuses everything."""
        try:
            yield
        except duckdb.Error as error:
            known = translated(error, self.file)
            if invalidates(error):
                self._broken = known.message
            raise known from error

    def _rolled_back(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Roll back; where DuckDB did so itself it refuses, which is the same outcome."""
        try:
            cursor.execute("ROLLBACK")
        except duckdb.Error as error:
            if invalidates(error):
                self._broken = translated(error, self.file).message

    def _restart_if_broken(self) -> None:
        """Open the file again where DuckDB has given up; all that was committed is in it.

        Errors: StorageError where it cannot be opened, gives up again and again, or was closed;
        WarehouseError where it is there no more.
        """
        if self._closed:
            raise closed(self.file)
        self._presence.check()
        if not self._broken:
            return
        with self._admission.closed(self._cursors.interrupt):
            reason = self._broken
            if not reason:
                return  # another thread was faster
            self._restarts += 1
            if self._restarts > _RESTARTS:
                raise damaged(self.file, reason)
            log.warning(N_("the warehouse file is opened again"), extra={"reason": reason})
            self._let_go()
            self._connection = self._connected()
            self._broken = ""
