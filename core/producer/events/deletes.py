"""Deletes of made-up events: a change event of an envelope, or a record without a value."""

import json

import msgspec
import numpy as np

from core.pipeline.base import steps
from core.pipeline.deletes import AFTER, BEFORE, DELETE, OPERATION
from core.producer.events.edit import value_at, with_value
from core.producer.events.validator import EventValidator

_OPEN = b"\0"
"""Stands where the time goes; JSON has no such byte."""

Deleted = tuple[bytes | None, bytes | None]
"""The value of a delete and what comes after its time, where that is open; both None: no value."""


class Deletes:
    """Makes the deletes that a definition knows.

    A change event keeps the version of the event whose row it deletes: it comes later in the same
    partition, so its offset makes it the newer one. Its time is that of publishing.
    """

    def __init__(self, judge: EventValidator) -> None:
        self._judge = judge
        self._definition = judge.definition

    def of(
        self, event: bytes, key: bytes, random: np.random.Generator
    ) -> tuple[Deleted, str] | None:
        """Return a delete of an event's row and which kind it is; None where none would be taken.

        event: whole. Where both kinds delete, one is drawn.
        """
        found: list[tuple[Deleted, str]] = []
        change = self._change(event)
        if change is not None:
            found.append((change, "event"))
        if self._judge.decoder.tombstone(key) is not None:
            found.append(((None, None), "tombstone"))
        return found[random.integers(len(found))] if found else None

    def _change(self, event: bytes) -> Deleted | None:
        """Return the change event that deletes a row; None where the consumer would refuse it."""
        envelope = self._definition.envelope
        if envelope is None:
            return None
        key: object = msgspec.Raw(value_at(event, steps(self._definition.event.key)) or b"null")
        for step in reversed(envelope.key):
            key = {step: key}
        around = envelope.around
        for name, value in (
            (OPERATION, json.dumps(DELETE).encode()),
            (BEFORE, msgspec.json.encode(key)),
            (AFTER, b"null"),
        ):
            event = with_value(event, (*around, name), value)
        if self._judge.reason(event):
            return None
        time = self._definition.event.time
        if time is None or value_at(event, place := steps(time)) is None:
            return event, None
        head, _mark, rest = with_value(event, place, _OPEN).partition(_OPEN)
        return head, rest
