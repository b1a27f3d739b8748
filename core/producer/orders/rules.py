"""Which rows of orders.csv may become events: the same rules that the consumer holds events to.

A row that the consumer would refuse is refused here, with its line number, where it can be fixed.
Whole columns are checked in Arrow; only rows that fail are looked at one by one, for the reason.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from core.producer.orders.encode import ORDER_COLUMNS, ORDER_SCHEMA
from core.text import _, clean

MAX_QUANTITY = 1_000_000

_ID = r"[A-Za-z0-9][A-Za-z0-9_.:\-]{0,63}"
_QUANTITY = r"[1-9][0-9]{0,6}"
_PRICE = r"(?:0|[1-9][0-9]{0,7})(?:\.[0-9]{1,2})?"
_EXACT_PRICE = r"(?:0|[1-9][0-9]{0,7})\.[0-9]{2}"
_YEAR = r"(?:19[7-9][0-9]|2[01][0-9]{2}|22[0-5][0-9]|226[01])"
_TIME = (
    _YEAR + r"-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
    r"(?:Z|[+\-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
_PATTERNS = {
    "id": _ID,
    "product_id": _ID,
    "customer_id": _ID,
    "quantity": _QUANTITY,
    "unit_price": _PRICE,
    "sold_at": _TIME,
}
_IN_ARROW = {name: rf"\A(?:{pattern})\z" for name, pattern in _PATTERNS.items()}
_IN_PYTHON = {name: re.compile(pattern, re.ASCII) for name, pattern in _PATTERNS.items()}
_EXACT_PRICE_IN_ARROW = rf"\A(?:{_EXACT_PRICE})\z"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANT = pa.timestamp("ns", "UTC")
"""Times as numbers, to compare and to shift; years 1970 to 2261 fit."""


def usable_rows(orders: pa.RecordBatch) -> pa.BooleanArray | None:
    """Return which rows keep all rules; None when all of them do."""
    usable: pa.BooleanArray = pc.match_substring_regex(orders.column("id"), _IN_ARROW["id"])
    for name in ORDER_COLUMNS[1:]:
        matches = pc.match_substring_regex(orders.column(name), _IN_ARROW[name])
        usable = pc.and_(usable, matches)
    if pc.all(usable, min_count=0).as_py() and _in_range(orders):
        return None
    rows = zip(*(column.to_pylist() for column in orders.columns), strict=True)
    # A date such as 30 February has the right shape: only the row itself tells.
    return pa.array(
        [
            fits and why_unusable(row) == ""
            for fits, row in zip(usable.to_pylist(), rows, strict=True)
        ],
        pa.bool_(),
    )


def unusable_id(ids: pa.StringArray) -> str | None:
    """Return the first of some ids that no event may bear; None when all may."""
    bad = ids.filter(pc.invert(pc.match_substring_regex(ids, _IN_ARROW["id"])))
    return str(bad[0].as_py()) if len(bad) else None


def _in_range(orders: pa.RecordBatch) -> bool:
    """Return whether rows of the right shape also have possible values."""
    if orders.num_rows == 0:
        return True
    try:
        instants = orders.column("sold_at").cast(INSTANT)
    except pa.ArrowInvalid:
        return False
    earliest = pc.min(instants.cast(pa.int64())).as_py()
    most = pc.max(orders.column("quantity").cast(pa.int32())).as_py()
    return bool(earliest >= 0 and most <= MAX_QUANTITY)


def with_exact_prices(orders: pa.RecordBatch) -> pa.RecordBatch:
    """Return usable orders with every price written with two decimals."""
    prices = orders.column("unit_price")
    exact = pc.match_substring_regex(prices, _EXACT_PRICE_IN_ARROW)
    if pc.all(exact, min_count=0).as_py():
        return orders
    columns = list(orders.columns)
    columns[ORDER_COLUMNS.index("unit_price")] = prices.cast(pa.decimal128(10, 2)).cast(pa.string())
    return pa.RecordBatch.from_arrays(columns, schema=ORDER_SCHEMA)


def why_unusable(row: tuple[str, ...]) -> str:
    """Return the first rule that a row breaks, for a person; empty when it breaks none.

    row: cells in the order of ORDER_COLUMNS.
    """
    for name, cell in zip(ORDER_COLUMNS, row, strict=True):
        if _IN_PYTHON[name].fullmatch(cell) is None or not _POSSIBLE[name](cell):
            if cell == "":
                return _("{column} is empty").format(column=name)
            return _("{column}: {cell} is not {expected}").format(
                column=name, cell=repr(clean(cell, 60)), expected=_expected(name)
            )
    return ""


def _any(_cell: str) -> bool:
    return True


def _possible_time(cell: str) -> bool:
    try:
        return datetime.fromisoformat(cell) >= _EPOCH
    except (ValueError, OverflowError):
        return False


def _possible_quantity(cell: str) -> bool:
    return int(cell) <= MAX_QUANTITY


def _possible_price(cell: str) -> bool:
    return Decimal(cell) >= 0


_POSSIBLE: dict[str, Callable[[str], bool]] = {
    "id": _any,
    "product_id": _any,
    "customer_id": _any,
    "quantity": _possible_quantity,
    "unit_price": _possible_price,
    "sold_at": _possible_time,
}


def _expected(column: str) -> str:
    """Return what a column must hold, for a person."""
    if column == "quantity":
        return _("a whole number from 1 to 1000000")
    if column == "unit_price":
        return _("a price from 0.00 to 99999999.99 with at most two decimals")
    if column == "sold_at":
        return _("a time with its zone, such as 2024-05-31T12:30:00Z")
    return _("an id of 1 to 64 letters, digits, _ . : -")
