"""`referential_integrity`: every order has its customer and its product."""

from core.remedies import LOAD
from core.text import _, ngettext
from core.text.figures import count, percent
from core.validation.context import CheckContext, fraction, nothing_to_check, over
from core.validation.model import CheckResult, Status

NAME = "referential_integrity"


def check(context: CheckContext) -> CheckResult:
    """Count orders whose customer or product no table knows, against the thresholds."""
    row = (int(value) for value in context.one("validate_references"))
    orders, no_customer, no_product, orphans, customers, products = row
    share = fraction(orphans, orders)
    figures = {
        "orders": orders,
        "orphans": orphans,
        "orphan_fraction": round(share, 6),
        "without_customer": no_customer,
        "without_product": no_product,
        "customers": customers,
        "products": products,
    }
    if not orders:
        return nothing_to_check(NAME, _("no orders"), figures)
    status = over(share, context.thresholds.orphans_warn, context.thresholds.orphans_fail)
    if not orphans:
        message = _("every order has its customer and its product")
        return CheckResult.of(NAME, Status.PASS, message, figures)
    message = ngettext(
        "{count} order ({share}) without its customer or product",
        "{count} orders ({share}) without their customer or product",
        orphans,
    ).format(count=count(orphans), share=percent(share))
    remedies = () if customers and products else (LOAD,)
    rows = context.dicts(
        "validate_references_rows", ("order_id", "missing_customer", "missing_product")
    )
    return CheckResult.of(NAME, status, message, figures, rows, remedies=remedies)
