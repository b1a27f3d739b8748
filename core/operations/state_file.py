"""What the console exports: files in the data directory."""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from core.errors import StorageError
from core.text import _, clean
from core.text.os_errors import os_reason


def export_rows(
    folder: Path,
    name: str,
    at: datetime,
    headers: Sequence[str],
    rows: Sequence[Sequence[object]],
) -> tuple[Path, Path]:
    """Write a table as CSV and as JSON (a list of objects); return both files.

    Cells that a spreadsheet would take for a formula get an apostrophe in front, in CSV only.
    Errors: StorageError.
    """
    stem = f"{name}_{at:%Y%m%d_%H%M%S}_{at.microsecond // 1000:03d}"
    table, objects = folder / f"{stem}.csv", folder / f"{stem}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with table.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(headers)
            writer.writerows([_cell(value) for value in row] for row in rows)
        listed: list[Mapping[str, object]] = [dict(zip(headers, row, strict=True)) for row in rows]
        objects.write_text(
            json.dumps(listed, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8"
        )
    except OSError as error:
        raise unwritten(folder, error) from error
    return table, objects


def unwritten(folder: Path, error: OSError) -> StorageError:
    """Return that an export could not be written to a folder."""
    return StorageError(
        _("cannot write the export to {folder}: {reason}").format(
            folder=clean(folder), reason=os_reason(error)
        ),
        hint=_("make room or choose another --data-dir"),
    )


def _cell(value: object) -> object:
    """https://owasp.org/www-community/attacks/CSV_Injection."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return "" if value is None else value
