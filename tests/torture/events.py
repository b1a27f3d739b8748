"""What is published: each record follows from its partition and offset alone.

So the audit needs no copy of what was sent: it makes every record again and compares. In ten
records of a partition eight are new orders; the next is an older version of the fifth of them, the
last a newer one. One record in a hundred cannot be used.
"""

from datetime import datetime
from decimal import Decimal

Order = tuple[str, str, str, int, Decimal, datetime]
"""id, product_id, customer_id, quantity, unit_price, sold_at (UTC, naive)."""

_FORM = (
    '{"event_type":"order_created","order":{"id":"%s","product_id":"PROD_%06d",'
    '"customer_id":"CUST_%06d","quantity":%d,"unit_price":%d.%02d,'
    '"sold_at":"2024-05-06T%02d:00:00.000Z"},"timestamp":"2024-05-06T10:%02d:%02d.123Z"}'
)
_OLDER, _NEWER = 8, 9
_VERSIONED = 4


def is_broken(offset: int) -> bool:
    """Return whether the record cannot be used."""
    return offset % 100 == 7


def order_id(partition: int, offset: int) -> str:
    """Return the id of the order that a record made or changes."""
    turn = offset % 10
    made_at = offset - turn + _VERSIONED if turn in {_OLDER, _NEWER} else offset
    return f"T{partition}_{made_at:010d}"


def value(partition: int, offset: int) -> bytes:
    """Return the record."""
    if is_broken(offset):
        return b'{"event_type":"order_created","order":{"id":"%d-%d"' % (partition, offset)
    fields = _fields(partition, offset)
    return (_FORM % (order_id(partition, offset), *fields, offset // 60 % 60, offset % 60)).encode()


def _fields(partition: int, offset: int) -> tuple[int, int, int, int, int, int]:
    number = offset * 7 + partition
    hour = {_OLDER: 7, _NEWER: 9}.get(offset % 10, 8)
    return (
        number % 200 + 1,
        number % 1000 + 1,
        number % 5 + 1,
        number % 190 + 10,
        number % 100,
        hour,
    )


def expected(partition: int, made_at: int, end: int) -> Order:
    """Return the order that a record made, as it must be when the partition ends at `end`."""
    newest = made_at
    if made_at % 10 == _VERSIONED and made_at - _VERSIONED + _NEWER < end:
        newest = made_at - _VERSIONED + _NEWER
    product, customer, quantity, whole, cents, hour = _fields(partition, newest)
    return (
        order_id(partition, made_at),
        f"PROD_{product:06d}",
        f"CUST_{customer:06d}",
        quantity,
        Decimal(f"{whole}.{cents:02d}"),
        datetime(2024, 5, 6, hour),  # noqa: DTZ001 - as DuckDB gives it
    )


def makes_an_order(offset: int) -> bool:
    """Return whether a record is the first version of an order."""
    return offset % 10 < _OLDER and not is_broken(offset)
