"""Events of any pipeline from a file of JSON lines, published byte for byte."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from core.pipeline import Definition
from core.pipeline.base import steps
from core.producer.csv_records import MAX_RECORD_BYTES, RejectedRow
from core.producer.events.rows import event_rows
from core.producer.sources import Block
from core.producer.text_file import TextFile, Told
from core.text import _, clean

_log = logging.getLogger(__name__)

_BOM = b"\xef\xbb\xbf"


class JsonLines:
    """A file of JSON lines being read; see `EventFile`. Errors: InputError naming the file.

    A line that is no JSON object, or has no key, is rejected. Whether the rest of it is an event is
    for the consumer to say: what was recorded can be replayed with its faults.
    """

    def __init__(self, path: Path, definition: Definition, told: Told) -> None:
        self._file = TextFile(path, told)
        self._key = KeyReader(definition)
        self._limit = max(definition.event.max_bytes, MAX_RECORD_BYTES)

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
        keys: list[bytes] = []
        values: list[tuple[bytes, bytes | None]] = []
        rejected: list[RejectedRow] = []
        if self._file.line == 1:
            text = text.removeprefix(_BOM)
        lines = text.split(b"\n")
        if not lines[-1]:
            lines.pop()
        for number, line in enumerate(lines, self._file.line):
            value = line.removesuffix(b"\r")
            if not value.strip():
                continue
            try:
                keys.append(self._key.read(value))
                values.append((value, None))
            except ValueError as error:
                rejected.append(RejectedRow(number, str(error)))
                _log.info("events file, line %d rejected: %s", number, error)
        self._file.line += len(lines)
        return Block(event_rows(keys, values), tuple(rejected))


class KeyReader:
    """Reads the key of an event."""

    def __init__(self, definition: Definition) -> None:
        self._path = clean(definition.event.key, 120)
        envelope = definition.envelope
        places = [steps(definition.event.key), *([envelope.key_before] if envelope else [])]
        self._decoders = [(msgspec.json.Decoder(_holding(place)), len(place)) for place in places]

    def read(self, value: bytes) -> bytes:
        """Return the key of an event, of a delete that of its row. Errors: ValueError."""
        for decoder, depth in self._decoders:
            try:
                found: Any = decoder.decode(value)
            except msgspec.ValidationError:
                continue
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise ValueError(_("not JSON: {reason}").format(reason=clean(error, 120))) from None
            for _step in range(depth):
                found = found.key
            return str(found).encode()
        raise ValueError(
            _("no key: {path} is not there, or neither a text nor a whole number").format(
                path=self._path
            )
        )


def _holding(place: tuple[str, ...]) -> Any:
    """Return the type of an object that holds a key at a place."""
    kind: Any = str | int
    for step in reversed(place):
        kind = msgspec.defstruct("Part", [("key", kind, msgspec.field(name=step))])
    return kind
