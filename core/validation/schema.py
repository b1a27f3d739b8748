"""`schema`: every table and column is there, with its type.

What is expected is what the statements say that make the tables (`core.warehouse.tables`).
"""

from collections.abc import Collection

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


def is_older(found: CheckResult, events: str, kept: Collection[str]) -> bool:
    """Return whether nothing is wrong but that the tables were made by an earlier version.

    Earlier versions lack columns that came later, and the tables of the figures that the merge
    keeps. events: the table of raw events; kept: those tables.
    """
    added = {*later_columns(events), *kept}
    figures = found.figures
    columns, tables = figures["missing_columns"], figures["missing_tables"]
    if not isinstance(columns, list) or not isinstance(tables, list) or figures["wrong_types"]:
        return False
    lacking = {*columns, *tables}
    return bool(lacking) and added >= lacking


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
