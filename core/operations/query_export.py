"""What was found as files: CSV and JSON for people and scripts, Parquet with the exact values."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.files import replace_file
from core.operations.state_file import export_rows, unwritten
from core.text import clean
from core.warehouse.questions import Found

if TYPE_CHECKING:
    import pyarrow as pa

_CELL = 1 << 20
"""Characters of one cell in CSV and JSON."""


def export_found(folder: Path, name: str, at: datetime, found: Found) -> tuple[Path, Path, Path]:
    """Write rows as CSV, JSON (a list of objects) and Parquet; return the files.

    Texts are harmless in CSV and JSON, bytes are base64 there; Parquet has both as they are.
    Columns of one name get a number. Errors: StorageError.
    """
    names = _names([column.name for column in found.columns])
    rows = [tuple(_told(cell) for cell in row) for row in found.rows]
    table, objects = export_rows(folder, name, at, [clean(one, 200) for one in names], rows)
    exact = table.with_suffix(".parquet")
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy

    whole = pa.BufferOutputStream()
    pq.write_table(_arrow(names, found), whole)
    try:
        replace_file(exact, whole.getvalue().to_pybytes())
    except OSError as error:
        raise unwritten(folder, error) from error
    return table, objects, exact


def _names(names: Sequence[str]) -> list[str]:
    """Return names of which no two are the same."""
    known: list[str] = []
    for name in names:
        number, free = 1, name
        while free in known:
            number += 1
            free = f"{name}_{number}"
        known.append(free)
    return known


def _told(cell: object) -> object:
    if isinstance(cell, bytes):
        return b64encode(cell).decode("ascii")
    if cell is None or isinstance(cell, (bool, int, float)):
        return cell
    if isinstance(cell, datetime):
        return cell.isoformat()
    return clean(cell, _CELL)


def _arrow(names: Sequence[str], found: Found) -> "pa.Table":
    columns = list(zip(*found.rows, strict=True)) or [() for _ in names]
    return _table({name: _array(cells) for name, cells in zip(names, columns, strict=True)})


def _table(columns: dict[str, Any]) -> "pa.Table":
    import pyarrow as pa  # noqa: PLC0415 - heavy

    return pa.table(columns)


def _array(cells: Sequence[object]) -> "pa.Array":
    """Return a column with the type of its values, as text where Arrow has none for them all."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    try:
        array = pa.array(cells)
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        array = pa.array([None if cell is None else str(cell) for cell in cells])
    if pa.types.is_null(array.type) or pa.types.is_duration(array.type):
        array = pa.array([None if cell is None else str(cell) for cell in cells], pa.string())
    return array
