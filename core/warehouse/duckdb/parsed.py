"""Named SQL that is parsed once: of a small batch DuckDB would take a third of the time to read it.

A parsed statement is planned anew each time it is run, so nothing in it can grow old.
"""

from collections.abc import Callable, Mapping, Sequence

import duckdb
import pyarrow as pa

from core.warehouse.model import Row

Parameters = Mapping[str, object] | Sequence[object]


class ParsedSql:
    """The named SQL of one warehouse. Any thread may use it.

    sql: returns the text of a name, the same each time.
    """

    def __init__(self, sql: Callable[[str], str]) -> None:
        self._sql = sql
        self._known: dict[str, list[duckdb.Statement]] = {}

    def of(self, cursor: duckdb.DuckDBPyConnection, name: str) -> list[duckdb.Statement]:
        """Return the statements of a name. cursor: any, to parse it with."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = cursor.extract_statements(self._sql(name))
        return known


class Runner:
    """Runs named SQL in a transaction of its caller."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, parsed: ParsedSql) -> None:
        self._cursor = cursor
        self._parsed = parsed

    def run(self, name: str, parameters: Parameters = ()) -> list[Row]:
        """Run every statement of a name; return all rows of the last one, or what it changed.

        parameters: by their places, or by names; a statement gets those that it has.
        """
        rows: list[Row] = []
        for statement in self._parsed.of(self._cursor, name):
            wanted, given = statement.named_parameters, parameters
            if isinstance(parameters, Mapping):
                given = {word: parameters[word] for word in wanted}
            # To the end: one that is not read to it would go on reading what is registered.
            rows = self._cursor.execute(statement, given if wanted else None).fetchall()
        return rows

    def over(self, table: pa.Table, name: str, parameters: Parameters = ()) -> None:
        """Run SQL that reads an Arrow table as `staged`."""
        self._cursor.register("staged", table)
        self.run(name, parameters)
        # Only after success: a transaction that failed allows nothing but its rollback, and the
        # next one registers over this one.
        self._cursor.unregister("staged")
