"""A question that a person asks the warehouse, and what was found: bounded in rows, bytes and time.

A question only reads; what else it could be is refused before it is sent (`reading`), and DuckDB
runs it in a transaction that cannot write, without access to files or extensions.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from core.warehouse.model import Row

MOST_ROWS = 100_000
MOST_BYTES = 64 << 20
MOST_SECONDS = 600.0
_LONGEST = 1 << 20
"""Characters of one statement."""
_CHUNK = 500
_PLAIN = (bool, int, float, str, bytes, Decimal, datetime, date, time, timedelta, UUID)
_CELL = 16
"""Bytes that a cell without length counts for."""


@dataclass(frozen=True)
class Question:
    """One statement. id: by which it can be cancelled; no two under way have the same.

    parameters: texts for its `?`, in order. rows, size (bytes), seconds: where it ends early; what
    is above the most that may be asked for counts as that.
    """

    id: str
    sql: str
    parameters: tuple[str, ...] = ()
    rows: int = 1_000
    size: int = MOST_BYTES
    seconds: float = 30.0

    def __post_init__(self) -> None:
        if len(self.sql) > _LONGEST:
            raise ValueError("a statement of more than a million characters")
        object.__setattr__(self, "rows", min(max(self.rows, 1), MOST_ROWS))
        object.__setattr__(self, "size", min(max(self.size, 1), MOST_BYTES))
        object.__setattr__(self, "seconds", min(max(self.seconds, 0.05), MOST_SECONDS))


@dataclass(frozen=True)
class ColumnAsked:
    """A column of what was found, as the warehouse names it and its type."""

    name: str
    type: str


@dataclass(frozen=True)
class Found:
    """Rows in the order of the statement. cut: `rows` or `size` where that limit ended it."""

    columns: tuple[ColumnAsked, ...]
    rows: tuple[Row, ...]
    cut: str = ""


def collected(
    fetch: Callable[[int], Sequence[Row]], question: Question
) -> tuple[tuple[Row, ...], str]:
    """Return rows of a cursor up to the limits of a question, and which of them ended it.

    fetch: returns the next so many rows, none at the end.
    """
    rows: list[Row] = []
    size = 0
    for row in _plain_rows(fetch):
        if len(rows) == question.rows:
            return tuple(rows), "rows"
        size += sum(_size(cell) for cell in row)
        if size > question.size and rows:
            return tuple(rows), "size"
        rows.append(row)
    return tuple(rows), ""


def _plain_rows(fetch: Callable[[int], Sequence[Row]]) -> Iterator[Row]:
    while chunk := fetch(_CHUNK):
        for row in chunk:
            yield tuple(_plain(cell) for cell in row)


def _plain(cell: object) -> object:
    """Return a cell as one of few types; what has parts as JSON."""
    if cell is None or type(cell) in _PLAIN:
        return cell
    if isinstance(cell, (bytearray, memoryview)):
        return bytes(cell)
    if isinstance(cell, (list, tuple, dict)):
        return json.dumps(_parts(cell), ensure_ascii=False, default=str)
    return str(cell)


def _parts(value: object) -> object:
    """Return a value with parts as JSON can have it: its keys are texts."""
    if isinstance(value, dict):
        return {str(key): _parts(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_parts(part) for part in value]
    return value


def _size(cell: object) -> int:
    return len(cell) if isinstance(cell, (str, bytes)) else _CELL
