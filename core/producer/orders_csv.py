"""Orders from orders.csv, block by block, however large the file is.

A block of plain rows is split and checked in Arrow, where the row number alone tells the line.
Whatever that cannot be exact about goes record by record through `csv_records`. A row that cannot
be used is rejected with its line; only a file that cannot be used at all is an error.
"""

import csv
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv as arrow_csv

from core.errors import InputError
from core.producer.csv_records import MAX_RECORD_BYTES, RejectedRow, Scan, scan, too_long
from core.producer.encode import ORDER_COLUMNS, ORDER_SCHEMA
from core.producer.order_rules import usable_rows, why_unusable, with_exact_prices
from core.text import _, clean
from core.text.separators import other_separator, save_with_commas, separated_otherwise
from core.text.system import why

_log = logging.getLogger(__name__)

BLOCK_BYTES = 1 << 20
"""Bytes read at a time; about 12,000 rows."""

_MAX_HEADER_BYTES = 64 * 1024
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class OrderBlock:
    """Usable orders of one block, in the order of the file, and the rows left out."""

    orders: pa.RecordBatch
    rejected: tuple[RejectedRow, ...]


class OrdersCsv:
    """An orders file being read. Errors: InputError naming the file, its line where there is one.

    path: the file, or the folder that holds orders.csv.
    """

    def __init__(self, path: Path) -> None:
        self._path = path / "orders.csv" if path.is_dir() else path
        self._file = self._open()
        self._size = 0
        try:
            with suppress(OSError):
                self._size = os.fstat(self._file.fileno()).st_size
            self._carry = b""
            self._line = 1
            self._columns = self._read_header()
        except BaseException:
            self._file.close()
            raise
        names = [str(index) for index in range(self._width)]
        wanted = [names[index] for index in self._columns]
        self._parse = arrow_csv.ParseOptions(quote_char=False, newlines_in_values=False)
        self._convert = arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(wanted, pa.string()),
            include_columns=wanted,
            strings_can_be_null=False,
        )
        self._names = names

    @property
    def fraction(self) -> float | None:
        """Share of the file that was given out in blocks, 0 to 1; None when its size is unknown."""
        if not self._size or self._file.closed:
            return None
        return min((self._file.tell() - len(self._carry)) / self._size, 1.0)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def blocks(self) -> Iterator[OrderBlock]:
        """Yield the orders block by block; memory stays at a few blocks."""
        while True:
            piece = self._read()
            text = self._carry + piece
            if not piece and not text:
                return
            yield self._block(text, at_end=not piece)
            if not piece:
                return
            if len(self._carry) > MAX_RECORD_BYTES:
                rejected = self._skip_line()
                yield _finished(_batch([]), [], [rejected])

    def _block(self, text: bytes, *, at_end: bool) -> OrderBlock:
        """Return the orders of the complete records of a text; the rest is carried over."""
        cut = len(text) if at_end else text.rfind(b"\n") + 1
        quick = self._quick(text[:cut])
        if quick is not None:
            first, self._carry = self._line, text[cut:]
            self._line += quick.num_rows
            return _finished(quick, range(first, self._line), [])
        found = scan(text, self._line, self._width, at_end=at_end)
        self._line += found.lines
        self._carry = text[found.consumed :]
        orders, lines = self._decode(found)
        return _finished(orders, lines, found.rejected)

    def _quick(self, text: bytes) -> pa.RecordBatch | None:
        """Return a block split in Arrow; None where its row numbers would not be line numbers."""
        lines = text.count(b"\n") + (not text.endswith(b"\n"))
        if not text or b'"' in text or text.count(b"\r") != text.count(b"\r\n"):
            return None
        read = arrow_csv.ReadOptions(
            column_names=self._names, use_threads=False, block_size=len(text) + 1
        )
        try:
            table = arrow_csv.read_csv(pa.py_buffer(text), read, self._parse, self._convert)
        except pa.ArrowInvalid:
            return None
        if table.num_rows != lines:
            return None
        columns = [column.combine_chunks() for column in table.columns]
        return pa.RecordBatch.from_arrays(columns, schema=ORDER_SCHEMA)

    def _decode(self, found: Scan) -> tuple[pa.RecordBatch, list[int]]:
        """Return scanned records as orders with their lines; not UTF-8 adds to the rejected."""
        rows: list[tuple[str, ...]] = []
        lines: list[int] = []
        for line, fields in found.records:
            try:
                rows.append(tuple(fields[index].decode() for index in self._columns))
            except UnicodeDecodeError:
                found.rejected.append(RejectedRow(line, _("not UTF-8")))
            else:
                lines.append(line)
        return _batch(rows), lines

    def _skip_line(self) -> RejectedRow:
        """Drop a line that is too long, without keeping it."""
        rejected = RejectedRow(self._line, too_long())
        while True:
            piece = self._read()
            feed = piece.find(b"\n")
            if feed >= 0 or not piece:
                self._carry = piece[feed + 1 :] if feed >= 0 else b""
                self._line += feed >= 0
                return rejected

    def _open(self) -> BinaryIO:
        try:
            return self._path.open("rb")
        except FileNotFoundError as error:
            raise self._unusable(
                _("there is no such file"),
                _("make one with `dropship --run seed`, or name its folder with --input"),
            ) from error
        except IsADirectoryError as error:
            raise self._unusable(
                _("it is a directory"), _("name a CSV file, or the folder of orders.csv")
            ) from error
        except OSError as error:
            raise self._unusable(why(error), _("check the file")) from error

    def _read(self) -> bytes:
        try:
            return self._file.read(BLOCK_BYTES)
        except OSError as error:
            raise self._unusable(why(error), _("check the file")) from error

    def _read_header(self) -> tuple[int, ...]:
        """Read the first line; return where each of ORDER_COLUMNS stands."""
        start = self._read()
        if not start:
            raise self._unusable(
                _("the file is empty"), _("make a new one with `dropship --run seed`")
            )
        line, feed, rest = start.removeprefix(_BOM).partition(b"\n")
        try:
            if len(line) > _MAX_HEADER_BYTES:
                raise ValueError("too long")  # noqa: TRY301 - same outcome as unreadable text
            names = next(csv.reader([line.decode().removesuffix("\r")], strict=True), [])
        except (ValueError, csv.Error) as error:
            raise self._unusable(
                _("line 1 is not a header of comma-separated UTF-8 names"),
                save_with_commas(),
            ) from error
        self._carry = rest
        self._line = 2 if feed else 1
        self._width = len(names)
        return self._places([name.strip() for name in names])

    def _places(self, names: Sequence[str]) -> tuple[int, ...]:
        missing = [name for name in ORDER_COLUMNS if name not in names]
        if missing:
            separator = other_separator(",".join(names), ORDER_COLUMNS)
            if separator:
                raise self._unusable(separated_otherwise(separator), save_with_commas())
            raise self._unusable(
                _("line 1 lacks the column {names}").format(names=", ".join(missing)),
                _("the header must name {names}").format(names=", ".join(ORDER_COLUMNS)),
            )
        doubled = [name for name in ORDER_COLUMNS if names.count(name) > 1]
        if doubled:
            raise self._unusable(
                _("line 1 names the column {names} twice").format(names=", ".join(doubled)),
                _("rename one of the two"),
            )
        return tuple(names.index(name) for name in ORDER_COLUMNS)

    def _unusable(self, reason: str, hint: str) -> InputError:
        return InputError(
            _("cannot read orders from {file}: {reason}").format(
                file=clean(self._path), reason=reason
            ),
            hint=hint,
        )


def _batch(rows: Sequence[tuple[str, ...]]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True) if rows else ((),) * len(ORDER_COLUMNS)
    return pa.RecordBatch.from_arrays(
        [pa.array(column, pa.string()) for column in columns], schema=ORDER_SCHEMA
    )


def _finished(
    orders: pa.RecordBatch, lines: Sequence[int], rejected: list[RejectedRow]
) -> OrderBlock:
    """Return a block of rows whose values were checked, too. lines: of each row of `orders`."""
    usable = usable_rows(orders)
    if usable is not None:
        kept = usable.to_pylist()
        for index, fits in enumerate(kept):
            if not fits:
                row = orders.slice(index, 1).to_pylist()[0]
                reason = why_unusable(tuple(row[name] for name in ORDER_COLUMNS))
                rejected.append(RejectedRow(lines[index], reason or _("cannot be used")))
        orders = orders.filter(usable)
    if rejected:
        rejected.sort(key=lambda row: row.line)
        _log_rejected(rejected)
    return OrderBlock(with_exact_prices(orders), tuple(rejected))


def _log_rejected(rejected: Sequence[RejectedRow]) -> None:
    for row in rejected:
        _log.info("orders file, line %d rejected: %s", row.line, row.reason)
