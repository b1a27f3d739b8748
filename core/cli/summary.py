"""Lays out a summary for a person: lines, then tables with numbers to the right."""

from collections.abc import Sequence
from decimal import Decimal

from core.jobs.base import Summary, Table
from core.text import clean
from core.text.number_format import count, decimal

_CELL, _LAST = 60, 200


def render(summary: Summary) -> str:
    """Return a summary as text, every line harmless, with a line end after the last."""
    blocks = ["\n".join(clean(line) for line in summary.lines)] if summary.lines else []
    blocks.extend(_table(table) for table in summary.tables if table.rows)
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _table(table: Table) -> str:
    from tabulate import tabulate  # noqa: PLC0415 - only a person needs it

    # The last column may run on: nothing stands to its right.
    rows = [
        [_cell(value, _CELL if place < len(row) - 1 else _LAST) for place, value in enumerate(row)]
        for row in table.rows
    ]
    text = tabulate(
        rows,
        headers=[clean(header, _CELL) for header in table.headers],
        tablefmt="simple",
        colalign=_alignment(table),
        disable_numparse=True,
    )
    return f"{clean(table.title)}\n{text}" if table.title else text


def _cell(value: object, limit: int) -> str:
    if value is None:
        return "-"
    if isinstance(value, int) and not isinstance(value, bool):
        return count(value)
    if isinstance(value, Decimal):
        return decimal(value, 2)
    return clean(value, limit)


def _alignment(table: Table) -> Sequence[str]:
    """Return `right` for columns that hold only numbers (or nothing), else `left`."""
    columns = zip(*table.rows, strict=False)
    return ["right" if all(_is_number(value) for value in column) else "left" for column in columns]


def _is_number(value: object) -> bool:
    if value is None:
        return True
    if isinstance(value, str):
        return value.replace(".", "", 1).lstrip("-").isdigit()
    return not isinstance(value, bool) and hasattr(value, "__add__") and hasattr(value, "__mul__")
