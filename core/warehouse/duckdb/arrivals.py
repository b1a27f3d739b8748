"""The numbers that raw events bear, and how many of them wait for a merge.

Only one batch is written at a time, and the file belongs to one process, so counters in memory are
enough. After a failure they are read from the file again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb

from core.clock import utc
from core.warehouse.backlog import BacklogLedger, MergeBacklog
from core.warehouse.duckdb.connection import DuckDbFile
from core.warehouse.duckdb.pending_columns import PendingColumns
from core.warehouse.model import RawBatch


class Arrivals:
    """Of one file. columns: forgotten where it is not known what was stored."""

    def __init__(self, db: DuckDbFile, sql: Callable[[str], str], columns: PendingColumns) -> None:
        self._db = db
        self._sql = sql
        self._columns = columns
        self._last_seq: int | None = None  # not read yet, or no longer known
        self._backlog: BacklogLedger | None = None
        self._recount = True

    @property
    def latest(self) -> MergeBacklog | None:
        """What waits for a merge; None before the first one."""
        return None if self._backlog is None else self._backlog.latest

    @contextmanager
    def of(self, batch: RawBatch) -> Iterator[tuple[duckdb.DuckDBPyConnection, int]]:
        """Yield a cursor in a transaction, and the number of the first of the events it will store.

        Whoever calls writes alone.
        """
        last, self._last_seq = self._last_seq, None
        try:
            with self._db.transaction() as cursor:
                if last is None:
                    ((last,),) = cursor.execute(self._sql("last_seq")).fetchall()
                yield cursor, last + 1
        except BaseException:
            self._recount = True  # whether it was stored is not known
            self._columns.clear()
            raise
        self._last_seq = last + len(batch.payloads)
        if self._backlog is not None:
            self._backlog.stored(len(batch.payloads), batch.received_at)

    @property
    def are_counted(self) -> bool:
        """Whether it is known what waits."""
        return self._backlog is not None and not self._recount

    def count(self) -> None:
        """Count what waits. Nobody writes meanwhile."""
        with self._db.transaction() as cursor:
            self._recount = False
            ((waiting, oldest),) = cursor.execute(self._sql("merge_backlog")).fetchall()
            since = None if oldest is None else utc(oldest)
            self._backlog = BacklogLedger(waiting, since)

    def merged(self, events: int) -> None:
        """Note that a merge took so many."""
        if self._backlog is not None:
            self._backlog.merged(events)

    def doubt(self) -> None:
        """Note that it is not known what a merge took."""
        self._recount = True
