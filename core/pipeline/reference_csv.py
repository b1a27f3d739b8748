"""Reference tables from their CSV files, read and checked by the definition, for any warehouse.

Rows are joined with these, and numbers are exact: a file is taken whole or refused with the line
and the key of its first fault. Nothing is rounded and nothing is guessed.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from core.errors import InputError
from core.pipeline.cells import cell_value
from core.pipeline.folder import Pipeline
from core.pipeline.references import ReferenceColumn
from core.pipeline.value_errors import ValueRefusedError
from core.pipeline.values import reader
from core.remedies import GENERATE
from core.text import _, clean
from core.textfiles.csv_records import Scan
from core.textfiles.text_file import CsvText, Quick, Told

_Cell = tuple[str, int, Callable[[str], str | None]]


def read_reference(
    pipeline: Pipeline, table: str, folder: Path, columns: Sequence[str] | None = None
) -> pa.Table:
    """Return the rows of a reference table as columns of text, which both warehouses cast.

    The file is UTF-8 with a header that names every column, in any order; others are left out. An
    empty cell is null. columns: those wanted, the key among them; default all. Errors: InputError
    with file, line and key of the first row that cannot be used.
    """
    reference = pipeline.definition.references[table]
    wanted = tuple(columns or reference.columns)
    file = folder / reference.file
    schema = pa.schema([(name, pa.string()) for name in wanted])
    made = pipeline.has_generator
    with closing(CsvText(file, _told(generated=made))) as text:
        cells = [
            (name, place, cell_reader(reference.columns[name], needed=name == reference.key))
            for name, place in zip(wanted, text.places(wanted), strict=True)
        ]
        lines: dict[str, int] = {}
        batches = []
        for piece in text.pieces():
            if isinstance(piece, Quick):  # pragma: no cover - nothing is split in Arrow here
                continue
            try:
                rows = [
                    _row(record, cells, reference.key, line, lines)
                    for line, record in _until_fault(piece)
                ]
            except _RowError as error:
                raise _unusable(file, error, generated=made) from None
            values = list(zip(*rows, strict=True)) or [()] * len(wanted)
            arrays = [pa.array(column, pa.string()) for column in values]
            batches.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
    return pa.Table.from_batches(batches, schema)


class _RowError(Exception):
    """A row that cannot be used, by its line."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(line, reason)
        self.line = line
        self.reason = reason


def _until_fault(piece: Scan) -> Iterator[tuple[int, list[bytes]]]:
    """Yield records up to the first that is none. Errors: _RowError for that."""
    fault = min(piece.rejected, key=lambda row: row.line, default=None)
    for line, record in piece.records:
        if fault is not None and line > fault.line:
            break
        yield line, record
    if fault is not None:
        raise _RowError(fault.line, fault.reason)


def _row(
    record: Sequence[bytes],
    cells: Sequence[_Cell],
    key: str,
    line: int,
    lines: dict[str, int],
) -> list[str | None]:
    """Return the cells of a row as they are stored. lines: of the keys so far; gets this one."""
    try:
        texts = [record[place].decode() for _name, place, _read in cells]
    except UnicodeDecodeError:
        raise _RowError(line, _("not UTF-8")) from None
    named = next(text for text, cell in zip(texts, cells, strict=True) if cell[0] == key)
    row = []
    for text, (name, _place, read) in zip(texts, cells, strict=True):
        try:
            row.append(read(text))
        except (ValueError, ValueRefusedError) as error:
            reason = error.detail if isinstance(error, ValueRefusedError) else error
            told = _("{column}: {reason}").format(column=name, reason=reason)
            if name != key:
                told = _("{key} {name}: {reason}").format(
                    key=key, name=clean(named, 64), reason=told
                )
            raise _RowError(line, told) from None
    first = lines.setdefault(named, line)
    if first != line:
        told = _("duplicate {key} {name}: already on line {line}")
        raise _RowError(line, told.format(key=key, name=clean(named, 64), line=first))
    return row


def cell_reader(column: ReferenceColumn, *, needed: bool) -> Callable[[str], str | None]:
    """Return what reads a cell as it is stored. needed: it may not be empty, as a key.

    Errors, of what is returned: ValueError, ValueRefusedError.
    """
    take, kind = reader(column), column.type

    def read(cell: str) -> str | None:
        if not cell:
            if needed or column.required:
                raise ValueError(_("is empty"))
            return None
        value = take(cell_value(cell, kind))
        if isinstance(value, Decimal):
            return f"{value:f}"
        if isinstance(value, bool):
            return cell.lower()
        if isinstance(value, datetime):
            return value.replace(tzinfo=None).isoformat(" ")
        return cell.strip() if kind.kind == "json" else cell

    return read


def _told(*, generated: bool) -> Told:
    return Told(
        unreadable=_("cannot read {file}: {reason}"),
        make=_where(generated=generated),
        directory=_where(generated=generated),
        empty=_fix(generated=generated),
        remedies=(GENERATE,) if generated else (),
    )


def _where(*, generated: bool) -> str:
    return _("or name its folder with --input") if generated else _("name its folder with --input")


def _fix(*, generated: bool) -> str:
    return _("or fix the file") if generated else _("fix the file")


def _unusable(file: Path, error: _RowError, *, generated: bool) -> InputError:
    return InputError(
        _("{path}, line {line}: {reason}").format(
            path=clean(file), line=error.line, reason=error.reason
        ),
        hint=_fix(generated=generated),
        remedies=(GENERATE,) if generated else (),
    )
