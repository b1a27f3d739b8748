"""Strict readers of days and moments: text as RFC 3339 has it, or numbers since 1970."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import MAX_EMAX, MIN_EMIN, ROUND_DOWN, Context, Decimal

from core.pipeline.bounds import (
    FIRST_MOMENT,
    LAST_MOMENT,
    MICROSECOND,
    as_moment,
    date_bounds,
    microseconds,
    moment_bounds,
)
from core.pipeline.fields import FieldRules
from core.pipeline.value_errors import ValueRefusedError, outside, shown, wrong_type
from core.text import _

MICROSECONDS = {"s": 1_000_000, "ms": 1_000, "us": 1}
"""Of one unit of an epoch."""

_DATE_TEXT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT_TEXT = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})T(?P<time>(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])"
    r"(?:\.(?P<fraction>[0-9]{1,9}))?(?P<zone>Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])",
    re.ASCII,
)
_CUT = Context(prec=64, rounding=ROUND_DOWN, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])


def date_reader(field: FieldRules) -> Callable[[object], date]:
    """Return what reads a day, `2024-05-17`."""
    first, last = date_bounds(field)

    def read(value: object) -> date:
        if not isinstance(value, str):
            raise wrong_type(_("a string"), value)
        try:
            day = date.fromisoformat(value) if _DATE_TEXT.fullmatch(value) else None
        except ValueError:  # the 30th of February
            day = None
        if day is None:
            detail = _("{value} is not a date such as 2024-05-17")
            raise ValueRefusedError("invalid_date", detail.format(value=shown(value)))
        if not first <= day <= last:
            raise outside(value, first, last)
        return day

    return read


def moment_reader(field: FieldRules) -> Callable[[object], datetime]:
    """Return what reads a moment, in UTC; digits beyond the microsecond are cut off."""
    return _epoch(field) if field.type.epoch else _moment(field)


def _moment(field: FieldRules) -> Callable[[object], datetime]:
    low, high = moment_bounds(field)
    first, last = _told_moments(field)

    def read(value: object) -> datetime:
        if not isinstance(value, str):
            raise wrong_type(_("a string"), value)
        moment = _read_moment(value)
        if moment is None:
            detail = _("{value} is not a date and time such as 2024-05-17T09:30:00Z")
            raise ValueRefusedError("invalid_timestamp", detail.format(value=shown(value)))
        if not low <= microseconds(moment) <= high:
            raise outside(value, first, last)
        return moment.astimezone(UTC)

    return read


def _read_moment(text: str) -> datetime | None:
    """Return the moment that an RFC 3339 text names (upper-case T and Z), None where none is."""
    found = _MOMENT_TEXT.fullmatch(text)
    if found is None:
        return None
    fraction = (found["fraction"] or "")[:6].ljust(6, "0")
    zone = "+00:00" if found["zone"] == "Z" else found["zone"]
    try:
        return datetime.fromisoformat(f"{found['date']}T{found['time']}.{fraction}{zone}")
    except ValueError:  # the 30th of February
        return None


def _epoch(field: FieldRules) -> Callable[[object], datetime]:
    low, high = moment_bounds(field)
    first, last = _told_moments(field)
    unit = Decimal(MICROSECONDS[field.type.epoch])
    limit = microseconds(LAST_MOMENT) + 1

    def read(value: object) -> datetime:
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            raise wrong_type(_("a number"), value)
        number = Decimal(value)
        if not 0 <= number < limit:
            raise outside(value, first, last)
        moment_us = int(_CUT.multiply(number, unit))
        if not low <= moment_us <= high:
            raise outside(value, first, last)
        return FIRST_MOMENT + moment_us * MICROSECOND

    return read


def _told_moments(field: FieldRules) -> tuple[object, object]:
    """Return the bounds of a timestamp as a person reads them."""
    low, high = as_moment(field.min), as_moment(field.max)
    return (
        FIRST_MOMENT.year if low is None else low.isoformat(),
        LAST_MOMENT.year if high is None else high.isoformat(),
    )
