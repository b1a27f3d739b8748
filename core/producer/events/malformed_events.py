"""Events broken in every way that a definition allows, each with the reason for refusing it."""

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

import numpy as np

from core.pipeline import Definition
from core.pipeline.base import steps
from core.pipeline.bounds import date_bounds
from core.pipeline.fields import EventField
from core.producer.events.edit import with_value
from core.producer.events.validator import EventValidator

Break = Callable[[bytes], bytes | None]

_DEPTH = 10_000
_TRIES = 20
_ODD_TEXTS = (
    "dropship-poison",
    "",
    " ",
    "dropship poison",
    "\u00e9",
    "0",
    "1971-02-03",
    "00000000-0000-4000-8000-000000000000",
)
_ODD_NUMBERS = ("0", "1", "-1", "7", "1000003")


class MalformedEvents:
    """Breaks valid events of a definition, so that a consumer refuses them for a known reason."""

    def __init__(self, judge: EventValidator) -> None:
        self._reason = judge.reason
        self._breaks: dict[str, list[Break]] = {}
        for reason, each in (*_of_text(judge.definition), *_of_fields(judge.definition)):
            self._breaks.setdefault(reason, []).append(each)

    def broken(self, event: bytes, random: np.random.Generator) -> tuple[bytes | None, str]:
        """Return an event that is refused, and its reason; one without bytes where all fails.

        Whether the consumer gives that very reason is tried: what a change amounts to also depends
        on the other fields of the event.
        """
        reasons = list(self._breaks)
        for _try in range(_TRIES):
            reason = reasons[random.integers(len(reasons))]
            ways = self._breaks[reason]
            for place in random.permutation(len(ways)):
                value = _changed(ways[place], event)
                if value != event and self._reason(value) == reason:
                    return value, reason
        return b"", "empty"


def _changed(change: Break, event: bytes) -> bytes | None:
    try:
        return change(event)
    except (KeyError, ValueError):  # an object around the field is absent, or null
        return event


def _of_text(definition: Definition) -> Iterator[tuple[str, Break]]:
    """Yield what breaks any JSON object."""
    large = json.dumps("x" * definition.event.max_bytes).encode()
    yield "invalid_json", lambda event: event[:-1]
    yield "invalid_utf8", partial(_further, more=b'"\xff\xfe"')
    yield "invalid_utf8", partial(_further, more=rb'"\ud800"')
    yield "not_a_number", partial(_further, more=b"NaN")
    yield "duplicate_key", lambda event: _further(_further(event, b"1"), b"2")
    yield "too_deep", partial(_further, more=b"[" * _DEPTH + b"]" * _DEPTH)
    yield "oversized", partial(_further, more=large)
    if definition.event.tombstones != "delete":
        yield "tombstone", lambda _event: None
    yield "empty", lambda _event: b""
    yield "unknown_field", partial(_further, more=b"1")
    yield "wrong_type", lambda _event: b"[]"


def _of_fields(definition: Definition) -> Iterator[tuple[str, Break]]:
    """Yield what breaks the value of a field; what does not is found out when it is tried."""
    for path, field in definition.fields.items():
        place = steps(path)
        yield "missing_field", partial(with_value, place=place, value=None)
        for reason, value in _values(field):
            yield reason, partial(with_value, place=place, value=value.encode())
        for text in (*map(json.dumps, _ODD_TEXTS), *_ODD_NUMBERS, "true", "false"):
            for reason in ("not_allowed", "pattern_mismatch", "unknown_event_type"):
                if _has(definition, path, reason):
                    yield reason, partial(with_value, place=place, value=text.encode())


def _has(definition: Definition, path: str, reason: str) -> bool:
    """Return whether a field has the rule that a reason speaks of."""
    field = definition.fields[path]
    if reason == "unknown_event_type":
        return path == definition.event.type and bool(definition.event.types)
    return bool(field.one_of) if reason == "not_allowed" else field.pattern is not None


def _values(field: EventField) -> Iterator[tuple[str, str]]:
    """Yield values that a type does not take, with the reason."""
    kind = field.type.kind
    yield "wrong_type", "null" if kind == "json" else "[1]"
    if kind in {"integer", "decimal", "number"} or field.type.epoch:
        yield "out_of_range", "1e400" if kind == "number" else "-1" + "0" * 40
        yield "out_of_range", "1" + "0" * 40
    if kind == "decimal":
        yield "not_a_number", '"1,5"'
        yield "out_of_range", "0." + "1" * 40
    elif kind == "identifier":
        yield "invalid_id", '"no id!"'
    elif kind == "uuid":
        yield "invalid_uuid", '"123e4567"'
    elif kind == "timestamp" and not field.type.epoch:
        yield "invalid_timestamp", '"yesterday"'
        yield "out_of_range", '"1969-12-31T23:59:59Z"'
    elif kind == "date":
        yield "invalid_date", '"2024-02-30"'
        first, last = date_bounds(field)
        if first > date.min:
            yield "out_of_range", f'"{first - timedelta(days=1)}"'
        if last < date.max:
            yield "out_of_range", f'"{last + timedelta(days=1)}"'


def _further(event: bytes, more: bytes) -> bytes:
    """Return an object with one more key."""
    comma = b"," if event[1:-1].strip() else b""
    return event[:-1] + comma + b'"dropship_poison":' + more + b"}"
