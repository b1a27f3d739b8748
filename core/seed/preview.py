"""What lies in a seed folder: each file with its size, checksum and first rows, harmless to show.

For people who look before they publish. Files of any origin are read: damaged ones show what they
hold, as far as that can be told.
"""

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.seed.spec import CUSTOMERS_FILE, INVENTORY_FILE, ORDERS_FILE
from core.text import clean

FILES = (CUSTOMERS_FILE, INVENTORY_FILE, ORDERS_FILE)
SHOWN_ROWS = 8
SUMMED_BYTES = 64_000_000
"""Files above it are not summed: that would take seconds."""

_HEAD_BYTES = 64 * 1024
_CELL = 60


@dataclass(frozen=True)
class FilePreview:
    """One file. bytes: its size. rows: without the header. count: lines below the header.

    modified: UTC. count and sha256 (hexadecimal) are None for a file above SUMMED_BYTES.
    """

    path: Path
    bytes: int
    modified: datetime
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    count: int | None
    sha256: str | None


def preview(folder: Path) -> tuple[FilePreview, ...]:
    """Return the seed files that a folder holds and that can be read. Takes up to a second."""
    found = []
    for name in FILES:
        try:
            found.append(_preview(folder / name))
        except OSError:
            continue
    return tuple(found)


def _preview(path: Path) -> FilePreview:
    facts = path.stat()
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        count: int | None = None
        sha256: str | None = None
        if facts.st_size <= SUMMED_BYTES:
            file.seek(0)
            count, sha256 = _sums(file)
    header, *rows = _rows(head) or [()]
    return FilePreview(
        path=path,
        bytes=facts.st_size,
        modified=datetime.fromtimestamp(facts.st_mtime, UTC),
        header=header,
        rows=tuple(rows),
        count=count,
        sha256=sha256,
    )


def _sums(file: io.BufferedReader) -> tuple[int, str]:
    digest, feeds, last = hashlib.sha256(), 0, b""
    while piece := file.read(1 << 20):
        digest.update(piece)
        feeds += piece.count(b"\n")
        last = piece[-1:]
    lines = feeds + (last not in {b"\n", b""})
    return max(lines - 1, 0), digest.hexdigest()


def _rows(head: bytes) -> list[tuple[str, ...]]:
    """Return the header and the first rows, as far as they are complete."""
    text = head.decode("utf-8-sig", "replace").replace("\0", "\ufffd")
    if len(head) == _HEAD_BYTES:
        text = text[: text.rfind("\n") + 1]
    rows: list[tuple[str, ...]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline="")):
            rows.append(tuple(clean(cell, _CELL) for cell in cells))
            if len(rows) > SHOWN_ROWS:
                break
    except csv.Error:
        pass
    return rows
