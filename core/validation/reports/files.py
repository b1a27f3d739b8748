"""Writes reports under names that never meet, whole or not at all.

Two runs in one second get different names, and a reader never sees half a file: each is written
beside its place and renamed into it.
"""

import secrets
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

from core.errors import StorageError, UsageError
from core.files import replace_file
from core.text import _, clean
from core.text.os_errors import os_reason
from core.validation.model import ValidationResult
from core.validation.reports.json_report import json_report

FORMATS = ("json", "html", "junit")
"""Formats a report can have."""

_ENDINGS = {"json": "json", "html": "html", "junit": "xml"}


def write_reports(
    result: ValidationResult, folder: Path, formats: Sequence[str], *, strict: bool = False
) -> list[Path]:
    """Write a report in each format; return the files, in the order of `formats`.

    Names are `validate_report_YYYYMMDD_HHMMSS_<8 hex digits>.json`, `.html`, `.xml`, the time that
    of the run in UTC. strict: WARN counts as a failure in JUnit.
    Errors: UsageError for an unknown format; StorageError (disk full, no permission).
    """
    texts = {name: _rendered(result, name, strict=strict) for name in formats}
    stamp = result.run_at.astimezone(UTC).strftime("%Y%m%d_%H%M%S")
    stem = f"validate_report_{stamp}_{secrets.token_hex(4)}"
    written = []
    for name, text in texts.items():
        file = folder / f"{stem}.{_ENDINGS[name]}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            replace_file(file, text.encode())
        except OSError as error:
            raise StorageError(
                _("cannot write the report {file}: {reason}").format(
                    file=clean(file), reason=os_reason(error)
                ),
                hint=_("make room, or name a folder you may write with --reports-dir"),
            ) from error
        written.append(file)
    return written


def _rendered(result: ValidationResult, name: str, *, strict: bool) -> str:
    if name == "json":
        return json_report(result)
    # Each format loads its library only when it is asked for.
    if name == "html":
        from core.validation.reports.html_report import html_report  # noqa: PLC0415

        return html_report(result)
    if name == "junit":
        from core.validation.reports.junit_report import junit_report  # noqa: PLC0415

        return junit_report(result, strict=strict)
    raise UsageError(
        _("no report format {name}").format(name=repr(clean(name, 40))),
        hint=_("use one or more of {formats}").format(formats=",".join(FORMATS)),
    )
