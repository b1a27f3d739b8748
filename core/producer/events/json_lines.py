"""Events of any pipeline from a file of JSON lines, published byte for byte.

A record without a value has no line of its own in such a file. `{"key": KEY, "value": null}` stands
for one, where the pipeline knows such records and events have no such keys themselves.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from core.pipeline.base import steps
from core.producer.events.rows import event_rows
from core.producer.events.validator import EventValidator
from core.producer.sources import Block
from core.text import _
from core.textfiles.csv_records import MAX_RECORD_BYTES, RejectedRow
from core.textfiles.text_file import TextFile, Told

_BOM = b"\xef\xbb\xbf"
_WITHOUT_VALUE = re.compile(rb'\{\s*"key"\s*:\s*(.+?)\s*,\s*"value"\s*:\s*null\s*\}', re.DOTALL)


class JsonLines:
    """A file of JSON lines being read; see `EventFile`. Errors: InputError naming the file.

    A line that the consumer would refuse is rejected.
    """

    def __init__(self, path: Path, judge: EventValidator, told: Told) -> None:
        self._file = TextFile(path, told)
        self._judge = judge
        own = {steps(field)[0] for field in judge.definition.fields}
        self._is_unambiguous = own.isdisjoint({"key", "value"})
        self._limit = max(judge.definition.event.max_bytes, MAX_RECORD_BYTES)

    @property
    def fraction(self) -> float | None:
        """Share of the file that was given out in blocks, 0 to 1; None when it is unknown."""
        return self._file.fraction

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def blocks(self) -> Iterator[Block]:
        """Yield the events block by block; memory stays at a few blocks."""
        file = self._file
        while True:
            piece = file.read()
            text = file.carry + piece
            if not text:
                return
            cut = text.rfind(b"\n") + 1 if piece else len(text)
            file.carry = text[cut:]
            yield self._block(text[:cut])
            if not piece:
                return
            if len(file.carry) > self._limit:
                yield Block(event_rows([], []), (file.skip_line(),))

    def _block(self, text: bytes) -> Block:
        if self._file.line == 1:
            text = text.removeprefix(_BOM)
        every = text.split(b"\n")
        if not every[-1]:
            every.pop()
        lines: list[int] = []
        values: list[tuple[bytes, bytes | None]] = []
        rejected: list[RejectedRow] = []
        for number, line in enumerate(every, self._file.line):
            without = self._is_unambiguous and _WITHOUT_VALUE.fullmatch(line.strip())
            if without:
                payload = self._judge.tombstone(without[1])
                if payload is None:
                    rejected.append(RejectedRow(number, self._refusal()))
                    continue
                line = payload  # noqa: PLW2901 - it stands for the line
            if line.strip():
                lines.append(number)
                values.append((line if without else line.removesuffix(b"\r"), None))
        self._file.line += len(every)
        return self._judge.block(lines, None, values, rejected)

    def _refusal(self) -> str:
        """Return why a line that stands for a record without a value deletes nothing."""
        if self._judge.definition.event.tombstones != "delete":
            return _("a record without a value deletes nothing here: see `tombstones` of [event]")
        return _("a record without a value, whose key is that of no row")
