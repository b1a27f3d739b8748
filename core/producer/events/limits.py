"""How small and how large the values of a field may be."""

from datetime import UTC, date, datetime
from decimal import Context, Decimal

from core.pipeline.fields import EventField

MAX_INTEGER = 2**63 - 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_MOMENT = datetime(2261, 12, 31, 23, 59, 59, tzinfo=UTC)
_EXACT = Context(prec=200)

Bounds = tuple[Decimal, Decimal]


def number_bounds(field: EventField) -> Bounds:
    """Return the least and the most that a field of numbers can be."""
    kind = field.type
    most = Decimal(MAX_INTEGER)
    if kind.kind == "decimal":
        most = Decimal(10**kind.precision - 1).scaleb(-kind.scale, _EXACT)
    elif kind.kind == "number":
        most = Decimal("1.7e308")
    least = -most
    if isinstance(field.min, Decimal):
        least = max(least, field.min)
    if isinstance(field.max, Decimal):
        most = min(most, field.max)
    return least, most


def moment_bounds(field: EventField) -> tuple[datetime, datetime]:
    """Return the first and the last moment that a field of times can be."""
    first, last = _moment_of(field.min), _moment_of(field.max)
    return max(EPOCH, first or EPOCH), min(LAST_MOMENT, last or LAST_MOMENT)


def day_bounds(field: EventField) -> tuple[date, date]:
    """Return the first and the last day that a field of dates can be."""
    first, last = _moment_of(field.min), _moment_of(field.max)
    return (first.date() if first else date.min, last.date() if last else date.max)


def _moment_of(bound: object) -> datetime | None:
    if isinstance(bound, datetime):
        return bound if bound.tzinfo is not None else bound.replace(tzinfo=UTC)
    if isinstance(bound, date):
        return datetime(bound.year, bound.month, bound.day, tzinfo=UTC)
    return None
