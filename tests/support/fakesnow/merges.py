"""MERGE for the fake Snowflake, whose own translation loses FLATTEN and binds in the source.

The source is put into a temporary table first, as one query that fakesnow translates well; then
fakesnow merges from that table. On the way, what Snowflake refuses is refused: two rows of the
source for one row of the target (ERROR_ON_NONDETERMINISTIC_MERGE).
"""

import re
from collections.abc import Callable
from typing import Any

import duckdb
import fakesnow.cursor as cursors
from fakesnow import info_schema
from fakesnow.dialect import parse_one
from fakesnow.transforms import stage
from snowflake.connector import errors
from sqlglot import exp

_SOURCE = "MERGE_SOURCE"
_MERGE = re.compile(r"(?:\s*--[^\n]*\n)*\s*MERGE\b", re.IGNORECASE)


def install() -> None:
    """Look at each MERGE before fakesnow does."""
    original: Callable[..., Any] = cursors.FakeSnowflakeCursor.execute

    def execute(cursor: Any, command: str, *args: Any, **options: Any) -> Any:
        if not _MERGE.match(command):
            return original(cursor, command, *args, **options)
        merge = parse_one(command)
        using = merge.args["using"]
        if isinstance(using, exp.Subquery):
            _keep_source(cursor, using, list(options.pop("binding_params", None) or ()))
            merge.set("using", exp.to_table(_SOURCE).as_(using.alias))
            _refuse_ambiguous(cursor, merge)
            command = merge.sql(dialect="snowflake")
        return original(cursor, command, *args, **options)

    cursors.FakeSnowflakeCursor.execute = execute
    # fakesnow notes temporary tables, lengths and comments in a second database, which DuckDB
    # forbids in a transaction that writes to the first. Nothing here needs the notes.
    stage.TableStages.record_temporary_table = lambda *_arguments: None
    info_schema.insert_text_lengths_sql = lambda *_arguments: "SELECT 1"
    info_schema.insert_table_comment_sql = lambda *_arguments: "SELECT 1"


def _keep_source(cursor: Any, using: exp.Subquery, parameters: list[Any]) -> None:
    query = parse_one(using.this.sql(dialect="snowflake"))
    made = cursor._transform(query, parameters).sql(dialect="duckdb")
    try:
        cursor._duck_conn.execute(f"CREATE OR REPLACE TEMP TABLE {_SOURCE} AS {made}", parameters)
    except duckdb.Error as error:
        told = str(error).split("\n", 1)[0]
        raise errors.ProgrammingError(msg=told, errno=100038, sqlstate="22000") from error


def _refuse_ambiguous(cursor: Any, merge: exp.Expression) -> None:
    """Find a row of the target that two rows of the source want to change."""
    target, condition = merge.this, merge.args["on"]
    name = target.alias_or_name
    source = f"{_SOURCE} AS {merge.args['using'].alias}"
    check = parse_one(
        f"SELECT 1 FROM {target.sql('snowflake')} INNER JOIN {source}"
        f" ON {condition.sql('snowflake')} GROUP BY {name}.rowid HAVING COUNT(*) > 1 LIMIT 1"
    )
    found = cursor._duck_conn.execute(cursor._transform(check, None).sql(dialect="duckdb"))
    if found.fetchone() is not None:
        raise errors.ProgrammingError(
            msg="Duplicate row detected during DML action", errno=100090, sqlstate="42P18"
        )
