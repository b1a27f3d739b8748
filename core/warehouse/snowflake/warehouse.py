"""Snowflake behind the warehouse seam: each method one transaction of the calling thread's session.

Writes of batches are never repeated here: `core.consumer.batch_writer` reads the stored offsets
first. What may be repeated without harm is, for as long as the settings allow to wait.
"""

import json
from collections.abc import Mapping, Sequence
from threading import Event

import pyarrow as pa

from core.broker.identity import TopicIdentity
from core.clock import Clock
from core.config import Settings
from core.config.engine import SNOWFLAKE
from core.errors import FencedError, WarehouseError
from core.warehouse.backlog import BacklogLedger, MergeBacklog
from core.warehouse.dead_letters import letter_from
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
from core.warehouse.snowflake import batches, content, fence, merge, stage, storing
from core.warehouse.snowflake.dialect import DIALECT
from core.warehouse.snowflake.fingerprint import fingerprint_of
from core.warehouse.snowflake.identifiers import snowflake_identifiers
from core.warehouse.snowflake.question import Questions
from core.warehouse.snowflake.rejected_json import with_what_fits
from core.warehouse.snowflake.scripts import (
    missing_columns,
    run_setup,
    split_statements,
    tables_present,
)
from core.warehouse.snowflake.session import Connection, Sessions
from core.warehouse.sqlfiles import statement
from core.warehouse.tables import compared, table_names

_TASK_LIMIT_S = 900.0
_EVERYTHING = 2**31 - 1
_OFFSETS = "CONSUMER_OFFSETS"
_SHOWS = frozenset({"tasks_shown"})


class SnowflakeWarehouse:
    """The warehouse seam on Snowflake; see `core.warehouse.base.Warehouse` for each method.

    Opening logs in, so that a wrong setting is told before any work begins. stop: cuts the wait
    for a service that is away when the warehouse is opened.
    """

    engine = SNOWFLAKE
    restores = False

    def __init__(self, settings: Settings, *, clock: Clock, stop: Event | None = None) -> None:
        self._settings = settings
        self._identifiers = snowflake_identifiers(settings)
        self._pipeline = settings.pipeline
        self._keeps = settings.pipeline.definition.keeps
        self._fingerprint = fingerprint_of(settings.pipeline.definition)
        self._clock = clock
        self._sessions = Sessions(settings, self._identifiers, clock=clock)
        questions = Questions(self._sessions)
        self.ask, self.cancel_question = questions.ask, questions.cancel
        self._wanted = "auto" if settings.snowflake is None else settings.snowflake.transform
        self._procedure: bool | None = None
        self._backlog = BacklogLedger()
        self._checksums = self._cleared = False
        self._sessions.patiently(lambda _connection: None, stop=stop)

    def setup(self, *, again: bool = False) -> Sequence[SetupStep]:
        """Run the numbered scripts as far as the role may; nothing where all tables are there."""
        snow = self._settings.snowflake
        role = "" if snow is None or snow.role is None else snow.role

        def work(connection: Connection) -> Sequence[SetupStep]:
            if not again and tables_present(connection, self._identifiers):
                return ()
            return run_setup(connection, self._identifiers, role=role)

        self._procedure = None
        return self._sessions.patiently(work)

    def load_table(self, table: str, rows: pa.Table) -> int:
        """Make a reference table hold some rows; return rows now in it."""

        def work(connection: Connection) -> int:
            cells = zip(*(column.to_pylist() for column in rows.columns), strict=True)
            with connection.transaction():
                for array in batches.arrays(batches.row_items(cells)):
                    connection.run(self._sql(f"load_{table}"), [array])
                ((count,),) = connection.run(self._sql(f"count_{table}"))
            return int(count)

        return self._sessions.patiently(work)

    def register_partitions(
        self, identity: TopicIdentity, starts: Mapping[int, int]
    ) -> dict[int, int]:
        """Return the next offset of each partition, entering those met for the first time."""
        entries = batches.json_array(
            {"p": partition, "n": start} for partition, start in sorted(starts.items())
        )
        whose = [identity.source_id, identity.cluster_id, identity.topic, identity.topic_id]
        connection = self._sessions.mine()
        if not self._cleared:
            self._cleared = True
            stage.clear_old(connection, self._sql, self._clock.now())
        if starts.keys() - self.stored_offsets(identity).keys():
            connection.run(self._sql("claim_partitions"), [*whose, self._clock.now(), entries])
        self._heal(identity)
        found = self.stored_offsets(identity)
        return {partition: offset for partition, offset in found.items() if partition in starts}

    def stored_offsets(self, identity: TopicIdentity) -> dict[int, int]:
        """Return the next offset of each partition ever claimed. Asks once, and does not wait."""
        rows = self._sessions.mine().run(self._sql("stored_offsets"), [identity.source_id])
        return {int(partition): int(offset) for partition, offset in rows}

    def write_batch(self, batch: RawBatch) -> None:
        """Store a batch and its offsets in one transaction, behind the fence."""
        _stored, batch = with_what_fits(self._write, batch, self._sessions, self._sql)
        self._backlog.stored(len(batch.payloads), batch.received_at)

    def fill_batch(self, batch: RawBatch) -> Filled:
        """Store what is missing of records that were read again."""

        def work(some: RawBatch) -> Filled:
            return self._sessions.patiently(
                lambda connection: storing.fill(connection, self._sql, some, self._fingerprint)
            )

        filled, _batch = with_what_fits(work, batch, self._sessions, self._sql)
        self._backlog.stored(filled.events + filled.resolved, batch.received_at)
        return filled

    def _write(self, batch: RawBatch) -> None:
        """Store a batch; what was in the way without need is gone at the next attempt."""
        try:
            storing.store(self._sessions.mine(), self._sql, batch, self._fingerprint)
        except FencedError:
            self._heal(batch.identity)
            raise
        except WarehouseError as error:
            if fence.is_lock_timeout(error):
                fence.end_if_abandoned(self._sessions.mine(), self._sql, _OFFSETS, self._wait)
            raise

    def _heal(self, identity: TopicIdentity) -> None:
        """Make one row of partitions that two first claims have entered twice."""
        connection = self._sessions.mine()
        rows = connection.run(self._sql("stored_offsets"), [identity.source_id])
        if len({partition for partition, _offset in rows}) < len(rows):
            fence.heal_claims(connection, self._sql, identity, self._clock.now())

    def merge(self) -> MergeResult:
        """Merge new raw events into orders and log the run."""
        return self._sessions.patiently(self._merge)

    def rebuild_kept(self) -> None:
        """Make the figures that the merge keeps anew."""
        if self._keeps:
            self._sessions.patiently(
                lambda connection: merge.rebuild_kept(connection, self._script)
            )

    def merge_backlog(self) -> MergeBacklog | None:
        """Return how many events this process stored that no merge has taken yet."""
        return self._backlog.latest

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run a named read; of a SHOW, each row is one JSON text, by the names of its columns."""
        sql = self._sql(query)
        if query in _SHOWS:
            return self._sessions.patiently(
                lambda connection: [
                    (json.dumps(row, default=str),) for row in connection.shown(sql)
                ]
            )
        return self._sessions.patiently(lambda connection: connection.run(sql, parameters))

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> None:
        """Run a named write, once: a second time could write twice."""
        self._sessions.mine().run(self._sql(statement), parameters)

    def columns(self) -> list[ColumnFound]:
        """Return every expected column and what it is."""
        return compared(DIALECT, self._pipeline, self.rows("catalogue"))

    def tables(self) -> list[TableFacts]:
        """Return the size of every table."""
        sizes = {name: (int(rows or 0), size) for name, rows, size in self.rows("inspect_tables")}
        names = table_names(DIALECT, self._pipeline)
        return [TableFacts(name, *sizes[name]) for name in names if name in sizes]

    def content_span(self, table: str) -> ContentSpan:
        """Return what a table holds for `compare_content`."""
        if not self._checksums:
            lacking = self._sessions.patiently(
                lambda connection: missing_columns(connection, self._identifiers)
            )
            self._checksums = not any(column.endswith(".checksum") for column in lacking)
        return content.span(self.rows, table, checksums=self._checksums)

    def compare_content(self, table: str, after: int, last: int) -> ContentPart:
        """Compare stored rows behind a position with their checksums, in Snowflake."""
        return content.compare(self.rows, self._damage, table, after, last)

    def _damage(self, content_query: str, parameters: Sequence[object]) -> list[Row]:
        sql = self._sql("content_damage", content=f"({self._sql(content_query)})")
        return self._sessions.patiently(lambda connection: connection.run(sql, parameters))

    def restore(self, damage: Damage, record: RecordBytes) -> None:
        """Refuse: a VARIANT takes no bytes."""
        raise NotImplementedError

    def dead_letters(
        self, *, reason: str | None = None, limit: int | None = None
    ) -> list[StoredDeadLetter]:
        """Return dead letters that were not replayed, newest first."""
        most = _EVERYTHING if limit is None else limit
        return [letter_from(row) for row in self.rows("dead_letters", [reason, reason, most])]

    def mark_replayed(self, event_ids: Sequence[str]) -> None:
        """Note that dead letters were published again and confirmed."""
        connection, now = self._sessions.mine(), self._clock.now()
        with connection.transaction():
            for array in batches.arrays(batches.id_items(event_ids)):
                connection.run(self._sql("mark_replayed"), [now, array])

    def close(self) -> None:
        """Log out of every session."""
        self._sessions.close()

    def _sql(self, name: str, **more: str) -> str:
        text = statement(DIALECT.name, name, self._identifiers.schema, self._pipeline)
        for placeholder, value in {**self._identifiers.placeholders(), **more}.items():
            text = text.replace(f"{{{placeholder}}}", value)
        return text

    def _script(self, name: str) -> list[str]:
        return split_statements(self._sql(name))

    def _merge(self, connection: Connection) -> MergeResult:
        # Whoever merges takes the stream whole: then all that stood in it at this mark is merged.
        mark, result = self._backlog.mark, MergeResult()
        if merge.has_pending(connection, self._sql):
            result = self._merge_pending(connection)
        self._backlog.merged_through(mark)
        return result

    def _merge_pending(self, connection: Connection) -> MergeResult:
        how = self._transform(connection)
        if how == "task":
            return merge.merge_by_task(
                connection,
                self._sql,
                self._clock,
                task=self._pipeline.merge_task,
                wait=self._wait,
                limit_s=_TASK_LIMIT_S,
            )
        if how == "procedure":
            try:
                return merge.merge_by_procedure(connection, self._sql)
            except WarehouseError as error:
                if self._wanted != "auto" or not merge.is_not_for_us(error):
                    raise
                self._procedure = False  # visible, but not for this role
        return merge.merge_by_statements(
            connection,
            self._sql,
            self._clock,
            deletes=self._pipeline.definition.deletes,
            kept=self._script if self._keeps else None,
        )

    def _transform(self, connection: Connection) -> str:
        """Return who merges: as set, else the procedure where it is there."""
        if self._wanted != "auto":
            return self._wanted
        if self._procedure is None:
            self._procedure = merge.has_procedure(connection, self._sql)
        return "procedure" if self._procedure else "client"

    def _wait(self, seconds: float) -> bool:
        return self._clock.wait(self._sessions.closing, seconds)
