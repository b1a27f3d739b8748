"""One record of a sample, and what its value holds as an event."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.pipeline.deletes import AFTER, BEFORE, OPERATION, OPERATIONS
from core.text import _

MAX_DEPTH = 64
Steps = tuple[str, ...]
_OPERATIONS = (*OPERATIONS, "t", "m")


@dataclass(frozen=True)
class Record:
    """A record as it came. value: None for a tombstone. where: its place, for messages.

    event: set where the value was no JSON to begin with (a row of CSV).
    """

    where: str
    value: bytes | None = None
    key: bytes | None = None
    event: dict[str, Any] | None = None


class UnreadableError(ValueError):
    """A value that is no event. The text says why, for people."""


def event_of(record: Record) -> dict[str, Any]:
    """Return the object that a record holds; numbers with a point as exact decimals.

    Errors: UnreadableError.
    """
    if record.event is not None:
        return record.event
    if record.value is None:
        raise UnreadableError(_("tombstone"))
    try:
        text = record.value.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError(_("not UTF-8")) from None
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise UnreadableError(_("not JSON")) from None
    if not isinstance(value, dict):
        raise UnreadableError(_("JSON, but no object"))
    return value


def envelope_at(event: dict[str, Any]) -> Steps | None:
    """Return where a change event of Debezium has its envelope; None where it is none."""
    for around in ((), ("payload",)):
        inner = event.get(around[0]) if around else event
        if (
            isinstance(inner, dict)
            and inner.get(OPERATION) in _OPERATIONS
            and isinstance(inner.get("source"), dict)
            and (AFTER in inner or BEFORE in inner)
        ):
            return around
    return None


def key_text(key: bytes | None) -> str | None:
    """Return a message key as text: plain, or the one value of a key that is JSON itself."""
    if not key:
        return None
    try:
        text = key.decode()
    except UnicodeDecodeError:
        return None
    if text[:1] in {'"', "{"}:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return text
        if isinstance(value, dict) and value.keys() == {"schema", "payload"}:
            value = value["payload"]
        if isinstance(value, dict) and len(value) == 1:
            (value,) = value.values()
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            return str(value)
    return text


def _no_constant(name: str) -> None:
    raise ValueError(name)
