"""`duplicates`: every event, record coordinate, order, customer and product stands once.

The warehouses enforce no primary keys (DuckDB for speed, Snowflake by design), so this check does.
"""

from core.text import _
from core.text.figures import count
from core.validation.context import CheckContext, nothing_to_check
from core.validation.model import CheckResult, Status

NAME = "duplicates"
_STATEMENTS = ("validate_duplicate_events", "validate_duplicate_records", "validate_duplicates")
_FIGURES = {
    "orders_events.event_id": "raw_duplicates",
    "orders_events.coordinates": "coordinate_duplicates",
    "orders.id": "prod_duplicates",
    "customers.id": "customer_duplicates",
    "inventory.id": "product_duplicates",
}


def check(context: CheckContext) -> CheckResult:
    """Count keys that stand more than once."""
    rows = [row for name in _STATEMENTS for row in context.warehouse.rows(name)]
    found = {str(key): int(number) for key, number in rows}
    total = found.pop("total")
    figures = {figure: found[key] for key, figure in _FIGURES.items()}
    wrong = [
        _("{key}: {count}").format(key=key, count=count(found[key]))
        for key in _FIGURES
        if found[key]
    ]
    if wrong:
        copies = context.dicts("validate_duplicates_rows", ("key", "value", "copies"))
        message = _("keys that stand more than once: {list}").format(list=", ".join(wrong))
        return CheckResult.of(NAME, Status.FAIL, message, figures, copies)
    if not total:
        return nothing_to_check(NAME, _("no raw events and no orders"), figures)
    return CheckResult.of(NAME, Status.PASS, _("every key stands once"), figures)
