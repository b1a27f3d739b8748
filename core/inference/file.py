"""A sample of a file: JSON, an object a line, or CSV with a header; the content tells which.

Records are taken at even distances over the whole file, so that its end counts as its beginning.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.errors import InputError
from core.inference.records import Record
from core.pipeline.base import steps
from core.progress import Cancelled
from core.text import _, clean
from core.text.os_errors import os_reason

Format = Literal["json", "csv"]
DELIMITERS = (",", ";", "\t")
_LOOKED_AT = 262_144
_LONGEST = 16 * 1024 * 1024


@dataclass(frozen=True)
class Layout:
    """What a file is. header: names of its columns. mean_bytes: of a record, about."""

    format: Format
    delimiter: str = ""
    header: tuple[str, ...] = ()
    mean_bytes: float = 1.0


def look_at(file: Path) -> Layout:
    """Return what a file is. Errors: InputError where it is neither of both, or cannot be read."""
    try:
        with file.open("rb") as source:
            head = source.read(_LOOKED_AT)
            more = bool(source.read(1))
    except OSError as error:
        raise InputError(
            _("{file}: {reason}").format(file=clean(file), reason=os_reason(error)),
            hint=_("name a file of JSON lines or CSV with --from-file"),
        ) from error
    cut = head.rfind(b"\n") + 1 if more else len(head)
    if not head.strip():
        raise _refused(file, 1, _("it is empty"))
    if cut == 0:
        raise _refused(file, 1, _("the first line is longer than 256 kB"))
    text = _decoded(head[:cut], file).lstrip()
    lines = text.splitlines()
    mean = max(cut / len(lines), 1.0)
    if text[0] == "{":
        _check_json_lines(file, text, lines)
        return Layout("json", mean_bytes=mean)
    if text[0] == "[":
        raise _refused(
            file,
            1,
            _("it is one JSON list"),
            _("write an object a line: jq -c '.[]' {file}").format(file=clean(file)),
        )
    return _csv_layout(file, lines, mean)


def _decoded(head: bytes, file: Path) -> str:
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = head.count(b"\n", 0, error.start) + 1
        raise _refused(
            file,
            line,
            _("not UTF-8"),
            _("convert it: iconv -f latin1 -t utf-8 {file}").format(file=clean(file)),
        ) from None


def _check_json_lines(file: Path, text: str, lines: Sequence[str]) -> None:
    """Refuse one JSON document that goes over many lines."""
    try:
        json.loads(lines[0])
    except ValueError:
        try:
            json.loads(text)
        except ValueError:
            return  # single lines may be damaged: they are counted
        raise _refused(
            file,
            1,
            _("it is one JSON document over several lines"),
            _("write an object a line: jq -c . {file}").format(file=clean(file)),
        ) from None


def _csv_layout(file: Path, lines: Sequence[str], mean: float) -> Layout:
    """Return the layout of a CSV text: the delimiter that parts the most lines alike."""
    best, score = ",", 0
    for delimiter in DELIMITERS:
        rows = [row for row in csv.reader(lines[:200], delimiter=delimiter) if row]
        alike = sum(len(row) == len(rows[0]) for row in rows)
        found = alike * (len(rows[0]) - 1)
        if found > score:
            best, score = delimiter, found
    header = tuple(name.strip() for name in next(csv.reader(lines, delimiter=best)))
    if not all(header):
        raise _refused(file, 1, _("a column of the header has no name"))
    if len(set(header)) < len(header):
        raise _refused(file, 1, _("a column of the header is there twice"))
    return Layout("csv", best, header, mean)


class FileSample:
    """Reads one sample of at least `size` records, or all there are."""

    def __init__(self, file: Path, size: int) -> None:
        self.file = file
        self.layout = look_at(file)
        held = max(int(file.stat().st_size / self.layout.mean_bytes), 1)
        self._stride = max(held // (2 * size), 1)
        self.expected = max(held // self._stride, 1)

    def records(self, cancelled: Cancelled) -> Iterator[Record]:
        """Yield the records, in order. Errors: InputError."""
        try:
            if self.layout.format == "json":
                yield from self._json(cancelled)
            else:
                yield from self._csv(cancelled)
        except OSError as error:
            raise InputError(
                _("{file}: {reason}").format(file=clean(self.file), reason=os_reason(error))
            ) from error

    def _json(self, cancelled: Cancelled) -> Iterator[Record]:
        with self.file.open("rb") as source:
            number = 0
            for line, text in enumerate(source, 1):
                if cancelled():
                    return
                if not text.strip():
                    continue
                if number % self._stride == 0:
                    value = text.strip() if len(text) <= _LONGEST else b""
                    yield Record(f"{clean(self.file)}:{line}", value)
                number += 1

    def _csv(self, cancelled: Cancelled) -> Iterator[Record]:
        header = self.layout.header
        with self.file.open(encoding="utf-8-sig", newline="") as source:
            rows = csv.reader(source, delimiter=self.layout.delimiter)
            try:
                next(rows)
                for number, row in enumerate(rows):
                    if cancelled():
                        return
                    if number % self._stride == 0 and row:
                        yield self._row(rows.line_num, row, header)
            except csv.Error as error:
                raise _refused(self.file, rows.line_num, clean(error, 120)) from None
            except UnicodeDecodeError:
                raise _refused(
                    self.file,
                    rows.line_num + 1,
                    _("not UTF-8"),
                    _("convert it: iconv -f latin1 -t utf-8 {file}").format(file=clean(self.file)),
                ) from None

    def _row(self, line: int, row: list[str], header: tuple[str, ...]) -> Record:
        """Return a row as an event; an empty field is no value."""
        where = f"{clean(self.file)}:{line}"
        if len(row) != len(header):
            return Record(where, b"")
        event: dict[str, Any] = {}
        for name, value in zip(header, row, strict=True):
            _put(event, name, value or None)
        return Record(where, event=event)


def _put(event: dict[str, Any], name: str, value: str | None) -> None:
    """Put a value where the name of its column says: `order.id` lies within `order`."""
    *around, last = steps(name) or (name,)
    inner = event
    for step in around:
        found = inner.setdefault(step, {})
        if not isinstance(found, dict):
            event[name] = value
            return
        inner = found
    inner[last] = value


def _refused(file: Path, line: int, reason: str, hint: str = "") -> InputError:
    return InputError(
        _("{where}:{line}: {reason}").format(where=clean(file), line=line, reason=reason),
        hint=hint or _("name a file of JSON lines, or CSV whose first line names the columns"),
    )
