"""Cells of text, from a CSV file or made up, as JSON values of a type, and moments as such cells.

Numbers are written as they came; none passes through a float. What is no value of the type becomes
a text: the rules of `values` refuse it, and say why.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from core.pipeline.bounds import FIRST_MOMENT
from core.pipeline.types import FieldType
from core.text import _

UNITS = {
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
    "us": timedelta(microseconds=1),
}
_WHOLE = r"-?(?:0|[1-9][0-9]*)"
_PLAIN = re.compile(rf"{_WHOLE}(?:\.[0-9]+)?", re.ASCII)
_SHAPES = {
    "integer": re.compile(_WHOLE, re.ASCII),
    "decimal": _PLAIN,
    "timestamp": _PLAIN,
    "number": re.compile(rf"{_WHOLE}(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII),
    "boolean": re.compile("true|false", re.IGNORECASE),
}

exact_json = json.JSONDecoder(parse_float=Decimal).decode
"""Reads JSON; numbers with a fraction stay exact."""


def cell_json(cell: str, kind: FieldType) -> str:
    """Return a cell as JSON. Errors: ValueError with the reason."""
    if "\x00" in cell:
        raise ValueError(_("holds a zero byte"))
    if kind.kind == "json":
        return _json(cell)
    shape = _SHAPES.get(kind.kind) if kind.kind != "timestamp" or kind.epoch else None
    if shape is None or shape.fullmatch(cell) is None:
        return quoted(cell)
    return cell.lower() if kind.kind == "boolean" else cell


def cell_value(cell: str, kind: FieldType) -> object:
    """Return a cell as the rules of `values` take it. Errors: ValueError with the reason."""
    text = cell_json(cell, kind)
    return cell if text.startswith('"') else exact_json(text)


def quoted(text: str) -> str:
    """Return a text as JSON."""
    return json.dumps(text, ensure_ascii=False)


def _json(cell: str) -> str:
    try:
        json.loads(cell)
    except (ValueError, RecursionError):
        raise ValueError(_("not JSON")) from None
    return cell.strip()


def moment_cell(moment: datetime, kind: FieldType) -> str:
    """Return a moment as a cell of a type of times."""
    if kind.epoch:
        return str((moment - FIRST_MOMENT) // UNITS[kind.epoch])
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
