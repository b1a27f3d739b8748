"""Tables, columns and types, as the statements of the SQL files that make them say.

A database tells the types of its columns in words of its own (`VARCHAR` is `TEXT` to Snowflake), so
both sides are put into these before they are compared.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.pipeline.folder import Pipeline
from core.warehouse.model import ColumnFound, Row

_OWN = ("tables", "reference_tables")
"""What makes the tables that events and reference files fill."""
_KEPT = "kept_tables"
"""What makes those of the figures that the merge keeps."""
_TABLE = re.compile(r"CREATE TABLE IF NOT EXISTS \{schema\}\.(\w+) \(", re.ASCII | re.IGNORECASE)
_TOKEN = re.compile(r"--[^\n]*|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[(),]|[^-'\"(),]+|.", re.DOTALL)
_COLUMN = re.compile(r"(\w+|\"[^\"]+\")\s+(\w+(?:\s*\([\d\s,]+\))?)", re.ASCII)
_NO_COLUMN = frozenset({"PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "CONSTRAINT"})
_SIZED = {"DECIMAL": "DECIMAL(18,3)", "NUMBER": "NUMBER(38,0)"}
"""Types whose precision and scale the catalogue tells, with those that they have without any."""

Table = tuple[str, dict[str, str]]
"""The name of a table; its columns and their types."""


def later_columns(events: str) -> tuple[str, ...]:
    """Return the columns that tables of an earlier version lack.

    events: the table of raw events.
    """
    return (
        f"{events}.checksum",
        "dead_letters.checksum",
        "transform_runs.deleted",
        "dead_letters.dismissed_at",
        "dead_letters.dismissed_by",
        "dead_letters.dismissed_why",
    )


@dataclass(frozen=True)
class Dialect:
    """How an engine says it.

    name: of its folders of SQL. setup: what makes the tables of every pipeline. types: its words
    for types, where its catalogue has another.
    """

    name: str
    setup: str
    types: Mapping[str, str]


def expected_columns(dialect: Dialect, pipeline: Pipeline) -> Iterator[Table]:
    """Yield each table with its columns and their types: those of every pipeline, then its own."""
    for name in (dialect.setup, *_OWN, _KEPT):
        yield from _tables(dialect, pipeline, name)


def table_names(dialect: Dialect, pipeline: Pipeline) -> list[str]:
    """Return the tables that hold data of their own, in the order that an event takes."""
    events, letters, *books = (name for name, _ in _tables(dialect, pipeline, dialect.setup))
    rows, *references = (name for own in _OWN for name, _ in _tables(dialect, pipeline, own))
    return [events, rows, letters, *references, *books]


def kept_tables(engine: str, pipeline: Pipeline) -> list[str]:
    """Return the tables of the figures that the merge keeps. engine: its name."""
    text = pipeline.sql(engine, _KEPT) if pipeline.has(engine, _KEPT) else ""
    return [found[1].lower() for found in _TABLE.finditer(text)]


def _tables(dialect: Dialect, pipeline: Pipeline, name: str) -> Iterator[Table]:
    text = pipeline.sql(dialect.name, name) if pipeline.has(dialect.name, name) else ""
    for placeholder, value in pipeline.placeholders(dialect.name).items():
        text = text.replace(f"{{{placeholder}}}", value)
    for found in _TABLE.finditer(text):
        yield found[1].lower(), dict(_columns(text[found.end() :], dialect.types))


def compared(dialect: Dialect, pipeline: Pipeline, catalogue: Iterable[Row]) -> list[ColumnFound]:
    """Return every expected column and what the catalogue (table, column, type) says of it."""
    there: dict[str, dict[str, str]] = {}
    for table, column, kind in catalogue:
        there.setdefault(table, {})[column] = _word(kind, dialect.types)
    return [
        ColumnFound(table, column, kind, there.get(table, {}).get(column), table in there)
        for table, columns in sorted(expected_columns(dialect, pipeline))
        for column, kind in sorted(columns.items())
    ]


def _columns(text: str, words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the columns of a table whose statement goes on so after its first parenthesis."""
    depth, part = 0, ""
    for word in _TOKEN.findall(text):
        if depth == 0 and word in {",", ")"}:
            column = _COLUMN.match(part.strip())
            if column and column[1].upper() not in _NO_COLUMN:
                yield column[1].strip('"').lower(), _word(column[2], words)
            if word == ")":
                return
            part = ""
        elif not word.startswith("--"):
            depth += (word == "(") - (word == ")")
            part += word


def _word(kind: str, words: Mapping[str, str]) -> str:
    """Return a type as the catalogue of a dialect tells it."""
    name, _bracket, size = re.sub(r"\s+(?=[(),])|(?<=[(,])\s+", "", kind.upper()).partition("(")
    name = words.get(name, name)
    return f"{name}({size}" if size and name in _SIZED else _SIZED.get(name, name)
