"""How far the values of a field reach: the bounds of its definition within those of its type."""

import math
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal

from core.pipeline.fields import FieldRules

FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
LAST_MOMENT = datetime(2262, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MAX_DIGITS = 38
"""Of one decimal, as both warehouses hold it."""

_LEAST_INTEGER, _MOST_INTEGER = Decimal(-(2**63)), Decimal(2**63 - 1)
_EXACT = Context(prec=4 * MAX_DIGITS)


def microseconds(moment: datetime) -> int:
    """Return a moment as microseconds since 1970 UTC; one without a zone is UTC."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return (aware - FIRST_MOMENT) // MICROSECOND


def moment_bounds(field: FieldRules) -> tuple[int, int]:
    """Return the first and the last moment that a timestamp can be, microseconds since 1970."""
    low, high = (as_moment(bound) for bound in (field.min, field.max))
    return (
        max(0, 0 if low is None else microseconds(low)),
        min(microseconds(LAST_MOMENT), microseconds(LAST_MOMENT if high is None else high)),
    )


def decimal_bounds(field: FieldRules) -> tuple[Decimal, Decimal]:
    """Return the smallest and the largest value of a decimal, as its column holds them."""
    scale = field.type.scale
    limit = Decimal(10**field.type.precision - 1).scaleb(-scale, _EXACT)
    low = _number(field.min, -limit)
    high = _number(field.max, limit)
    return max(_scaled(low, scale), -limit), min(_scaled(high, scale), limit)


def integer_bounds(field: FieldRules) -> tuple[int, int]:
    """Return the smallest and the largest value of an integer."""
    low = max(_number(field.min, _LEAST_INTEGER), _LEAST_INTEGER)
    high = min(_number(field.max, _MOST_INTEGER), _MOST_INTEGER)
    return math.ceil(low), math.floor(high)


def number_bounds(field: FieldRules) -> tuple[float, float]:
    """Return the smallest and the largest value of a number."""
    most = sys.float_info.max
    low, high = field.min, field.max
    return (
        max(float(low), -most) if isinstance(low, Decimal) else -most,
        min(float(high), most) if isinstance(high, Decimal) else most,
    )


def date_bounds(field: FieldRules) -> tuple[date, date]:
    """Return the first and the last day that a date can be."""
    low, high = field.min, field.max
    return (
        low if isinstance(low, date) else date.min,
        high if isinstance(high, date) else date.max,
    )


def as_moment(bound: object) -> datetime | None:
    """Return a bound as a moment; a day begins at midnight UTC."""
    if isinstance(bound, datetime):
        return bound
    return datetime(bound.year, bound.month, bound.day) if isinstance(bound, date) else None  # noqa: DTZ001


def _number(bound: object, otherwise: Decimal) -> Decimal:
    return bound if isinstance(bound, Decimal) else otherwise


def _scaled(bound: Decimal, scale: int) -> Decimal:
    """Return a bound with the decimals of its column, where it has no more of them."""
    if len(bound.as_tuple().digits) > MAX_DIGITS or abs(bound.adjusted()) > MAX_DIGITS:
        return bound
    scaled = bound.quantize(Decimal(1).scaleb(-scale), context=_EXACT)
    return scaled if scaled == bound else bound
