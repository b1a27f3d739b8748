"""The reader that defines what an event of a pipeline is: one payload at a time, every reason.

Objects are judged in the order in which the definition names their first field, and fields within
them in its order; the first thing wrong is told. Fields that the definition does not name are left
in the raw payload, unless it rejects them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.consumer.decoders.base import NO_TIME, Event
from core.consumer.decoders.field_tree import Branch, Leaf, layout
from core.consumer.decoders.json_text import read_json
from core.consumer.decoders.reasons import EventError
from core.pipeline.bounds import microseconds
from core.pipeline.definition import Definition
from core.pipeline.deletes import (
    AFTER,
    BEFORE,
    DELETE,
    OPERATION,
    Envelope,
    fields_of_deletes,
)
from core.pipeline.value_errors import ValueRefusedError, wrong_type
from core.pipeline.values import Reader, reader
from core.text import _, clean

_SHOWN = 120


@dataclass(frozen=True)
class _Field:
    path: str
    told: str
    required: bool
    read: Reader


@dataclass(frozen=True)
class _Object:
    told: str
    required: bool
    parts: "tuple[tuple[str, _Field | _Object], ...]"
    keys: frozenset[str]


class StrictReader:
    """Reads payloads of one pipeline."""

    def __init__(self, definition: Definition) -> None:
        event = definition.event
        self._event = event
        self._rejects_unknown = event.unknown_fields == "reject"
        self._absent = dict.fromkeys(definition.fields)
        self._root = self._compiled(layout(definition.fields))
        self._envelope = envelope = definition.envelope
        if envelope is not None:
            self._delete = self._compiled(layout(fields_of_deletes(envelope, definition.fields)))
            self._key = reader(definition.fields[event.key])

    def _compiled(self, branch: Branch) -> _Object:
        parts: list[tuple[str, _Field | _Object]] = []
        for key, part in branch.parts.items():
            if isinstance(part, Leaf):
                types = self._event.types if part.path == self._event.type else ()
                read = reader(part.field, event_types=types)
                told = clean(part.path, _SHOWN)
                parts.append((key, _Field(part.path, told, part.required, read)))
            else:
                parts.append((key, self._compiled(part)))
        told = clean(branch.path, _SHOWN)
        return _Object(told, branch.required, tuple(parts), frozenset(branch.parts))

    def read(self, payload: bytes | None) -> Event:
        """Return the event of one payload. Errors: EventError with a reason of REASONS."""
        value = read_json(payload, self._event.max_bytes)
        values = self._absent.copy()
        event, envelope = self._event, self._envelope
        if envelope is not None and _at(value, (*envelope.around, OPERATION)) == DELETE:
            self._read_object(self._delete, value, values)
            values[event.key] = self._deleted_key(envelope, value)
        else:
            self._read_object(self._root, value, values)
        time: datetime | None = None if event.time is None else values[event.time]
        return Event(
            values,
            str(values[event.key]).encode(),
            NO_TIME if time is None else microseconds(time),
            "" if event.type is None else values[event.type] or "",
        )

    def _deleted_key(self, envelope: Envelope, value: object) -> object:
        """Return the key of a deleted row. Errors: EventError."""
        told = clean(envelope.path(BEFORE, *envelope.key), _SHOWN)
        if _at(value, (*envelope.around, AFTER)) is not None:
            after = clean(envelope.path(AFTER), _SHOWN)
            found = _at(value, (*envelope.around, AFTER))
            raise _refusal(after, wrong_type(_("null in a delete"), found))
        try:
            return self._key(_at(value, envelope.key_before))
        except ValueRefusedError as refused:
            raise _refusal(told, refused) from None

    def _read_object(self, expected: _Object, value: object, values: dict[str, Any]) -> None:
        if not isinstance(value, dict):
            raise _refusal(expected.told or _("event"), wrong_type(_("an object"), value))
        for key, part in expected.parts:
            if key not in value:
                if part.required:
                    raise _refusal(part.told, ValueRefusedError("missing_field", _("missing")))
                continue
            found = value[key]
            if found is None and not part.required:
                continue
            if isinstance(part, _Object):
                self._read_object(part, found, values)
                continue
            try:
                values[part.path] = part.read(found)
            except ValueRefusedError as refused:
                raise _refusal(part.told, refused) from None
        if self._rejects_unknown and not expected.keys >= value.keys():
            unknown = next(key for key in value if key not in expected.keys)
            told = clean(unknown, _SHOWN)
            field = f"{expected.told}.{told}" if expected.told else told
            detail = _("the pipeline knows no such field")
            raise _refusal(field, ValueRefusedError("unknown_field", detail))


def _at(value: object, place: tuple[str, ...]) -> object:
    """Return what stands at a place; None where nothing does."""
    for step in place:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _refusal(field: str, refused: ValueRefusedError) -> EventError:
    detail = _("{field}: {detail}").format(field=field, detail=refused.detail)
    return EventError(refused.reason, detail)
