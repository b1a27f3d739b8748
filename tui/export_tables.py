"""Exports of lists: figures whole, times in UTC, nothing cut. Each pane says what it exports.

Strings from outside are harmless in an export too; the bytes of records are given in base64 beside.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.clock import iso
from core.jobs.base import Table
from core.text import clean

_MOST = 200_000
"""Characters of one cell: more than a record of the peek or of the dead letters keeps."""
BYTES = "size key value value_base64"
"""Columns of what holds the bytes of a record."""

Cells = tuple[object, ...]


@dataclass(frozen=True)
class Sheet:
    """A list as a table. headers: names, with spaces between. cells: of what a row stands for."""

    headers: str
    cells: Callable[[Any], Cells]

    def table(self, sources: Sequence[Any]) -> Table:
        """Return a row for each source."""
        return Table(tuple(self.headers.split()), [self.cells(source) for source in sources])


def time_of(at: datetime | None) -> str | None:
    """Return a moment, in whole."""
    return iso(at) if at else None


def whole(text: str) -> str:
    """Return a text from outside, harmless."""
    return clean(text, _MOST)


def text_of(content: bytes | None) -> str | None:
    """Return bytes as text, harmless."""
    return None if content is None else clean(content, _MOST)


def base64_of(content: bytes | None) -> str | None:
    """Return bytes as they are."""
    return None if content is None else b64encode(content).decode("ascii")
