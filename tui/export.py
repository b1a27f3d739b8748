"""What a person takes out of the console: text for the clipboard, tables and pictures as files."""

import re
from datetime import datetime
from pathlib import Path

from core.errors import StorageError
from core.jobs.base import Table
from core.operations.base import PipelineController
from core.operations.history import HEADERS, rounded
from core.operations.snapshot import ControllerSnapshot
from core.operations.state_file import export_rows
from core.text import _, clean
from core.text.os_errors import os_reason
from tui.panes.base import Pane

_FONT = re.compile(r"@font-face\s*\{[^}]*\}\s*")


def text_of(pane: Pane) -> str:
    """Return what a pane shows, line by line."""
    return "\n".join(line.text.rstrip() for line in pane.lines).rstrip() + "\n"


def write_pane(pane: Pane, now: ControllerSnapshot, folder: Path) -> tuple[Path, Path]:
    """Write a pane's table as CSV and JSON, its lines where it has none. Errors: StorageError."""
    table = pane.table(now)
    if table is None:
        lines = text_of(pane).splitlines()
        table = Table(("line",), [(text,) for text in lines])
    return export_rows(folder, pane.export_name, now.at, table.headers, table.rows)


def write_history(controller: PipelineController, at: datetime, folder: Path) -> tuple[Path, Path]:
    """Write the samples of the last hours as CSV and JSON; reads and writes files."""
    rows = []
    for sample in controller.history():
        even = rounded(sample)
        values = (even.produced, even.consumed, even.lag, even.p50_ms, even.p95_ms, even.p99_ms)
        rows.append((f"{even.at:%Y-%m-%dT%H:%M:%SZ}", *values))
    return export_rows(folder, "history", at, HEADERS, rows)


def without_fonts(picture: str) -> str:
    """Return an SVG that loads nothing from the network: fonts are those of who looks at it."""
    return _FONT.sub("", picture)


def picture_file(folder: Path, at: datetime) -> Path:
    """Return where a picture of the screen goes. Errors: StorageError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            _("cannot write the screenshot to {folder}: {reason}").format(
                folder=clean(folder), reason=os_reason(error)
            )
        ) from error
    return folder / f"screen_{at:%Y%m%d_%H%M%S}.svg"
