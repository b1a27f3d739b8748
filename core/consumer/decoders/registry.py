"""The decoder of records in a schema registry's wire format: JSON text first, then as any JSON.

What is stored of an event is that text: the merge reads it, and its checksum is taken of it as soon
as it is made. The record itself stays in the topic; one that is refused is kept as it came.
"""

from collections.abc import Sequence
from dataclasses import replace

from core.consumer.decoders.base import Decoded, Decoder, Event, Rejection
from core.consumer.decoders.json_text import MAX_BYTES
from core.consumer.decoders.reasons import EventError, oversized
from core.consumer.decoders.tombstones import Tombstone
from core.registry.schemas import UnfitError
from core.registry.wire import WireReader


class RegistryDecoder:
    """Decodes records of one pipeline. json: of the same pipeline, for what they stand for."""

    def __init__(self, wire: WireReader, json: Decoder, max_bytes: int = MAX_BYTES) -> None:
        self._wire = wire
        self._json = json
        self._max_bytes = max_bytes

    def decode(self, payloads: Sequence[bytes | None]) -> Decoded:
        """Sort a batch into valid events and rejections. Errors: RegistryError, and none else."""
        self._wire.resolve(payloads)
        rows: list[int] = []
        texts: list[bytes | None] = []
        rejected: list[Rejection] = []
        for row, payload in enumerate(payloads):
            try:
                texts.append(self._text(payload))
            except EventError as error:
                rejected.append(Rejection(row, error.reason, error.message))
            else:
                rows.append(row)
        found = self._json.decode(texts)
        rejected += [refused._replace(index=rows[refused.index]) for refused in found.rejected]
        return replace(
            found,
            good=[rows[place] for place in found.good],
            rejected=sorted(rejected),
            payloads=[text for place in found.good if (text := texts[place]) is not None],
        )

    def read(self, payload: bytes | None) -> Event:
        """Return the event of one payload. Errors: EventError, RegistryError."""
        return self._json.read(self._text(payload))

    def tombstone(self, key: bytes | None) -> bytes | None:
        """Return the payload that stands for a record without a value."""
        return self._json.tombstone(key)

    def warm_up(self) -> None:
        """Pay the first-use costs of the libraries now, off the hot path."""
        self._json.warm_up()

    def _text(self, payload: bytes | None) -> bytes | None:
        if isinstance(payload, Tombstone):
            return payload
        if payload is not None and len(payload) > self._max_bytes:
            raise oversized(len(payload), self._max_bytes)
        try:
            return self._wire.text(payload)
        except UnfitError as error:
            raise EventError(error.reason, error.detail) from None
