"""The embedded warehouse of many processes: one holds the file, the others ask that one.

Which one it is changes nothing for a caller. When the holder ends, whoever calls next opens the
file and serves on. A call whose outcome is not known then is made again where doing it twice
changes nothing; else its caller is told by an error that passes, as after a lost connection to any
warehouse, and finds out from the stored offsets what happened.
"""

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event, Lock
from typing import Any

import pyarrow as pa

from core import __version__
from core.broker.identity import TopicIdentity
from core.clock import Clock
from core.config import Settings
from core.config.engine import DUCKDB
from core.errors import DropshipError, StorageError, WarehouseHeldError
from core.process_lock import read_owner
from core.text import _, clean
from core.warehouse.backlog import MergeBacklog
from core.warehouse.duckdb.errors import closed
from core.warehouse.filled import Filled
from core.warehouse.model import (
    ColumnFound,
    ContentPart,
    ContentSpan,
    Damage,
    MergeResult,
    RawBatch,
    RecordBytes,
    Row,
    SetupStep,
    StoredDeadLetter,
    TableFacts,
)
from core.warehouse.questions import Found, Question
from core.warehouse.shared.client import Client, LostError
from core.warehouse.shared.fingerprint import fingerprint
from core.warehouse.shared.holding import Holding
from core.warehouse.shared.messages import ONCE, PROTOCOL, Hello

_AGAIN_S = 0.05
_UNSIGNED_S = 1.0
"""How long a holder that has not signed yet is waited for."""


class SharedWarehouse:
    """The warehouse seam on a DuckDB file that others use too; see `core.warehouse.base.Warehouse`.

    stop: ends the wait for a holder that does not answer, at first. Errors: WarehouseHeldError
    where another process holds the file and cannot be asked; StorageError.
    """

    engine = DUCKDB
    restores = True

    def __init__(self, settings: Settings, *, clock: Clock, stop: Event | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._switching = Lock()
        self._closing = Event()
        self._seat: Holding | Client | None = self._opened(stop or self._closing)

    def setup(self, *, again: bool = False) -> Sequence[SetupStep]:
        """Create what is missing."""
        steps: Sequence[SetupStep] = self._do("setup", again)
        return steps

    def load_table(self, table: str, rows: pa.Table) -> int:
        """Make a reference table hold some rows; return rows now in it."""
        held: int = self._do("load_table", table, rows)
        return held

    def register_partitions(
        self, identity: TopicIdentity, starts: Mapping[int, int]
    ) -> dict[int, int]:
        """Return the next offset of each partition, entering those met for the first time."""
        offsets: dict[int, int] = self._do("register_partitions", identity, dict(starts))
        return offsets

    def stored_offsets(self, identity: TopicIdentity) -> dict[int, int]:
        """Return the next offset of each partition ever claimed."""
        offsets: dict[int, int] = self._do("stored_offsets", identity)
        return offsets

    def write_batch(self, batch: RawBatch) -> None:
        """Store a batch and its offsets in one transaction, behind the fence."""
        self._do("write_batch", batch)

    def fill_batch(self, batch: RawBatch) -> Filled:
        """Store what is missing of records that were read again."""
        filled: Filled = self._do("fill_batch", batch)
        return filled

    def merge(self) -> MergeResult:
        """Merge new raw events into rows and log the run."""
        result: MergeResult = self._do("merge")
        return result

    def rebuild_kept(self) -> None:
        """Make the figures that the merge keeps anew."""
        self._do("rebuild_kept")

    def merge_backlog(self) -> MergeBacklog | None:
        """Return how many raw events wait for a merge, as of the latest call; never waits."""
        seat = self._seat
        return None if seat is None else seat.backlog

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run a named read."""
        rows: list[Row] = self._do("rows", query, parameters)
        return rows

    def ask(self, question: Question) -> Found:
        """Return what a person's question finds."""
        found: Found = self._do("ask", question)
        return found

    def cancel_question(self, question_id: str) -> None:
        """End a question that is under way."""
        self._do("cancel_question", question_id)

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> None:
        """Run a named write."""
        self._do("execute", statement, parameters)

    def columns(self) -> list[ColumnFound]:
        """Return every column that there should be, with what the catalogue says of it."""
        columns: list[ColumnFound] = self._do("columns")
        return columns

    def tables(self) -> list[TableFacts]:
        """Return the size of every table."""
        tables: list[TableFacts] = self._do("tables")
        return tables

    def content_span(self, table: str) -> ContentSpan:
        """Return what a table holds for `compare_content`."""
        span: ContentSpan = self._do("content_span", table)
        return span

    def compare_content(self, table: str, after: int, last: int) -> ContentPart:
        """Compare stored rows behind a position with their checksums."""
        part: ContentPart = self._do("compare_content", table, after, last)
        return part

    def restore(self, damage: Damage, record: RecordBytes) -> None:
        """Put the bytes of a damaged row back and merge its order anew."""
        self._do("restore", damage, record)

    def dead_letters(
        self, *, reason: str | None = None, limit: int | None = None
    ) -> list[StoredDeadLetter]:
        """Return dead letters that were not replayed, newest first."""
        letters: list[StoredDeadLetter] = self._do("dead_letters", reason, limit)
        return letters

    def mark_replayed(self, event_ids: Sequence[str]) -> None:
        """Note that dead letters were published again and confirmed."""
        self._do("mark_replayed", list(event_ids))

    def close(self) -> None:
        """Close the file, or the connection to its holder; safe to repeat."""
        self._closing.set()
        with self._switching:
            seat = self._seat
        if seat is not None:
            seat.close()

    @property
    def holder(self) -> int:
        """The process that holds the file, as far as this one knows."""
        seat = self._seat
        return seat.hello.pid if isinstance(seat, Client) else os.getpid()

    def _do(self, method: str, *arguments: Any) -> Any:
        """Call a method wherever the file is open, again at the next holder where that may be."""
        began = time.monotonic()
        while True:
            seat = self._present()
            try:
                return seat.do(method, arguments)
            except LostError as lost:
                self._leave(seat)
                late = time.monotonic() - began >= self._settings.timeout_s
                unknown = method in ONCE and not lost.undone
                if unknown or late or self._closing.is_set():
                    raise

    def _present(self) -> Holding | Client:
        """Return the way to the file, found anew where it was lost.

        Errors: StorageError once it is closed: a file opened then would be closed by nobody.
        """
        with self._switching:
            if self._seat is None:
                if self._closing.is_set():
                    raise closed(self._settings.paths.warehouse_file)
                self._seat = self._opened(self._closing)
            return self._seat

    def _leave(self, seat: Holding | Client) -> None:
        with self._switching:
            if self._seat is seat and not self._closing.is_set():
                self._seat = None
        seat.close()

    def _opened(self, stop: Event) -> Holding | Client:
        """Open the file, or reach the process that has it open.

        Holders come and go meanwhile, so both are tried in turn, for as long as `--timeout` says,
        or until a stop is wanted.
        """
        began = time.monotonic()
        while True:
            try:
                return Holding(self._settings, self._clock)
            except WarehouseHeldError as held:
                if held.__cause__ is not None:
                    raise  # DuckDB's own refusal: a program that is none of ours has the file
                waited = time.monotonic() - began
                error: DropshipError = held
                try:
                    seat = self._reached(held, waited)
                except LostError as lost:
                    error = lost
                else:
                    if seat is not None:
                        return seat
            if waited >= self._settings.timeout_s or stop.wait(_AGAIN_S):
                raise error

    def _reached(self, held: WarehouseHeldError, waited_s: float) -> Client | None:
        """Return a connection to the holder; None while it is not known who that is."""
        holder = read_owner(self._settings.paths.warehouse_lock)
        if not holder.socket:
            if waited_s < _UNSIGNED_S:
                return None
            advice = _("{reason}; {advice}").format(
                reason=_("it does not share it"), advice=held.advice
            )
            raise WarehouseHeldError(held.message, hint=advice) from held
        patience = max(self._settings.timeout_s - waited_s, 0.5)
        try:
            client = Client(Path(holder.socket), within_s=patience)
        except StorageError as error:
            raise _not_shared(held, error.message) from error
        reason = self._mismatch(client.hello)
        if reason:
            client.close()
            raise _not_shared(held, reason)
        return client

    def _mismatch(self, hello: Hello) -> str:
        """Return why what the holder says would not be what this process means; empty if it is."""
        if (hello.protocol, hello.version) != (PROTOCOL, __version__):
            return _("it is dropship {theirs}, this is {ours}").format(
                theirs=clean(hello.version, 40), ours=__version__
            )
        pipeline = self._settings.pipeline
        if (hello.schema, hello.fingerprint) != (self._settings.schema, fingerprint(pipeline)):
            return _("it works on the pipeline {pipeline} in the schema {schema}").format(
                pipeline=clean(hello.pipeline, 80), schema=clean(hello.schema, 80)
            )
        return ""


def _not_shared(held: WarehouseHeldError, reason: str) -> WarehouseHeldError:
    """Return that a file is in use, with why its holder cannot be asked."""
    return WarehouseHeldError(
        _("{message}: {reason}").format(message=held.message, reason=reason), hint=held.advice
    )
