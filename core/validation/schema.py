"""`schema`: every table and column is there, with its type.

What is expected is what the statements say that make the tables (`core.warehouse.tables`).
"""

from core.remedies import SET_UP
from core.text import _, clean
from core.validation.context import CheckContext
from core.validation.model import CheckResult, Status
from core.warehouse.tables import later_columns

NAME = "schema"


def check(context: CheckContext) -> CheckResult:
    """Name tables and columns that are absent or have another type."""
    rows: list[dict[str, object]] = []
    tables: set[str] = set()
    missing: set[str] = set()
    columns: list[str] = []
    types: list[str] = []
    for one in context.warehouse.columns():
        tables.add(one.table)
        if not one.table_exists:
            missing.add(one.table)
        elif one.found != one.expected:
            (columns if one.found is None else types).append(f"{one.table}.{one.name}")
            rows.append(
                {
                    "table": one.table,
                    "column": one.name,
                    "expected": one.expected,
                    "found": one.found,
                }
            )
    rows[:0] = [
        {"table": table, "column": None, "expected": None, "found": None}
        for table in sorted(missing)
    ]
    figures = {
        "tables": len(tables),
        "missing_tables": sorted(missing),
        "missing_columns": columns,
        "wrong_types": types,
    }
    if not rows:
        message = _("all tables and columns are as expected")
        return CheckResult.of(NAME, Status.PASS, message, figures)
    return CheckResult.of(
        NAME,
        Status.FAIL,
        _message(sorted(missing), columns, types),
        figures,
        rows,
        remedies=(SET_UP,) if missing else (),
    )


def is_older(found: CheckResult, events: str) -> bool:
    """Return whether nothing is wrong but that the tables were made by an earlier version.

    events: the table of raw events.
    """
    added = set(later_columns(events))
    figures = found.figures
    lacking = figures["missing_columns"]
    return (
        isinstance(lacking, list)
        and bool(lacking)
        and added.issuperset(lacking)
        and not figures["missing_tables"]
        and not figures["wrong_types"]
    )


def _message(tables: list[str], columns: list[str], types: list[str]) -> str:
    parts = []
    if tables:
        parts.append(_("tables missing: {list}").format(list=_list(tables)))
    if columns:
        parts.append(_("columns missing: {list}").format(list=_list(columns)))
    if types:
        parts.append(_("columns of another type: {list}").format(list=_list(types)))
    return _("; ").join(parts)


def _list(names: list[str]) -> str:
    return clean(", ".join(names), 600)
