"""Holds events to what the consumer holds them to, before they go out.

It asks the consumer's own decoder, so that the two never differ: a row that would be a dead letter
is rejected where its line is known.
"""

import logging
from collections.abc import Sequence
from typing import Any

import msgspec

from core.clock import Clock, iso
from core.consumer.decoders.json_events import JsonDecoder
from core.consumer.decoders.reasons import EventError
from core.consumer.decoders.tombstones import Tombstone
from core.pipeline import Definition
from core.pipeline.base import steps
from core.producer.events.rows import event_rows, written
from core.producer.sources import Block
from core.textfiles.csv_records import RejectedRow

_log = logging.getLogger(__name__)


class EventValidator:
    """Knows which events of a definition a consumer would take."""

    def __init__(self, definition: Definition, clock: Clock) -> None:
        self.definition = definition
        self.decoder = JsonDecoder(definition)
        self._clock = clock
        self._key_of = _KeyReader(definition)
        time = definition.event.time
        self._time = None if time is None else definition.fields[time]

    def now(self) -> str:
        """Return the time of publishing, ISO 8601 UTC."""
        return iso(self._clock.now())

    def _key(self, event: bytes) -> bytes:
        try:
            return self._key_of(event)
        except msgspec.ValidationError:  # a delete names its row elsewhere
            return self.decoder.read(event).key

    def reason(self, event: bytes | None) -> str:
        """Return the reason for which a consumer would refuse an event; empty where it takes it."""
        try:
            self.decoder.read(event)
        except EventError as error:
            return error.reason
        return ""

    def tombstone(self, key: bytes) -> Tombstone | None:
        """Return what stands for a record without a value. key: as JSON. None: it means no row."""
        try:
            value = msgspec.json.decode(key)
        except (ValueError, RecursionError):
            return None
        text = value.encode() if isinstance(value, str) else key
        payload = self.decoder.tombstone(text)
        return payload if isinstance(payload, Tombstone) else None

    def block(
        self,
        lines: Sequence[int],
        keys: Sequence[bytes] | None,
        values: Sequence[tuple[bytes, bytes | None]],
        rejected: list[RejectedRow],
    ) -> Block:
        """Return the rows that a consumer would take; the others come to those rejected.

        lines: of each value; a Tombstone stands for none. keys: None where they stand in the values
        alone.
        """
        rows = event_rows(keys or [b""] * len(values), values)
        whole = written(rows, self.now(), self._time)[1]
        for place, (value, _rest) in enumerate(values):
            if isinstance(value, Tombstone):
                whole[place] = value
        decoded = self.decoder.decode(whole)
        rejected += [RejectedRow(lines[one.index], one.detail) for one in decoded.rejected]
        rejected.sort(key=lambda row: row.line)
        for row in rejected:
            _log.info("events file, line %d rejected: %s", row.line, row.reason)
        if keys is None:
            good = [values[place] for place in decoded.good]
            named = [self._key(value) for value, _rest in good]
            rows = event_rows(named, [_as_published(*pair) for pair in good])
        elif decoded.rejected:
            rows = rows.take(decoded.good)
        return Block(rows, tuple(rejected))


def _as_published(value: bytes, rest: bytes | None) -> tuple[bytes | None, bytes | None]:
    return (None if isinstance(value, Tombstone) else value), rest


class _KeyReader:
    """Reads the key of a valid event."""

    def __init__(self, definition: Definition) -> None:
        place = steps(definition.event.key)
        self._depth = len(place)
        kind: Any = str | int
        for step in reversed(place):
            kind = msgspec.defstruct("Part", [("key", kind, msgspec.field(name=step))])
        self._decode = msgspec.json.Decoder(kind).decode

    def __call__(self, value: bytes) -> bytes:
        found: Any = self._decode(value)
        for _step in range(self._depth):
            found = found.key
        return str(found).encode()
