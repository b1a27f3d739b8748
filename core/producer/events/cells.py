"""Cells of text, from a CSV file or made up, as the JSON values of a field.

The rules are those that the consumer holds events to, so that what it would refuse never goes out.
Numbers are written as they came or exactly; none passes through a float on its way to the wire.
"""

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_DOWN, Context, Decimal

from core.pipeline import Definition
from core.pipeline.fields import EventField
from core.producer.events.limits import EPOCH, day_bounds, moment_bounds, number_bounds
from core.text import _, ngettext

UNITS = {
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
    "us": timedelta(microseconds=1),
}

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:\-]{0,63}", re.ASCII)
_UUID = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}", re.ASCII)
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,18})", re.ASCII)
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]{0,37})(?:\.[0-9]{1,38})?", re.ASCII)
_NUMBER = re.compile(
    r"-?(?:0|[1-9][0-9]{0,308})(?:\.[0-9]{1,400})?(?:[eE][+\-]?[0-9]{1,3})?", re.ASCII
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])"
    r"(?:\.([0-9]{1,9}))?(Z|[+\-](?:[01][0-9]|2[0-3]):[0-5][0-9])",
    re.ASCII,
)
_EXACT = Context(prec=200)


@dataclass(frozen=True)
class CellReader:
    """What a cell of one field must be. json_text: its JSON value; ValueError where it is not so.

    expected: that rule, for a person.
    """

    json_text: Callable[[str], str]
    expected: str


def cell_reader(definition: Definition, path: str) -> CellReader:
    """Return the reader of a field."""
    field = definition.fields[path]
    read, expected = _KINDS[field.type.kind](field)
    chosen = one_of(definition, path)
    if chosen:
        read = _among(read, field, chosen)
        expected = _("one of {choices}").format(choices=", ".join(map(str, chosen[:8])))
    if field.pattern is not None:
        read = _matching(read, field.pattern)
        expected = _("a text that matches {pattern}").format(pattern=field.pattern)
    return CellReader(read, expected)


def one_of(definition: Definition, path: str) -> tuple[str | int | bool, ...]:
    """Return the values that a field may have, the event types among them; none: any."""
    allowed = definition.fields[path].one_of
    if path != definition.event.type or not definition.event.types:
        return allowed
    types = definition.event.types
    return tuple(kind for kind in types if not allowed or kind in allowed)


def quoted(text: str) -> str:
    """Return a text as JSON."""
    return json.dumps(text, ensure_ascii=False)


Read = Callable[[str], str]


def _refuse(cell: str) -> ValueError:
    return ValueError(cell)


def _shaped(shape: re.Pattern[str]) -> Read:
    def read(cell: str) -> str:
        if shape.fullmatch(cell) is None:
            raise _refuse(cell)
        return f'"{cell}"'

    return read


def _identifier(_field: EventField) -> tuple[Read, str]:
    return _shaped(_IDENTIFIER), _("an id of 1 to 64 letters, digits, _ . : -")


def _uuid(_field: EventField) -> tuple[Read, str]:
    return _shaped(_UUID), _("a UUID such as 123e4567-e89b-12d3-a456-426614174000")


def _text(_field: EventField) -> tuple[Read, str]:
    def read(cell: str) -> str:
        if "\x00" in cell:
            raise _refuse(cell)
        return quoted(cell)

    return read, _("text")


def _boolean(_field: EventField) -> tuple[Read, str]:
    def read(cell: str) -> str:
        if cell.lower() not in {"true", "false"}:
            raise _refuse(cell)
        return cell.lower()

    return read, _("true or false")


def _integer(field: EventField) -> tuple[Read, str]:
    low, high = number_bounds(field)

    def read(cell: str) -> str:
        if _WHOLE.fullmatch(cell) is None or not low <= int(cell) <= high:
            raise _refuse(cell)
        return cell

    return read, _("a whole number from {low} to {high}").format(
        low=math.ceil(low), high=math.floor(high)
    )


def _decimal(field: EventField) -> tuple[Read, str]:
    low, high = number_bounds(field)
    unit = Decimal(1).scaleb(-field.type.scale)

    def read(cell: str) -> str:
        if _PLAIN.fullmatch(cell) is None or not low <= (number := Decimal(cell)) <= high:
            raise _refuse(cell)
        exact = number.quantize(unit, context=_EXACT)
        if exact != number:
            raise _refuse(cell)
        return f"{exact or abs(exact):f}"

    return read, ngettext(
        "a number from {low} to {high} with at most {scale} decimal",
        "a number from {low} to {high} with at most {scale} decimals",
        field.type.scale,
    ).format(low=f"{low:f}", high=f"{high:f}", scale=field.type.scale)


def _number(field: EventField) -> tuple[Read, str]:
    low, high = number_bounds(field)

    def read(cell: str) -> str:
        if _NUMBER.fullmatch(cell) is None:
            raise _refuse(cell)
        if not math.isfinite(float(cell)) or not low <= Decimal(cell) <= high:
            raise _refuse(cell)
        return cell

    return read, _("a number from {low} to {high}").format(low=low, high=high)


def _date(field: EventField) -> tuple[Read, str]:
    first, last = day_bounds(field)

    def read(cell: str) -> str:
        if _DATE.fullmatch(cell) is None or not first <= date.fromisoformat(cell) <= last:
            raise _refuse(cell)
        return f'"{cell}"'

    return read, _("a day such as 2024-05-31, from {first} to {last}").format(
        first=first, last=last
    )


def _timestamp(field: EventField) -> tuple[Read, str]:
    first, last = moment_bounds(field)

    def read(cell: str) -> str:
        if not first <= moment_of(cell) <= last:
            raise _refuse(cell)
        return f'"{cell}"'

    def read_epoch(cell: str) -> str:
        if not first <= epoch_moment(cell, field.type.epoch) <= last:
            raise _refuse(cell)
        return cell

    if field.type.epoch:
        units = {"s": _("seconds"), "ms": _("milliseconds"), "us": _("microseconds")}
        told = _("a time in {units} since 1970")
        return read_epoch, told.format(units=units[field.type.epoch])
    return read, _("a time with its zone, such as 2024-05-31T12:30:00Z")


def moment_of(cell: str) -> datetime:
    """Return the moment that a text of RFC 3339 names. Errors: ValueError."""
    found = _MOMENT.fullmatch(cell)
    if found is None:
        raise _refuse(cell)
    fraction = (found[2] or "")[:6].ljust(6, "0")
    return datetime.fromisoformat(f"{found[1]}.{fraction}{found[3].replace('Z', '+00:00')}")


def epoch_moment(cell: str, unit: str) -> datetime:
    """Return the moment that a number since 1970 names, to the microsecond. Errors: ValueError."""
    if _PLAIN.fullmatch(cell) is None:
        raise _refuse(cell)
    each = UNITS[unit] // timedelta(microseconds=1)
    whole = int((Decimal(cell) * each).quantize(Decimal(1), ROUND_DOWN, context=_EXACT))
    try:
        return EPOCH + timedelta(microseconds=whole)
    except OverflowError:
        raise _refuse(cell) from None


def moment_text(moment: datetime, field: EventField) -> str:
    """Return a moment as a cell of a field of times."""
    unit = field.type.epoch
    if unit:
        return str((moment - EPOCH) // UNITS[unit])
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _json(_field: EventField) -> tuple[Read, str]:
    def read(cell: str) -> str:
        if json.loads(cell, object_pairs_hook=_once, parse_constant=_no_constant) is None:
            raise _refuse(cell)
        return cell.strip()

    return read, _("a JSON value")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(pairs)
    return found


def _no_constant(text: str) -> object:
    raise ValueError(text)


def _among(read: Read, field: EventField, values: tuple[str | int | bool, ...]) -> Read:
    if field.type.is_numeric:
        known = {Decimal(str(value)) for value in values if not isinstance(value, bool)}

        def is_known(cell: str) -> bool:
            return Decimal(cell) in known
    else:
        texts = {str(value).lower() if isinstance(value, bool) else str(value) for value in values}

        def is_known(cell: str) -> bool:
            return cell in texts

    def chosen(cell: str) -> str:
        text = read(cell)
        if not is_known(cell):
            raise _refuse(cell)
        return text

    return chosen


def _matching(read: Read, pattern: str) -> Read:
    fullmatch = re.compile(pattern).fullmatch

    def matched(cell: str) -> str:
        text = read(cell)
        if fullmatch(cell) is None:
            raise _refuse(cell)
        return text

    return matched


_KINDS: dict[str, Callable[[EventField], tuple[Read, str]]] = {
    "identifier": _identifier,
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "number": _number,
    "boolean": _boolean,
    "timestamp": _timestamp,
    "date": _date,
    "uuid": _uuid,
    "json": _json,
}
