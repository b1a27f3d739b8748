"""The reference files, customers.csv and inventory.csv, read and checked for any warehouse.

Orders are joined with these rows, and money is exact: a file is taken whole or refused with the
line and the id of its first fault. Nothing is rounded and nothing is guessed.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.errors import InputError
from core.remedies import GENERATE
from core.text import N_, _, clean, ngettext
from core.text.separators import other_separator, save_with_commas, separated_otherwise
from core.text.system import why

MAX_LINE_BYTES = 1 << 20
"""A longer line is refused, so that memory stays bounded whatever the file holds."""

CHUNK_ROWS = 20_000
"""Rows given out at a time."""

_BOM = b"\xef\xbb\xbf"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:\-]{0,63}", re.ASCII)
_PRICE = re.compile(r"(?:0|[1-9][0-9]{0,7})(?:\.[0-9]{1,2})?", re.ASCII)
_STOCK = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_MOST_STOCK = 2**31 - 1

Row = tuple[str | None, ...]
"""Cells in the order of `COLUMNS[table]`; an empty text is None, a price has two decimals."""


@dataclass(frozen=True)
class _Kind:
    """What a cell must be. read: returns the cell as it is stored; ValueError where it is not so.

    expected: that rule for a person, to be translated where it is shown.
    """

    expected: str
    read: Callable[[str], str | None]


def _read_id(cell: str) -> str:
    if _ID.fullmatch(cell) is None:
        raise ValueError(cell)
    return cell


def _read_text(cell: str) -> str | None:
    if "\x00" in cell:
        raise ValueError(cell)
    return cell or None


def _read_price(cell: str) -> str:
    if _PRICE.fullmatch(cell) is None:
        raise ValueError(cell)
    whole, _point, cents = cell.partition(".")
    return f"{whole}.{cents:0<2}"


def _read_stock(cell: str) -> str:
    if _STOCK.fullmatch(cell) is None or int(cell) > _MOST_STOCK:
        raise ValueError(cell)
    return cell


_KEY = _Kind(N_("an id of 1 to 64 letters, digits, _ . : -"), _read_id)
_WORDS = _Kind(N_("text"), _read_text)
_MONEY = _Kind(N_("a price from 0.00 to 99999999.99 with at most two decimals"), _read_price)
_PIECES = _Kind(N_("a whole number from 0 to 2147483647"), _read_stock)

_TABLES: Mapping[str, Mapping[str, _Kind]] = {
    "customers": {
        "id": _KEY,
        "name": _WORDS,
        "email": _WORDS,
        "city": _WORDS,
        "country": _WORDS,
    },
    "inventory": {
        "id": _KEY,
        "product_name": _WORDS,
        "category": _WORDS,
        "price": _MONEY,
        "stock_quantity": _PIECES,
    },
}

COLUMNS: Mapping[str, tuple[str, ...]] = {table: tuple(kinds) for table, kinds in _TABLES.items()}
"""Columns of each reference table, in order; the id is the first."""


def read_reference(table: str, csv_file: Path) -> Iterator[list[Row]]:
    """Yield the rows of `customers` or `inventory` in chunks of at most CHUNK_ROWS.

    The file is UTF-8 with a header that names every column, in any order; other columns are left
    out. Errors: InputError with file, line and id of the first row that cannot be used. It may come
    after chunks were given out, so load them in one transaction.
    """
    kinds = _TABLES[table]
    try:
        file = csv_file.open("rb")
    except OSError as error:
        raise _unreadable(csv_file, error) from error
    with file, _Source(csv_file, file).reading() as source:
        places = _places(source, tuple(kinds))
        first_lines: dict[str, int] = {}
        chunk: list[Row] = []
        for line, cells in source.records():
            row = _checked(source, line, [cells[place] for place in places], kinds)
            key = str(row[0])
            if key in first_lines:
                raise source.unusable(
                    line,
                    _("id {id} stands on line {line} already").format(
                        id=key, line=first_lines[key]
                    ),
                )
            first_lines[key] = line
            chunk.append(row)
            if len(chunk) == CHUNK_ROWS:
                yield chunk
                chunk = []
        if chunk:
            yield chunk


class _Source:
    """A file as records with the line each begins on. Errors: InputError."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file
        self._reader = csv.reader(self._lines(), strict=True)
        self._width = 0

    @contextmanager
    def reading(self) -> Iterator["_Source"]:
        """Yield the source; what is no CSV, or cannot be read, becomes an InputError."""
        try:
            yield self
        except csv.Error as error:
            raise self.unusable(self._reader.line_num, clean(error, 200)) from None
        except OSError as error:
            raise _unreadable(self._path, error) from error

    def header(self) -> list[str]:
        """Return the names in the first line."""
        names = [name.strip() for name in next(self._reader, [])]
        self._width = len(names)
        return names

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield line and cells of each record; blank lines are none."""
        before = self._reader.line_num
        for cells in self._reader:
            line, before = before + 1, self._reader.line_num
            if not cells:
                continue
            if len(cells) != self._width:
                raise self.unusable(
                    line,
                    ngettext(
                        "{found} column instead of {columns}",
                        "{found} columns instead of {columns}",
                        len(cells),
                    ).format(found=len(cells), columns=self._width),
                )
            yield line, cells

    def unusable(self, line: int, reason: str, mend: str = "") -> InputError:
        """Return the error for a line. mend: how, where that is known."""
        return InputError(
            _("{path}, line {line}: {reason}").format(
                path=clean(self._path), line=max(line, 1), reason=reason
            ),
            hint=mend or _("or mend the file"),
            remedies=() if mend else (GENERATE,),
        )

    def _lines(self) -> Iterator[str]:
        number = 0
        while line := self._file.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(line) > MAX_LINE_BYTES:
                raise self.unusable(
                    number, _("longer than {limit} bytes").format(limit=MAX_LINE_BYTES)
                )
            try:
                yield (line.removeprefix(_BOM) if number == 1 else line).decode()
            except UnicodeDecodeError:
                raise self.unusable(number, _("not UTF-8")) from None


def _places(source: _Source, wanted: Sequence[str]) -> list[int]:
    """Return where each wanted column stands."""
    names = source.header()
    missing = [name for name in wanted if name not in names]
    if missing:
        separator = other_separator(",".join(names), wanted)
        if separator:
            raise source.unusable(1, separated_otherwise(separator), save_with_commas())
        raise source.unusable(
            1, _("the column {names} is missing").format(names=", ".join(missing))
        )
    doubled = [name for name in wanted if names.count(name) > 1]
    if doubled:
        raise source.unusable(
            1, _("the column {names} stands there twice").format(names=", ".join(doubled))
        )
    return [names.index(name) for name in wanted]


def _checked(source: _Source, line: int, cells: list[str], kinds: Mapping[str, _Kind]) -> Row:
    """Return the cells as they are stored."""
    row: list[str | None] = []
    for (name, kind), cell in zip(kinds.items(), cells, strict=True):
        try:
            row.append(kind.read(cell))
        except ValueError:
            raise source.unusable(line, _fault(name, kind, cell, cells[0])) from None
    return tuple(row)


def _fault(column: str, kind: _Kind, cell: str, key: str) -> str:
    """Return what is wrong with a cell, and with the row of which id."""
    reason = (
        _("{column} is empty").format(column=column)
        if cell == ""
        else _("{column}: {cell} is not {expected}").format(
            column=column, cell=repr(clean(cell, 60)), expected=_(kind.expected)
        )
    )
    if column == "id":
        return reason
    return _("id {id}: {reason}").format(id=clean(key, 64), reason=reason)


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(
        _("cannot read {file}: {reason}").format(file=clean(path), reason=why(error)),
        hint=_("or name its folder with --input"),
        remedies=(GENERATE,),
    )
