"""Reference tables (customers, inventory) from CSV files, read by DuckDB's own reader."""

import re
from collections.abc import Callable
from pathlib import Path

import duckdb

from core.errors import InputError
from core.text import _, clean
from core.text.system import why

_COLUMNS = {
    "customers": {
        "id": "VARCHAR",
        "name": "VARCHAR",
        "email": "VARCHAR",
        "city": "VARCHAR",
        "country": "VARCHAR",
    },
    "inventory": {
        "id": "VARCHAR",
        "product_name": "VARCHAR",
        "category": "VARCHAR",
        "price": "DECIMAL(10, 2)",
        "stock_quantity": "INTEGER",
    },
}
_LINE = re.compile(r"line:? (\d+)", re.IGNORECASE)


def load(
    cursor: duckdb.DuckDBPyConnection, sql: Callable[[str], str], table: str, csv_file: Path
) -> int:
    """Replace rows of the same id by those of a file; return rows now in the table.

    Errors: InputError with file and line; nothing is changed then (the caller rolls back).
    """
    _check_header(csv_file, list(_COLUMNS[table]))
    try:
        cursor.execute(
            "CREATE OR REPLACE TEMP TABLE staged_reference AS SELECT * FROM read_csv("
            "$file, header = true, delim = ',', quote = '\"', escape = '\"', encoding = 'utf-8',"
            " nullstr = '', columns = $columns, strict_mode = true, max_line_size = 1048576,"
            " auto_detect = false)",
            {"file": str(csv_file), "columns": _COLUMNS[table]},
        )
    except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
        raise _unusable(csv_file, error) from error
    cursor.execute(sql("check_reference"))
    bad = cursor.fetchone()
    if bad is not None:
        raise InputError(
            _("{file}: id {id} is missing or appears more than once").format(
                file=clean(csv_file), id=repr(clean(bad[0], 80))
            ),
            hint=_("mend the file, or generate it again with `dropship --run seed`"),
        )
    cursor.execute(sql(f"replace_{table}"))
    cursor.execute(sql(f"insert_{table}"))
    counted = cursor.execute(sql(f"count_{table}")).fetchone()
    cursor.execute("DROP TABLE staged_reference")
    return int(counted[0]) if counted else 0


def _check_header(csv_file: Path, expected: list[str]) -> None:
    """Refuse what is no such file, with a word on why."""
    hint = _("generate it with `dropship --run seed`, or name its folder with --input")
    try:
        with csv_file.open(encoding="utf-8-sig", newline="") as text:
            header = text.readline(65_536).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = why(error) if isinstance(error, OSError) else _("not UTF-8 text")
        raise InputError(
            _("cannot read {file}: {reason}").format(file=clean(csv_file), reason=reason),
            hint=hint,
        ) from error
    found = [name.strip('"') for name in header.split(",")]
    if found != expected:
        raise InputError(
            _("{file}, line 1: the columns are {found}, expected {expected}").format(
                file=clean(csv_file), found=clean(header or "-", 200), expected=",".join(expected)
            ),
            hint=hint,
        )


def _unusable(csv_file: Path, error: duckdb.Error) -> InputError:
    """Return the reader's complaint with its line."""
    lines = str(error).splitlines()
    match = _LINE.search(str(error))
    where = _(", line {line}").format(line=match.group(1)) if match else ""
    told = [line for line in lines[1:] if line.strip() and not line.startswith("Original Line")]
    reason = told[0] if told else lines[0]
    return InputError(
        _("{file}{where}: {reason}").format(
            file=clean(csv_file), where=where, reason=clean(reason, 300)
        ),
        hint=_("mend the file, or generate it again with `dropship --run seed`"),
    )
