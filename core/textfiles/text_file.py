"""Text files read block by block, however large they are, with the number of every line.

`TextFile` knows of lines alone; `CsvText` knows the header of a CSV file, too, and its records.
Only a file that cannot be used at all is an error; a line that cannot be used is for the caller to
reject.
"""

import csv
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from core.errors import InputError
from core.remedies import Remedy
from core.text import _, clean
from core.text.os_errors import os_reason
from core.text.separators import other_separator, save_with_commas, separated_otherwise
from core.textfiles.csv_records import MAX_RECORD_BYTES, RejectedRow, Scan, scan, too_long

BLOCK_BYTES = 1 << 20
"""Bytes read at a time; about 12,000 orders."""

_MAX_HEADER_BYTES = 64 * 1024
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Told:
    """How errors speak of a file. unreadable: has {file} and {reason}. make: how to get one.

    remedies: what makes a new one.
    """

    unreadable: str
    make: str
    directory: str
    empty: str
    remedies: tuple[Remedy, ...] = ()


class TextFile:
    """A file being read. Errors: InputError naming the file.

    carry: bytes that were read and not dealt with yet. line: number of the first line of `carry`.
    """

    def __init__(self, path: Path, told: Told) -> None:
        self._path = path
        self._told = told
        self._file = self._open()
        self._size = 0
        with suppress(OSError):
            self._size = os.fstat(self._file.fileno()).st_size
        self.carry = b""
        self.line = 1

    @property
    def fraction(self) -> float | None:
        """Share of the file that was dealt with, 0 to 1; None when its size is unknown."""
        if not self._size or self._file.closed:
            return None
        return min((self._file.tell() - len(self.carry)) / self._size, 1.0)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def read(self) -> bytes:
        """Return the next bytes, none at the end."""
        try:
            return self._file.read(BLOCK_BYTES)
        except OSError as error:
            raise self.unusable(os_reason(error), _("check the file")) from error

    def skip_line(self) -> RejectedRow:
        """Drop a line that is too long, without keeping it."""
        rejected = RejectedRow(self.line, too_long())
        while True:
            piece = self.read()
            feed = piece.find(b"\n")
            if feed >= 0 or not piece:
                self.carry = piece[feed + 1 :] if feed >= 0 else b""
                self.line += feed >= 0
                return rejected

    def unusable(self, reason: str, hint: str) -> InputError:
        """Return the error that says why the file cannot be used."""
        return InputError(
            self._told.unreadable.format(file=clean(self._path), reason=reason),
            hint=hint,
            remedies=self._told.remedies,
        )

    def _open(self) -> BinaryIO:
        try:
            return self._path.open("rb")
        except FileNotFoundError as error:
            raise self.unusable(_("there is no such file"), self._told.make) from error
        except IsADirectoryError as error:
            raise self.unusable(_("it is a directory"), self._told.directory) from error
        except OSError as error:
            raise self.unusable(os_reason(error), _("check the file")) from error


@dataclass(frozen=True)
class Quick:
    """Records that were split in Arrow. first_line: of the first of them, each has one line."""

    first_line: int
    records: pa.RecordBatch


class CsvText:
    """A CSV file being read: its header, then its records. Errors: InputError as TextFile.

    names: of the columns, as the header has them.
    """

    def __init__(self, path: Path, told: Told) -> None:
        self._file = TextFile(path, told)
        self._told = told
        try:
            self.names = self._read_header()
        except BaseException:
            self._file.close()
            raise
        self.fault = self._file.unusable

    def places(self, wanted: Sequence[str]) -> list[int]:
        """Return where the file has some columns. Errors: InputError for a header without them."""
        missing = [name for name in wanted if name not in self.names]
        if missing:
            raise self.lacking(missing, wanted, wanted)
        self.refuse_doubled(name for name in wanted if self.names.count(name) > 1)
        return [self.names.index(name) for name in wanted]

    def lacking(
        self, missing: Iterable[str], needed: Iterable[str], known: Collection[str]
    ) -> InputError:
        """Return the error of a header that lacks columns. known: names that it may have."""
        separator = other_separator(",".join(self.names), known)
        if separator:
            return self.fault(separated_otherwise(separator), save_with_commas())
        return self.fault(
            _("line 1 lacks the column {names}").format(names=clean(", ".join(missing), 300)),
            hint=_("the header must name {names}").format(names=clean(", ".join(needed), 2_000)),
        )

    def refuse_doubled(self, names: Iterable[str]) -> None:
        """Refuse a header that has columns twice. Errors: InputError."""
        if doubled := clean(", ".join(names), 300):
            raise self.fault(
                _("line 1 names the column {names} twice").format(names=doubled),
                hint=_("rename one of the two"),
            )

    @property
    def fraction(self) -> float | None:
        """Share of the file that was given out, 0 to 1; None when its size is unknown."""
        return self._file.fraction

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def pieces(
        self, quick: Callable[[bytes], pa.RecordBatch | None] = lambda _text: None
    ) -> Iterator[Quick | Scan]:
        """Yield the records piece by piece; memory stays at a few blocks.

        quick: splits a text of whole lines in Arrow; None where its rows might not be its lines.
        """
        file = self._file
        while True:
            piece = file.read()
            text = file.carry + piece
            if not text:
                return
            yield self._piece(text, quick, at_end=not piece)
            if not piece:
                return
            if len(file.carry) > MAX_RECORD_BYTES:
                yield Scan(rejected=[file.skip_line()])

    def _piece(
        self, text: bytes, quick: Callable[[bytes], pa.RecordBatch | None], *, at_end: bool
    ) -> Quick | Scan:
        file = self._file
        cut = len(text) if at_end else text.rfind(b"\n") + 1
        records = quick(text[:cut])
        if records is not None:
            first, file.carry = file.line, text[cut:]
            file.line += records.num_rows
            return Quick(first, records)
        found = scan(text, file.line, len(self.names), at_end=at_end)
        file.line += found.lines
        file.carry = text[found.consumed :]
        return found

    def _read_header(self) -> list[str]:
        """Read the first line; return the names in it."""
        start = self._file.read()
        if not start:
            raise self._file.unusable(_("the file is empty"), self._told.empty)
        line, feed, rest = start.removeprefix(_BOM).partition(b"\n")
        try:
            if len(line) > _MAX_HEADER_BYTES:
                raise ValueError("too long")  # noqa: TRY301 - same outcome as unreadable text
            names = next(csv.reader([line.decode().removesuffix("\r")], strict=True), [])
        except (ValueError, csv.Error) as error:
            raise self._file.unusable(
                _("line 1 is not a header of comma-separated UTF-8 names"), save_with_commas()
            ) from error
        self._file.carry = rest
        self._file.line = 2 if feed else 1
        return [name.strip() for name in names]
