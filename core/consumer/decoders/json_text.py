"""JSON read with nothing let through that another reader would see differently.

Python's own reader keeps the last of two equal keys, takes NaN, turns prices into floats, and
accepts UTF-16 and half surrogate pairs. The warehouse reads the same bytes again later, so here
each of these is refused, and numbers with a fraction or an exponent stay exact decimals.
"""

import json
import math
from decimal import MIN_EMIN, Decimal, InvalidOperation
from typing import NoReturn

from core.consumer.decoders.reasons import EventError, oversized
from core.pipeline.values import LongInteger
from core.text import _, clean

MAX_BYTES = 65_536
"""Bytes of one event unless the caller says otherwise."""

MAX_DEPTH = 32
"""Levels of nesting of one event; the event itself is the first."""

_KEPT_DIGITS = 64
_TINY = f"1E{MIN_EMIN}"
_SHOWN = 60


def read_json(
    payload: bytes | None, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH
) -> object:
    """Return the value of one payload: dict, list, str, int, Decimal, bool or None.

    Errors: EventError (tombstone, empty, oversized, invalid_utf8, invalid_json, duplicate_key,
    not_a_number, too_deep). Time and memory grow with the size of the payload, no faster.
    """
    text = _read_text(payload, max_bytes)
    try:
        value: object = _DECODER.decode(text)
    except RecursionError:
        raise _too_deep(max_depth) from None
    except json.JSONDecodeError as error:
        place = _("line {line}, column {column}").format(line=error.lineno, column=error.colno)
        problem = _("not JSON at {place}: {problem}")
        raise EventError(
            "invalid_json", problem.format(place=place, problem=clean(error.msg, _SHOWN))
        ) from None
    if "\\u" in text or text.count("{") + text.count("[") > max_depth:
        _check_tree(value, max_depth)
    return value


def _read_text(payload: bytes | None, max_bytes: int) -> str:
    if payload is None:
        raise EventError("tombstone", _("the record has no value (a tombstone)"))
    if not payload:
        raise EventError("empty", _("the record's value has no bytes"))
    if len(payload) > max_bytes:
        raise oversized(len(payload), max_bytes)
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError as error:
        message = _("byte {position} is not UTF-8").format(position=error.start)
        raise EventError("invalid_utf8", message) from None


def _check_tree(value: object, max_depth: int) -> None:
    """Refuse deep nesting and half surrogate pairs, without recursion of our own."""
    level: list[object] = [value]
    depth = 0
    while level:
        below: list[object] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item)
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
            elif isinstance(item, str) and not _has_utf8(item):
                message = _("a string holds half of a surrogate pair")
                raise EventError("invalid_utf8", message)
        if any(isinstance(item, (dict, list)) for item in level):
            depth += 1
        if depth > max_depth:
            raise _too_deep(max_depth)
        level = below


def _has_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _too_deep(limit: int) -> EventError:
    message = _("more than {limit} levels of nesting").format(limit=limit)
    return EventError("too_deep", message)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        seen: set[str] = set()
        for key, _value in pairs:
            if key in seen:
                message = _("duplicate key {key}")
                raise EventError("duplicate_key", message.format(key=clean(key, _SHOWN)))
            seen.add(key)
    return fields


def _whole(text: str) -> int:
    if len(text) <= _KEPT_DIGITS:
        return int(text)
    number = LongInteger(text[:_KEPT_DIGITS])
    number.text = text
    return number


def _fraction(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond what Decimal holds
        number = float(text)
        sign = "-" if text.startswith("-") else ""
        return Decimal(sign + ("Infinity" if math.isinf(number) else _TINY))


def _constant(text: str) -> NoReturn:
    raise EventError("not_a_number", _("{value} is not a JSON number").format(value=text))


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_whole, parse_float=_fraction, parse_constant=_constant
)
