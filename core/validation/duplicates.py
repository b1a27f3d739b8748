"""`duplicates`: every event, record coordinate, and key of the pipeline's tables stands once.

The warehouses enforce no primary keys (DuckDB for speed, Snowflake by design), so this check does.
"""

from collections.abc import Iterator

from core.text import _
from core.text.number_format import count
from core.validation.context import CheckContext, nothing_to_check
from core.validation.model import CheckResult, Status

NAME = "duplicates"
_STATEMENTS = ("validate_duplicate_events", "validate_duplicate_records", "validate_duplicates")


def check(context: CheckContext) -> CheckResult:
    """Count keys that stand more than once."""
    found: dict[str, int] = {}
    figures: dict[str, int] = {}
    for key, figure, copies in _counted(context):
        found[key] = figures[figure] = copies
    wrong = [
        _("{key}: {count}").format(key=key, count=count(copies))
        for key, copies in found.items()
        if copies
    ]
    if wrong:
        rows = context.dicts("validate_duplicates_rows", ("key", "value", "copies"))
        message = _("duplicate keys: {list}").format(list=", ".join(wrong))
        return CheckResult.of(NAME, Status.FAIL, message, figures, rows)
    raw_events, rows_stored, _letters = context.one("validate_totals")
    if not raw_events and not rows_stored:
        what = _("no raw events and no {rows}").format(rows=context.definition.row.plural)
        return nothing_to_check(NAME, what, figures)
    return CheckResult.of(NAME, Status.PASS, _("no duplicate keys"), figures)


def _counted(context: CheckContext) -> Iterator[tuple[str, str, int]]:
    """Yield each key as `table.column`, the name of its figure, and how many appear twice.

    A query that names no figures counts `<table>_duplicates`.
    """
    for statement in _STATEMENTS:
        for key, *names, copies in context.warehouse.rows(statement):
            table, _dot, _column = str(key).partition(".")
            yield str(key), str(names[0]) if names else f"{table}_duplicates", int(copies)
