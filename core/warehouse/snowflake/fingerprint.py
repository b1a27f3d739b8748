"""The MD5 of an event's fields: what can be proven of a VARIANT, which keeps values and not bytes.

The client takes it of the bytes that came, `content_events.sql` of the pipeline takes the same in
Snowflake. It covers the fields that have a column and one text on both sides: no binary floating
point, no JSON, no times in numbers.
"""

import hashlib
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from core.pipeline.base import steps
from core.pipeline.definition import Definition
from core.pipeline.fields import EventField

Fingerprint = Callable[[bytes], str | None]
_KINDS: dict[str, type] = {
    "identifier": str,
    "text": str,
    "uuid": str,
    "date": str,
    "timestamp": str,
    "integer": int,
    "decimal": Decimal,
    "boolean": bool,
}


def is_covered(path: str, field: EventField) -> bool:
    """Return whether a field is part of the MD5."""
    return field.column_at(path) is not None and field.type.kind in _KINDS and not field.type.epoch


class _Covered(NamedTuple):
    """One field: where it stands, its type, decimals, and whether it must be there."""

    place: tuple[str, ...]
    kind: str
    scale: int
    needed: bool


@lru_cache(maxsize=8)
def _of_fields(covered: tuple[_Covered, ...]) -> Fingerprint:
    struct, places = _struct(covered)
    decode = msgspec.json.Decoder(struct).decode
    read = attrgetter(*(places[field.place] for field in covered), "__class__")
    tellers = tuple(_teller(field) for field in covered)

    def fingerprint(payload: bytes) -> str | None:
        try:
            values = read(decode(payload))
            texts = [
                value if tell is None else tell(value)
                for value, tell in zip(values, tellers, strict=False)
            ]
        except (msgspec.MsgspecError, ValueError, ArithmeticError):
            return None
        return md5("|".join(texts))

    return fingerprint


@lru_cache(maxsize=8)
def _of_absent(covered: tuple[_Covered, ...]) -> Fingerprint:
    """Return what takes the MD5 where events of deletes lack most fields."""
    decode = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode
    tellers = [_teller(field._replace(needed=False)) or str for field in covered]

    def fingerprint(payload: bytes) -> str | None:
        try:
            event = decode(payload)
            texts = []
            for field, tell in zip(covered, tellers, strict=True):
                value: Any = event
                for step in field.place:
                    value = value.get(step) if isinstance(value, dict) else None
                if field.kind == "decimal" and value is not None:
                    value = Decimal(value)
                texts.append(tell(value))
        except (msgspec.MsgspecError, ValueError, ArithmeticError, TypeError):
            return None
        return md5("|".join(texts))

    return fingerprint


def fingerprint_of(definition: Definition) -> Fingerprint:
    """Return what takes the MD5 of a payload; None of what is no such event.

    The consumer hands on none, other callers may.
    """
    made = _of_absent if definition.deletes else _of_fields
    return made(
        tuple(
            _Covered(steps(path), field.type.kind, field.type.scale, field.required)
            for path, field in definition.fields.items()
            if is_covered(path, field)
        )
    )


def md5(text: str) -> str:
    """Return the MD5 of a text in UTF-8, as Snowflake takes it."""
    return hashlib.md5(text.encode(errors="surrogatepass"), usedforsecurity=False).hexdigest()


def _struct(
    covered: Sequence[_Covered],
) -> tuple[type[msgspec.Struct], dict[tuple[str, ...], str]]:
    """Return a type with the covered fields alone, and which attribute of it each place is.

    An object that is absent reads as one whose fields are all absent.
    """
    below: dict[str, list[_Covered]] = {}
    for field in covered:
        below.setdefault(field.place[0], []).append(field)
    fields: list[Any] = []
    keys: dict[str, str] = {}
    places: dict[tuple[str, ...], str] = {}
    for number, (key, parts) in enumerate(below.items()):
        name = f"f{number}"
        keys[name] = key
        if len(parts[0].place) == 1:
            wanted: Any = _KINDS[parts[0].kind]
            fields.append((name, wanted) if parts[0].needed else (name, wanted | None, None))
            places[key,] = name
            continue
        inner, found = _struct([part._replace(place=part.place[1:]) for part in parts])
        needed = any(part.needed for part in parts)
        fields.append(
            (name, inner) if needed else (name, inner, msgspec.field(default_factory=inner))
        )
        places |= {(key, *place): f"{name}.{attribute}" for place, attribute in found.items()}
    made = msgspec.defstruct("Covered", fields, rename=keys, kw_only=True)
    return made, places


def _teller(field: _Covered) -> Callable[[Any], str] | None:
    """Return what tells a value of a field; None for a text that is always there."""
    if _KINDS[field.kind] is str:
        return None if field.needed else lambda value: value or ""
    if field.kind == "decimal":
        tell: Callable[[Any], str] = partial(_decimal, scale=field.scale)
    else:
        tell = _lower if field.kind == "boolean" else str
    return tell if field.needed else lambda value: "" if value is None else tell(value)


def _lower(value: object) -> str:
    return str(value).lower()


def _decimal(value: Decimal, scale: int) -> str:
    told = f"{value:.{scale}f}"
    if Decimal(told) != value:
        raise ValueError(told)
    return told
