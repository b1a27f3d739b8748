"""`raw_vs_prod_counts`: every key that raw events name has its row, and no other key has one.

Two totals would not do: any duplicate upsets them, and they hide a loss that a duplicate makes up
for. So the sets of keys are compared, both ways.

A row without a raw event is a FAIL: rows come from raw events alone, and those are
never deleted. One exception is a WARN: no raw event at all, as after the raw table was emptied on
purpose; whether that was a loss is for `reconciliation`, which knows the offsets.
"""

from core.pipeline import Definition
from core.text import _, ngettext
from core.text.number_format import count
from core.validation.context import CheckContext, nothing_to_check
from core.validation.model import CheckResult, Status
from core.validation.pending import merge_backlog

NAME = "raw_vs_prod_counts"
_FIGURES = (
    "raw_count",
    "quarantined",
    "merge_backlog",
    "raw_{rows}",
    "prod_count",
    "prod_{rows}",
    "missing_in_prod",
    "surplus_in_prod",
)
"""In the order of the query; `{rows}`: the table of rows."""


def check(context: CheckContext) -> CheckResult:
    """Compare keys of raw events and of rows; report what waits for the merge."""
    definition, words = context.definition, context.definition.row
    table = definition.tables.rows
    names = [name.format(rows=table) for name in _FIGURES]
    row = context.one("validate_counts")
    figures = {name: int(value) for name, value in zip(names, row, strict=True)}
    if not figures["raw_count"] and not figures["prod_count"]:
        what = _("no raw events and no {rows}").format(rows=words.plural)
        return nothing_to_check(NAME, what, figures)
    waiting = merge_backlog(context, figures["merge_backlog"])
    status, messages = _judged(figures, definition)
    rows = []
    if figures["missing_in_prod"] or figures["surplus_in_prod"]:
        rows = context.dicts("validate_counts_rows", ("fault", definition.key_name, "event_id"))
    stored = figures[f"prod_{table}"]
    if not messages:
        messages = [
            ngettext(
                "{count} {rows} in raw events and in {table}",
                "the same {count} {rows} in raw events and in {table}",
                stored,
            ).format(count=count(stored), rows=words.of(stored), table=table)
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


def _judged(figures: dict[str, int], definition: Definition) -> tuple[Status, list[str]]:
    status, messages = Status.PASS, []
    words = definition.row
    missing, surplus = figures["missing_in_prod"], figures["surplus_in_prod"]
    if missing:
        status = Status.FAIL
        messages.append(
            ngettext(
                "{count} {rows} of merged raw events is missing in {table}",
                "{count} {rows} of merged raw events are missing in {table}",
                missing,
            ).format(count=count(missing), rows=words.of(missing), table=definition.tables.rows)
        )
    if surplus and not figures["raw_count"]:
        status = max(status, Status.WARN)
        messages.append(
            _("{rows} without any raw event: was the raw table emptied?").format(rows=words.plural)
        )
    elif surplus:
        status = Status.FAIL
        messages.append(
            ngettext(
                "{count} {rows} has no raw event", "{count} {rows} have no raw event", surplus
            ).format(count=count(surplus), rows=words.of(surplus))
        )
    return status, messages
