"""`raw_vs_prod_counts`: every order that raw events name is in `orders`, and no other.

The original compared two totals, which any duplicate upsets and which hide a loss that a duplicate
makes up for. Here the sets of order ids are compared, both ways.

An order without a raw event is a FAIL: rows of `orders` come from raw events alone, and those are
never deleted. One exception is a WARN: no raw event at all, as after the raw table was emptied on
purpose; whether that was a loss is for `reconciliation`, which knows the offsets.
"""

from core.text import _, ngettext
from core.text.figures import count
from core.validation.context import CheckContext, nothing_to_check
from core.validation.in_flight import merge_backlog
from core.validation.model import CheckResult, Status

NAME = "raw_vs_prod_counts"
_FIGURES = (
    "raw_count",
    "quarantined",
    "merge_backlog",
    "raw_orders",
    "prod_count",
    "prod_orders",
    "missing_in_prod",
    "surplus_in_prod",
)


def check(context: CheckContext) -> CheckResult:
    """Compare order ids of raw events and orders; report what waits for the merge."""
    row = context.one("validate_counts")
    figures = {name: int(value) for name, value in zip(_FIGURES, row, strict=True)}
    if not figures["raw_count"] and not figures["prod_count"]:
        return nothing_to_check(NAME, _("no raw events and no orders"), figures)
    waiting = merge_backlog(context, figures["merge_backlog"])
    status, messages = _judged(figures)
    rows = []
    if figures["missing_in_prod"] or figures["surplus_in_prod"]:
        rows = context.dicts("validate_counts_rows", ("fault", "order_id", "event_id"))
    if not messages:
        messages = [
            ngettext(
                "{count} order in raw events and in orders",
                "the same {count} orders in raw events and in orders",
                figures["prod_orders"],
            ).format(count=count(figures["prod_orders"]))
        ]
    if waiting.message:
        messages.append(waiting.message)
    return CheckResult.of(
        NAME,
        max(status, waiting.status),
        _("; ").join(messages),
        {**figures, "merge_waits_s": waiting.seconds},
        rows,
        remedies=waiting.remedies,
    )


def _judged(figures: dict[str, int]) -> tuple[Status, list[str]]:
    status, messages = Status.PASS, []
    missing, surplus = figures["missing_in_prod"], figures["surplus_in_prod"]
    if missing:
        status = Status.FAIL
        messages.append(
            ngettext(
                "{count} order of merged raw events is missing in orders",
                "{count} orders of merged raw events are missing in orders",
                missing,
            ).format(count=count(missing))
        )
    if surplus and not figures["raw_count"]:
        status = max(status, Status.WARN)
        messages.append(_("orders without any raw event: was the raw table emptied?"))
    elif surplus:
        status = Status.FAIL
        messages.append(
            ngettext(
                "{count} order has no raw event", "{count} orders have no raw event", surplus
            ).format(count=count(surplus))
        )
    return status, messages
