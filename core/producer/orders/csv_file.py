"""Orders from orders.csv, block by block, however large the file is.

A block of plain rows is split and checked in Arrow, where the row number alone tells the line.
Whatever that cannot be exact about goes record by record through `csv_records`. A row that cannot
be used is rejected with its line; only a file that cannot be used at all is an error.
"""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv

from core.producer.orders.encode import ORDER_COLUMNS, ORDER_SCHEMA
from core.producer.orders.rules import usable_rows, why_unusable, with_exact_prices
from core.producer.sources import Block
from core.text import _
from core.textfiles.csv_records import RejectedRow, Scan
from core.textfiles.text_file import CsvText, Quick, Told

_log = logging.getLogger(__name__)


class OrdersCsv:
    """An orders file being read. Errors: InputError naming the file, its line where there is one.

    path: the file, or the folder that holds orders.csv.
    """

    def __init__(self, path: Path) -> None:
        told = Told(
            unreadable=_("cannot read orders from {file}: {reason}"),
            make=_("make one with `dropship --run seed`, or name its folder with --input"),
            directory=_("name a CSV file, or the folder of orders.csv"),
            empty=_("make a new one with `dropship --run seed`"),
        )
        self._text = CsvText(path / "orders.csv" if path.is_dir() else path, told)
        try:
            self._columns = self._text.places(ORDER_COLUMNS)
        except BaseException:
            self._text.close()
            raise
        self._names = [str(index) for index in range(len(self._text.names))]
        wanted = [self._names[index] for index in self._columns]
        self._parse = arrow_csv.ParseOptions(quote_char=False, newlines_in_values=False)
        self._convert = arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(wanted, pa.string()),
            include_columns=wanted,
            strings_can_be_null=False,
        )

    @property
    def fraction(self) -> float | None:
        """Share of the file that was given out in blocks, 0 to 1; None when its size is unknown."""
        return self._text.fraction

    def close(self) -> None:
        """Close the file."""
        self._text.close()

    def blocks(self) -> Iterator[Block]:
        """Yield the orders block by block, with ORDER_SCHEMA; memory stays at a few blocks."""
        for piece in self._text.pieces(self._quick):
            if isinstance(piece, Quick):
                last = piece.first_line + piece.records.num_rows
                yield _finished(piece.records, range(piece.first_line, last), [])
            else:
                orders, lines = self._decode(piece)
                yield _finished(orders, lines, piece.rejected)

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


def _batch(rows: Sequence[tuple[str, ...]]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True) if rows else ((),) * len(ORDER_COLUMNS)
    return pa.RecordBatch.from_arrays(
        [pa.array(column, pa.string()) for column in columns], schema=ORDER_SCHEMA
    )


def _finished(orders: pa.RecordBatch, lines: Sequence[int], rejected: list[RejectedRow]) -> Block:
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
    return Block(with_exact_prices(orders), tuple(rejected))


def _log_rejected(rejected: Sequence[RejectedRow]) -> None:
    for row in rejected:
        _log.info("orders file, line %d rejected: %s", row.line, row.reason)
