"""The embedded warehouse behind the seam: each method one transaction on one DuckDB file."""

import logging
from collections.abc import Mapping, Sequence
from threading import Lock

import duckdb
import pyarrow as pa

from core.broker.identity import TopicIdentity
from core.clock import Clock, naive_utc
from core.config import Settings
from core.config.engine import DUCKDB
from core.config.identifiers import quoted
from core.errors import WarehouseError
from core.text import N_
from core.warehouse.backlog import MergeBacklog
from core.warehouse.dead_letters import letter_from
from core.warehouse.duckdb import batches, content, filling, reference, repair
from core.warehouse.duckdb.arrivals import Arrivals
from core.warehouse.duckdb.connection import DuckDbFile
from core.warehouse.duckdb.dialect import DIALECT
from core.warehouse.duckdb.merge import count_kept, merge_new_events
from core.warehouse.duckdb.parsed import ParsedSql, Runner
from core.warehouse.duckdb.pending_columns import PendingColumns
from core.warehouse.duckdb.question import Questions
from core.warehouse.duckdb.retry import again_alone
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
from core.warehouse.sqlfiles import script, statement
from core.warehouse.tables import compared, kept_tables, table_names

SETUP_SCRIPTS = ("setup", "tables", "reference_tables")
"""What the engine needs, and what the pipeline does."""

log = logging.getLogger(__name__)


class DuckDbWarehouse:
    """The warehouse seam on DuckDB; see `core.warehouse.base.Warehouse` for each method.

    Batches and merges may run side by side: they write different tables, and each kind waits for
    its own lock so that `seq` follows commit order. read_only: looks at a file, which must exist,
    without changing a byte of it. socket: where this process will share the file.
    """

    engine = DUCKDB
    restores = True

    def __init__(
        self, settings: Settings, *, clock: Clock, read_only: bool = False, socket: str = ""
    ) -> None:
        self._schema = quoted(settings.schema)
        self._pipeline = settings.pipeline
        self._keeps = settings.pipeline.definition.keeps
        self._inserts = settings.pipeline.has(DIALECT.name, "merge_new")
        self._clock = clock
        self._db = DuckDbFile(
            settings.paths.warehouse_file,
            settings.paths.warehouse_lock,
            clock=clock,
            read_only=read_only,
            socket=socket,
            memory_limit_mb=settings.duckdb_memory_limit_mb,
        )
        questions = Questions(self._db, settings.schema)
        self.ask, self.cancel_question = questions.ask, questions.cancel
        self._parsed = ParsedSql(self._sql)
        self._writing = Lock()
        self._merging = Lock()
        self._lacks_dismissals = False
        self._columns = PendingColumns(deletes=settings.pipeline.definition.deletes)
        self._arrivals = Arrivals(self._db, self._sql, self._columns)
        if not read_only and not self.rows("any_table", [settings.schema]):
            # A new file (or schema) gets its tables at once; a table that is missing among others
            # was dropped by somebody, and that must be seen, not fixed in silence.
            self.setup()
        lacking = {column for (_table, column) in self.rows("upgrade_due", [settings.schema])}
        if lacking and not read_only:
            # Only columns are added; the rows stay as they are.
            with self._db.transaction() as cursor:
                self._run(cursor, "upgrade")
            lacking = set()
        self._lacks_checksums = "checksum" in lacking
        self._lacks_dismissals = "dismissed_at" in lacking
        if not read_only:
            self._heal_kept()

    def setup(self, *, again: bool = False) -> Sequence[SetupStep]:  # noqa: ARG002 - one script
        """Create what is missing."""
        with self._writing, self._db.transaction() as cursor:
            self._run(cursor, *SETUP_SCRIPTS)
        self._heal_kept()
        return ()

    def _run(self, cursor: duckdb.DuckDBPyConnection, *names: str) -> None:
        """Run every statement of some scripts."""
        for name in names:
            for part in script(DIALECT.name, name, self._schema, self._pipeline):
                cursor.execute(part)

    @again_alone
    def load_table(self, table: str, rows: pa.Table) -> int:
        """Make a reference table hold some rows; return rows now in it."""
        with self._writing, self._db.transaction() as cursor:
            return reference.load(cursor, self._sql, table, rows)

    def register_partitions(
        self, identity: TopicIdentity, starts: Mapping[int, int]
    ) -> dict[int, int]:
        """Return the next offset of each partition, entering those met for the first time."""
        now = naive_utc(self._clock.now())
        with self._writing, self._db.transaction() as cursor:
            return batches.register(self._runner(cursor), identity, starts, now)

    def stored_offsets(self, identity: TopicIdentity) -> dict[int, int]:
        """Return the next offset of each partition ever claimed."""
        return dict(self._db.rows(self._sql("stored_offsets"), [identity.source_id]))

    @again_alone
    def write_batch(self, batch: RawBatch) -> None:
        """Store a batch and its offsets in one transaction, behind the fence."""
        self._db.expect_batches()
        with self._writing, self._arrivals.of(batch) as (cursor, first_seq):
            sql = self._runner(cursor)
            batches.advance(sql, batch)
            events = batches.insert(sql, batch, first_seq)
            if events is not None and self._arrivals.latest is not None:  # merges run here
                self._columns.add(first_seq, batch, events)

    @again_alone
    def fill_batch(self, batch: RawBatch) -> Filled:
        """Store what is missing of records that were read again."""
        with self._writing:  # nobody stores a record between the look and the write
            lacking = filling.lacking(self.rows, batch)
            if lacking.filled == Filled():
                return lacking.filled
            with self._arrivals.of(lacking.batch) as (cursor, first_seq):
                sql = self._runner(cursor)
                filling.resolve(sql, lacking, naive_utc(batch.received_at))
                batches.insert(sql, lacking.batch, first_seq)
        return lacking.filled

    @again_alone
    def merge(self) -> MergeResult:
        """Merge new raw events into rows and log the run."""
        with self._merging:
            if not self._arrivals.are_counted:
                with self._writing:
                    self._arrivals.count()
            try:
                with self._db.transaction() as cursor:
                    result = merge_new_events(
                        self._runner(cursor),
                        self._clock,
                        self._columns.between,
                        deletes=self._pipeline.definition.deletes,
                        keeps=self._keeps,
                        inserts=self._inserts,
                    )
            except BaseException:
                self._arrivals.doubt()
                raise
            self._arrivals.merged(result.taken)
            with self._writing:  # for as long as one batch takes
                self._db.checkpoint_if_due()
        return result

    @again_alone
    def rebuild_kept(self) -> None:
        """Make the figures that the merge keeps anew; nothing where it keeps none."""
        if not self._keeps:
            return
        with self._merging, self._db.transaction() as cursor:
            self._run(cursor, "kept_tables")
            count_kept(self._runner(cursor))

    def _heal_kept(self) -> None:
        """Make kept figures where there are none, as in a file of an earlier version."""
        if not self._keeps:
            return
        there = {table for table, _column, _kind in self.rows("catalogue")}
        if there.issuperset(kept_tables(DIALECT.name, self._pipeline)):
            return
        try:
            self.rebuild_kept()
        except WarehouseError as error:
            if error.transient:
                raise
            # As where somebody altered the table of rows: that is for the checks to tell.
            log.warning(N_("no figures are kept for the KPIs"), extra={"reason": error.message})

    def merge_backlog(self) -> MergeBacklog | None:
        """Return how many raw events wait for a merge; None before the first one."""
        return self._arrivals.latest

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run a named read."""
        return self._db.rows(self._sql(query), parameters)

    @again_alone
    def execute(self, statement: str, parameters: Sequence[object] = ()) -> None:
        """Run a named write."""
        with self._writing, self._db.transaction() as cursor:
            cursor.execute(self._sql(statement), list(parameters))

    def _read_columns(self, query: str, parameters: Sequence[object]) -> pa.Table:
        return self._db.columns(self._sql(query), parameters)

    def columns(self) -> list[ColumnFound]:
        """Return every expected column and what it is."""
        return compared(DIALECT, self._pipeline, self.rows("catalogue"))

    def tables(self) -> list[TableFacts]:
        """Return the size of every table."""
        sql = self._sql("inspect_table")
        return [
            TableFacts(name, *self._db.rows(sql.replace("{table}", name))[0])
            for name in table_names(DIALECT, self._pipeline)
        ]

    def content_span(self, table: str) -> ContentSpan:
        """Return what a table holds for `compare_content`."""
        return content.span(self.rows, table, checksums=not self._lacks_checksums)

    def compare_content(self, table: str, after: int, last: int) -> ContentPart:
        """Compare stored rows behind a position with their checksums."""
        return content.compare(self.rows, self._read_columns, table, after, last)

    @again_alone
    def restore(self, damage: Damage, record: RecordBytes) -> None:
        """Put the bytes of a damaged row back and merge its order anew."""
        now = naive_utc(self._clock.now())
        with self._merging, self._writing, self._db.transaction() as cursor:
            self._columns.clear()
            repair.restore(self._runner(cursor), damage, record, now, keeps=self._keeps)

    def dead_letters(
        self, *, reason: str | None = None, limit: int | None = None
    ) -> list[StoredDeadLetter]:
        """Return dead letters that were not replayed, newest first."""
        most = 2**31 - 1 if limit is None else limit
        rows = self._db.rows(self._sql("dead_letters"), [reason, reason, most])
        return [letter_from(row) for row in rows]

    @again_alone
    def mark_replayed(self, event_ids: Sequence[str]) -> None:
        """Note that dead letters were published again and confirmed."""
        now = naive_utc(self._clock.now())
        with self._writing, self._db.transaction() as cursor:
            cursor.execute(self._sql("mark_replayed"), [now, list(event_ids)])

    def keep_to_itself(self) -> None:
        """Tell whoever comes that this process does not share the file after all."""
        self._db.keep_to_itself()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _runner(self, cursor: duckdb.DuckDBPyConnection) -> Runner:
        return Runner(cursor, self._parsed)

    def _sql(self, name: str) -> str:
        text = statement(DIALECT.name, name, self._schema, self._pipeline)
        if self._lacks_dismissals and "dismissed_at" in text:
            older = statement(DIALECT.name, "letters_before_dismissals", self._schema)
            text = text.replace(f"{self._schema}.dead_letters", f"(\n{older})")
        return text
