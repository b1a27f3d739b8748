"""Small files of the console in the data directory: what it remembers, and what it exports."""

import csv
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from core.errors import StorageError
from core.files import replace_file
from core.text import _, clean
from core.text.os_errors import os_reason


class StateFile:
    """Choices of the person (a theme, say) as one JSON object. A lost one is no error."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> dict[str, str]:
        """Return what is remembered; nothing where the file is missing or damaged."""
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(found, dict):
            return {}
        return {str(key): value for key, value in found.items() if isinstance(value, str)}

    def remember(self, **choices: str) -> None:
        """Add choices; a folder that cannot be written costs the memory and nothing else."""
        text = json.dumps({**self.read(), **choices}, indent=2) + "\n"
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._file, text.encode())


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
