"""The warehouse seam: DuckDB and Snowflake behind one protocol, callers know neither.

A method is one unit of work and one transaction: either all of it is stored or none. Methods may
be called from any thread; an implementation keeps a connection (or cursor) per thread. Driver
errors arrive as WarehouseError (`transient` where a retry can help) or StorageError.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from core.broker.identity import TopicIdentity
from core.config.engine import Engine
from core.warehouse.backlog import MergeBacklog
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

if TYPE_CHECKING:
    import pyarrow as pa


class Warehouse(Protocol):
    """Where raw events, orders, reference tables, dead letters and offsets live."""

    @property
    def engine(self) -> Engine:
        """What it is."""
        ...

    def setup(self, *, again: bool = False) -> Sequence[SetupStep]:
        """Create what is missing. Safe to repeat; never drops or empties anything.

        again: also where the tables are there, so that rights and procedures are brought up to
        date. Returns what was run; nothing where the warehouse has no scripts of its own.
        """
        ...

    def load_table(self, table: str, rows: "pa.Table") -> int:
        """Make a reference table hold some rows, columns of text; return rows now in it.

        Rows of the same key are replaced, others kept: loading twice changes nothing.
        """
        ...

    def register_partitions(
        self, identity: TopicIdentity, starts: Mapping[int, int]
    ) -> dict[int, int]:
        """Return the next offset to read of each partition in `starts`.

        A partition met for the first time is entered with the given start.
        """
        ...

    def stored_offsets(self, identity: TopicIdentity) -> dict[int, int]:
        """Return the next offset to read of each partition ever claimed."""
        ...

    def write_batch(self, batch: RawBatch) -> None:
        """Store events, dead letters, gaps and offsets in ONE transaction.

        Errors: FencedError, with nothing written, when a stored offset is not the one that the
        batch started from; StorageError (disk full, damage); WarehouseError.
        """
        ...

    def fill_batch(self, batch: RawBatch) -> Filled:
        """Store what is missing of records that were read again, in ONE transaction.

        What is stored stays as it is, but for a dead letter that waits and whose record is an event
        now: the event is stored, and the letter is closed. `advances` tell the ranges that were
        read; offsets do not move. Doing it twice changes nothing. Errors: WarehouseError, with
        nothing written, where a range is not behind the stored offsets.
        """
        ...

    def merge(self) -> MergeResult:
        """Merge the raw events that came since the last merge into orders, and log the run."""
        ...

    def rebuild_kept(self) -> None:
        """Make the figures that the merge keeps anew from all rows, in ONE transaction.

        Nothing is done where the pipeline keeps none.
        """
        ...

    def merge_backlog(self) -> MergeBacklog | None:
        """Return how many raw events wait for a merge, as far as this process knows; never waits.

        None before the first merge of a warehouse that has to count first what was there.
        """
        ...

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run a read of `sql/` by its name, with `?` parameters bound in order."""
        ...

    def ask(self, question: Question) -> Found:
        """Return what a person's question finds; it reads, and ends at its limits.

        Names without a schema are those of the pipeline's. Errors: UsageError for a statement that
        cannot be run or would do more than read; CancelledError; WarehouseError.
        """
        ...

    def cancel_question(self, question_id: str) -> None:
        """End a question that is under way; nothing where none of this id is."""
        ...

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> None:
        """Run a write of `sql/` by its name, in a transaction of its own."""
        ...

    def columns(self) -> list[ColumnFound]:
        """Return every column that `setup` makes, with what the catalogue says of it."""
        ...

    def tables(self) -> list[TableFacts]:
        """Return the size of every table, in the order that an event takes."""
        ...

    def content_span(self, table: str) -> ContentSpan:
        """Return what the table of raw events, or `dead_letters`, holds for `compare_content`."""
        ...

    def compare_content(self, table: str, after: int, last: int) -> ContentPart:
        """Compare stored rows behind a position, none behind `last`, with their checksums.

        Takes as many as fit into little memory; `last` of the answer says how far it came.
        """
        ...

    @property
    def restores(self) -> bool:
        """Whether stored bytes can be put back by `restore`."""
        ...

    def restore(self, damage: Damage, record: RecordBytes) -> None:
        """Put the bytes of a damaged row back and merge its order anew, in ONE transaction."""
        ...

    def dead_letters(
        self, *, reason: str | None = None, limit: int | None = None
    ) -> list[StoredDeadLetter]:
        """Return dead letters that were not replayed, newest first."""
        ...

    def mark_replayed(self, event_ids: Sequence[str]) -> None:
        """Note that dead letters were published again and confirmed."""
        ...

    def close(self) -> None:
        """Close connections and give up the lock."""
        ...
