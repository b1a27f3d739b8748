"""What each type of field takes, and what its values become: the strict rules of one value.

A reader takes a value as `read_json` gives it and returns what it means: str, int, Decimal, float,
bool, date, a moment in UTC, or any JSON value. Errors: ValueRefusedError.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from typing import Any

from core.pipeline.bounds import (
    MAX_DIGITS,
    decimal_bounds,
    integer_bounds,
    number_bounds,
)
from core.pipeline.fields import EventField, EventLayout, FieldRules
from core.pipeline.time_readers import date_reader, moment_reader
from core.pipeline.value_errors import (
    ValueRefusedError,
    listed,
    outside,
    shown,
    wrong_type,
)
from core.text import _

Reader = Callable[[object], Any]

IDENTIFIER = r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}"
UUID = r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
DECIMAL = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"

_IDENTIFIER = re.compile(IDENTIFIER)
_UUID = re.compile(UUID)
_DECIMAL_TEXT = re.compile(DECIMAL)
_EXACT = Context(prec=4 * MAX_DIGITS)


class LongInteger(int):
    """A whole number of very many digits: its head, which is outside every range of integers.

    text: all of it.
    """

    text: str


def reader_of(event: EventLayout, fields: Mapping[str, EventField], path: str) -> Reader:
    """Return what reads the values of a field of events."""
    types = event.types if path == event.type else ()
    return reader(fields[path], event_types=types)


def reader(field: FieldRules, *, event_types: tuple[str, ...] = ()) -> Reader:
    """Return what reads values of a field. event_types: those taken, where it is the type."""
    read = _READERS[field.type.kind](field)
    if event_types:
        read = _among(read, event_types, _unknown_type)
    if field.one_of:
        read = _among(read, field.one_of, _not_allowed)
    if field.pattern is not None:
        read = _matching(read, field.pattern)
    return read


def _text(_field: FieldRules) -> Reader:
    def read(value: object) -> str:
        if not isinstance(value, str):
            raise wrong_type(_("a string"), value)
        return value

    return read


def _identifier(_field: FieldRules) -> Reader:
    def read(value: object) -> str:
        if not isinstance(value, str):
            raise wrong_type(_("a string"), value)
        if not _IDENTIFIER.fullmatch(value):
            detail = _("{value} is not an id: 1 to 64 letters, digits, _ . : -")
            raise ValueRefusedError("invalid_id", detail.format(value=shown(value)))
        return value

    return read


def _uuid(_field: FieldRules) -> Reader:
    def read(value: object) -> str:
        if not isinstance(value, str):
            raise wrong_type(_("a string"), value)
        if not _UUID.fullmatch(value):
            detail = _("{value} is not a UUID such as 123e4567-e89b-12d3-a456-426614174000")
            raise ValueRefusedError("invalid_uuid", detail.format(value=shown(value)))
        return value

    return read


def _boolean(_field: FieldRules) -> Reader:
    def read(value: object) -> bool:
        if not isinstance(value, bool):
            raise wrong_type(_("true or false"), value)
        return value

    return read


def _json(_field: FieldRules) -> Reader:
    def read(value: object) -> object:
        if value is None:
            raise wrong_type(_("a value"), value)
        return value

    return read


def _integer(field: FieldRules) -> Reader:
    low, high = integer_bounds(field)

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong_type(_("a whole number"), value)
        if not low <= value <= high:
            raise outside(value, low, high)
        return value

    return read


def _float(field: FieldRules) -> Reader:
    low, high = number_bounds(field)

    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            raise wrong_type(_("a number"), value)
        number = float(value.text if isinstance(value, LongInteger) else value)
        if not low <= number <= high:
            raise outside(value, low, high)
        return number

    return read


def _decimal(field: FieldRules) -> Reader:
    low, high = decimal_bounds(field)
    scale = field.type.scale
    unit = Decimal(1).scaleb(-scale)

    def read(value: object) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
            raise wrong_type(_("a number, or a string that holds one"), value)
        if isinstance(value, str) and not _DECIMAL_TEXT.fullmatch(value):
            detail = _("{value} is not a plain decimal number")
            raise ValueRefusedError("not_a_number", detail.format(value=shown(value)))
        number = Decimal(value)
        if not low <= number <= high:
            raise outside(value, low, high)
        parts = number.as_tuple()
        if max(len(parts.digits), abs(int(parts.exponent))) <= MAX_DIGITS:
            rounded = number.quantize(unit, context=_EXACT)
            if rounded == number:
                return rounded or abs(rounded)  # JSON has a minus zero
        raise ValueRefusedError("out_of_range", _too_fine(scale).format(value=shown(value)))

    return read


def _too_fine(scale: int) -> str:
    if scale == 2:  # noqa: PLR2004 - money, said as people say it
        return _("{value} has more than two decimals, or too many digits")
    return _("{value} has more decimals than {scale}, or too many digits").replace(
        "{scale}", str(scale)
    )


def _among(
    read: Reader, values: tuple[Any, ...], refuse: Callable[[object, tuple[Any, ...]], Exception]
) -> Reader:
    """Return a reader that takes nothing but some values, compared as they are written."""

    def chosen(value: object) -> Any:
        meant = read(value)
        if value not in values:
            raise refuse(value, values)
        return meant

    return chosen


def _not_allowed(value: object, values: tuple[Any, ...]) -> ValueRefusedError:
    detail = _("{value} is none of: {values}")
    return ValueRefusedError(
        "not_allowed", detail.format(value=shown(value), values=listed(map(shown, values)))
    )


def _unknown_type(value: object, values: tuple[Any, ...]) -> ValueRefusedError:
    detail = (
        _("{value} is not known, {known} is")
        if len(values) == 1
        else _("{value} is not known; known are: {known}")
    )
    return ValueRefusedError(
        "unknown_event_type", detail.format(value=shown(value), known=listed(values))
    )


def _matching(read: Reader, pattern: str) -> Reader:
    fullmatch = re.compile(pattern).fullmatch

    def matched(value: object) -> Any:
        meant = read(value)
        if fullmatch(meant) is None:
            detail = _("{value} does not match {pattern}")
            raise ValueRefusedError(
                "pattern_mismatch", detail.format(value=shown(value), pattern=shown(pattern))
            )
        return meant

    return matched


_READERS: dict[str, Callable[[FieldRules], Reader]] = {
    "text": _text,
    "identifier": _identifier,
    "uuid": _uuid,
    "boolean": _boolean,
    "json": _json,
    "integer": _integer,
    "number": _float,
    "decimal": _decimal,
    "date": date_reader,
    "timestamp": moment_reader,
}
