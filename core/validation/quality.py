"""`data_quality` and `nulls_and_ranges`: what is stored makes sense.

`data_quality` holds the rules of the original (empty ids, negative prices, quantities below one):
any breach is a FAIL. `nulls_and_ranges` looks at every table: impossible values are a FAIL, those
that are merely incomplete or unlikely a WARN.
"""

from datetime import timedelta
from decimal import Decimal

from core.text import _
from core.text.figures import count
from core.validation.context import CheckContext, nothing_to_check
from core.validation.model import CheckResult, Status, bound

QUALITY = "data_quality"
RANGES = "nulls_and_ranges"

_CLOCK_TOLERANCE = timedelta(days=1)
"""How far in the future a sale may lie: clocks differ, and so did time zones at the source."""

_ORDER_KEYS = ("order_id", "product_id", "customer_id", "quantity", "unit_price", "sold_at")
_RANGE_FIGURES = (
    "orders",
    "customers",
    "inventory",
    "orders_missing_values",
    "customers_missing_ids",
    "inventory_missing_ids",
    "negative_prices",
    "negative_stock",
    "prices_above_max",
    "quantities_above_max",
    "sold_in_future",
    "customers_incomplete",
    "inventory_incomplete",
)
_IMPOSSIBLE = _RANGE_FIGURES[3:8]
_UNLIKELY = _RANGE_FIGURES[8:]


def check_quality(context: CheckContext) -> CheckResult:
    """Count orders with empty ids, negative prices or quantities below one."""
    total, empty, negative, invalid = (int(value) for value in context.one("validate_quality"))
    issues = []
    if empty:
        issues.append(_("orders with an empty id: {count}").format(count=count(empty)))
    if negative:
        issues.append(_("orders with a negative price: {count}").format(count=count(negative)))
    if invalid:
        issues.append(_("orders with a quantity below one: {count}").format(count=count(invalid)))
    figures = {
        "orders": total,
        "null_ids": empty,
        "negative_prices": negative,
        "invalid_quantities": invalid,
        "issues": issues,
        "total_issues": len(issues),
    }
    if not total:
        return nothing_to_check(QUALITY, _("no orders"), figures)
    if issues:
        rows = context.dicts("validate_quality_rows", _ORDER_KEYS)
        return CheckResult.of(QUALITY, Status.FAIL, _("; ").join(issues), figures, rows)
    message = _("ids, prices and quantities of all orders are sound")
    return CheckResult.of(QUALITY, Status.PASS, message, figures)


def check_ranges(context: CheckContext) -> CheckResult:
    """Count absent, impossible and unlikely values in orders, customers and inventory."""
    limits = context.thresholds
    parameters = [
        str(Decimal(str(limits.price_max))),
        limits.quantity_max,
        bound(context.now + _CLOCK_TOLERANCE),
    ]
    row = context.one("validate_ranges", parameters)
    figures = {name: int(value) for name, value in zip(_RANGE_FIGURES, row, strict=True)}
    empty = [table for table in ("orders", "customers", "inventory") if not figures[table]]
    impossible = {name: figures[name] for name in _IMPOSSIBLE if figures[name]}
    unlikely = {name: figures[name] for name in _UNLIKELY if figures[name]}
    if not impossible and not unlikely:
        if empty:
            what = _("no rows in {list}").format(list=", ".join(empty))
            return nothing_to_check(RANGES, what, figures)
        message = _("no value is absent or out of range")
        return CheckResult.of(RANGES, Status.PASS, message, figures)
    found = impossible | unlikely
    message = _("values absent or out of range: {list}").format(
        list=", ".join(f"{name} {count}" for name, count in found.items())
    )
    rows = context.dicts("validate_ranges_rows", ("table", "id", "rule", "found"), parameters)
    status = Status.FAIL if impossible else Status.WARN
    return CheckResult.of(RANGES, status, message, figures, rows)
