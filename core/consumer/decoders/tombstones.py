"""Records without a value, where they delete rows: the event that stands for one.

Such a record has no bytes of its own but its key. Its raw event holds the key where events have it
and nothing else, as `{"order": {"id": "A-1"}}`, so that everything finds it there.
"""

import json

from core.consumer.decoders.base import NO_TIME, Event
from core.consumer.decoders.json_text import read_json
from core.consumer.decoders.reasons import EventError
from core.pipeline.base import steps
from core.pipeline.definition import Definition
from core.pipeline.deletes import TOMBSTONE
from core.pipeline.value_errors import ValueRefusedError
from core.pipeline.values import reader


class Tombstone(bytes):
    """The payload that stands for a record without a value."""

    __slots__ = ()


class TombstoneReader:
    """Makes such payloads of the keys of records, as far as one pipeline takes them."""

    def __init__(self, definition: Definition) -> None:
        event = definition.event
        self._key = event.key
        self._place = steps(event.key)
        self._takes = event.tombstones == "delete"
        self._is_text = definition.fields[event.key].type.kind != "integer"
        self._read = reader(definition.fields[event.key])

    def payload(self, key: bytes | None) -> Tombstone | None:
        """Return the payload for a key: plain, JSON, or an object with the key in it.

        None where no row is meant: the record is a dead letter.
        """
        if key is None or not self._takes:
            return None
        try:
            value = self._read(self._meant(key))
        except (EventError, ValueRefusedError, UnicodeDecodeError):
            return None
        for step in reversed(self._place):
            value = {step: value}
        return Tombstone(json.dumps(value, ensure_ascii=False).encode())

    def event(self, payload: Tombstone) -> Event:
        """Return the event of such a payload."""
        value = read_json(payload)
        for step in self._place:
            value = value[step]  # type: ignore[index]  # we made it
        return Event({self._key: value}, str(value).encode(), NO_TIME, TOMBSTONE)

    def _meant(self, key: bytes) -> object:
        text = key.decode()
        try:
            value = read_json(key)
        except EventError:
            return text
        if isinstance(value, dict) and value.keys() == {"schema", "payload"}:
            value = value["payload"]
        if isinstance(value, dict):
            only = next(iter(value.values())) if len(value) == 1 else None
            return value.get(self._place[-1], only)
        return text if self._is_text and not isinstance(value, str) else value
