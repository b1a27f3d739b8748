"""A person's question to the DuckDB file: it cannot write, and ends when its time is over.

The transaction is read-only, the file was opened without access to other files and extensions
(`connection`), and of what DuckDB itself parses only a SELECT or an EXPLAIN of one is run: those
could still make temporary tables or settings, and change how this process works.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Timer

import duckdb

from core.errors import CancelledError, UsageError, WarehouseError
from core.text import _, clean
from core.warehouse.duckdb.connection import DuckDbFile
from core.warehouse.questions import ColumnAsked, Found, Question, collected
from core.warehouse.reading import check_reading

_READS = frozenset({duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN})
_REFUSALS = (
    duckdb.ProgrammingError,
    duckdb.DataError,
    duckdb.NotSupportedError,
    duckdb.PermissionException,
    duckdb.SequenceException,
    duckdb.TransactionException,
)
"""What the statement itself is to blame for."""
_POINTERS = frozenset({"arrow_scan", "arrow_scan_dumb", "pandas_scan", "python_map_function"})
"""Functions of the driver that take addresses in memory."""


class Questions:
    """Asks a file. `ask` may run in several threads; `cancel` ends one by its id."""

    def __init__(self, file: DuckDbFile, schema: str) -> None:
        self._file = file
        self._schema = schema
        self._guard = Lock()
        self._under_way: dict[str, duckdb.DuckDBPyConnection] = {}
        self._ended: dict[str, str] = {}

    def ask(self, question: Question) -> Found:
        """Return what a question finds. Errors: UsageError, CancelledError, WarehouseError."""
        sql = check_reading(question.sql, remote=False)
        with self._file.looking() as cursor:
            self._check(cursor, sql)
            with self._known(question.id, cursor):
                timer = Timer(question.seconds, self._end, (question.id, "time"))
                timer.daemon = True
                timer.start()
                try:
                    return self._asked(cursor, sql, question)
                except duckdb.InterruptException as error:
                    raise self._why(question) from error
                finally:
                    timer.cancel()

    def cancel(self, question_id: str) -> None:
        """End a question that is under way; nothing where it is not."""
        self._end(question_id, "cancelled")

    def _asked(self, cursor: duckdb.DuckDBPyConnection, sql: str, question: Question) -> Found:
        cursor.execute(f"SET schema = '{self._schema.replace(chr(39), chr(39) * 2)}'")
        cursor.execute("BEGIN TRANSACTION READ ONLY")
        try:
            cursor.execute(sql, list(question.parameters))
            columns = tuple(
                ColumnAsked(str(one[0]), str(one[1])) for one in cursor.description or ()
            )
            rows, cut = collected(cursor.fetchmany, question)
        except _REFUSALS as error:
            raise refused(error) from error
        finally:
            with suppress(duckdb.Error):
                cursor.execute("ROLLBACK")
        return Found(columns, rows, cut)

    def _check(self, cursor: duckdb.DuckDBPyConnection, sql: str) -> None:
        """Refuse what DuckDB takes for anything but one read."""
        try:
            parsed = cursor.extract_statements(sql)
        except duckdb.Error as error:
            raise refused(error) from error
        pivots = [one for one in parsed if one.type == duckdb.StatementType.MULTI]
        reads = len(parsed) == 1 and parsed[0].type in _READS and not pivots
        lowered = sql.lower()
        if not reads or any(name in lowered for name in _POINTERS):
            raise UsageError(
                _("only one statement that reads is run here"),
                hint=_("begin with SELECT, WITH, SHOW, DESCRIBE or EXPLAIN"),
            )

    @contextmanager
    def _known(self, question_id: str, cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
        with self._guard:
            self._under_way[question_id] = cursor
        try:
            yield
        finally:
            with self._guard:
                del self._under_way[question_id]
                self._ended.pop(question_id, None)

    def _end(self, question_id: str, why: str) -> None:
        with self._guard:
            cursor = self._under_way.get(question_id)
            if cursor is not None:
                self._ended.setdefault(question_id, why)
                with suppress(duckdb.Error):  # closed meanwhile
                    cursor.interrupt()

    def _why(self, question: Question) -> CancelledError | WarehouseError:
        """Return why a question was interrupted."""
        with self._guard:
            why = self._ended.get(question.id, "")
        return interrupted(why, question.seconds)


def interrupted(why: str, seconds: float) -> CancelledError | WarehouseError:
    """Return the error of a question that did not come to its end. why: cancelled, time or ''."""
    if why == "cancelled":
        return CancelledError(_("the query was cancelled"))
    if why == "time":
        return CancelledError(
            _("the query took longer than {seconds} s and was ended").format(
                seconds=f"{seconds:g}"
            ),
            hint=_("narrow it, or give it a longer time limit"),
        )
    return WarehouseError(
        _("the query was interrupted: the warehouse needed the memory or was closed"),
        hint=_("run it again"),
        transient=True,
    )


def refused(error: duckdb.Error) -> UsageError:
    """Return what DuckDB says of a statement that it cannot run, in one line."""
    told = [part.strip() for part in str(error).split("\n") if part.strip()]
    text = " · ".join(part for part in told if not set(part) <= set("^ "))
    return UsageError(clean(text, 600), hint=_("change the statement"))
