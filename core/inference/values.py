"""What a single value looks like: its shape, from which types of fields are concluded."""

import re
from datetime import date
from decimal import Decimal
from typing import Literal

Shape = Literal[
    "null",
    "boolean",
    "integer",
    "fraction",
    "huge",
    "list",
    "object",
    "timestamp",
    "local_time",
    "date",
    "uuid",
    "boolean_text",
    "integer_text",
    "decimal_text",
    "comma_text",
    "word",
    "text",
]

TEXTS: frozenset[Shape] = frozenset(
    {
        "timestamp",
        "local_time",
        "date",
        "uuid",
        "boolean_text",
        "integer_text",
        "decimal_text",
        "comma_text",
        "word",
        "text",
    }
)
WORDS: frozenset[Shape] = frozenset(
    {"uuid", "boolean_text", "integer_text", "decimal_text", "word", "date"}
)
"""Shapes of text that an identifier may have."""

_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})([T ])([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])"
    r"(?:\.([0-9]{1,9}))?)?(Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])?",
    re.ASCII,
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}", re.ASCII)
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}", re.ASCII)
_COMMA = re.compile(r"-?[0-9]{1,18},[0-9]{1,9}", re.ASCII)
_LONGEST_CHECKED = 64
_INT64 = range(-(2**63), 2**63)


def shape_of(value: object) -> Shape:
    """Return the shape of a value of JSON (numbers with a point: Decimal)."""
    if isinstance(value, str):
        return _shape_of_text(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer" if value in _INT64 else "huge"
    if isinstance(value, Decimal):
        return "fraction"
    return "list" if isinstance(value, list) else "object"


def _shape_of_text(text: str) -> Shape:
    if not text or len(text) > _LONGEST_CHECKED:
        return "text"
    found = text[0]
    if found in "-0123456789" and (shape := _shape_of_digits(text)) is not None:
        return shape
    if text in {"true", "false"}:
        return "boolean_text"
    if _UUID.fullmatch(text):
        return "uuid"
    return "word" if _WORD.fullmatch(text) else "text"


def _shape_of_digits(text: str) -> Shape | None:
    """Return what a text is that begins like a number, None where it is nothing of that kind."""
    if _INTEGER.fullmatch(text):
        return "integer_text"
    if _DECIMAL.fullmatch(text):
        return "decimal_text"
    if _COMMA.fullmatch(text):
        return "comma_text"
    if _DATE.fullmatch(text):
        return "date" if _exists(text) else None
    moment = _MOMENT.fullmatch(text)
    if moment is None or not _exists(moment[1]):
        return None
    # RFC 3339 as the decoder takes it: T, seconds, and a zone with a colon.
    zone = moment[7] or ""
    strict = moment[2] == "T" and moment[5] is not None and (zone == "Z" or ":" in zone)
    return "timestamp" if strict else "local_time"


def _exists(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True


def shown(value: object, limit: int = 40) -> str:
    """Return a value in the manner of JSON, short and harmless."""
    import json  # noqa: PLC0415 - beside its only use

    from core.text import clean  # noqa: PLC0415

    if isinstance(value, Decimal):
        return clean(value, limit)
    return clean(json.dumps(value, ensure_ascii=False, default=str), limit)
