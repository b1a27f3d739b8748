"""The last validation that was stored: its verdict from the warehouse, its checks from its report.

What an earlier process found stays the verdict until somebody checks again.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from core.clock import utc
from core.config import Thresholds
from core.pipeline import Definition, builtin
from core.pipeline.definition import RowWords
from core.text import clean
from core.validation import freshness
from core.validation.history import PastRun, past_runs
from core.validation.model import Aging, CheckResult, Status, ValidationResult, shown
from core.warehouse.base import Warehouse

_MOST_BYTES = 16_000_000
_OTHER_FORMATS = (".html", ".xml")

_TOLD = frozenset({"status", "message", "hint", "rows"})
"""What a check tells besides its figures."""


def last_run(
    warehouse: Warehouse, limits: Thresholds, reports: Path, definition: Definition | None = None
) -> tuple[ValidationResult, tuple[Path, ...]] | None:
    """Return the last stored validation and those of its reports that are still there.

    None: none is stored. Without its report it has a status and totals, and no checks.
    reports: where reports are looked for that were stored under another working directory.
    definition: of the pipeline; default orders.
    Errors: WarehouseError.
    """
    words = (definition or builtin().definition).row
    runs = past_runs(warehouse, 1)
    if not runs:
        return None
    run, file = runs[0], Path(runs[0].report)
    if not file.is_file():
        file = reports / file.name
    report = _report(file) if run.report else {}
    status = Status.__members__.get(run.status, Status.ERROR)
    elapsed = report.get("elapsed_s")
    result = ValidationResult(
        run.run_at,
        status,
        _checks(report, run, limits, words),
        float(elapsed) if isinstance(elapsed, (int, float)) else 0.0,
        run.totals,
    )
    if not report:
        return result, ()
    others = (file.with_suffix(ending) for ending in _OTHER_FORMATS)
    return result, (file, *(other for other in others if other.is_file()))


def _report(file: Path) -> Mapping[str, object]:
    """Return a report, empty when it is gone or no report."""
    try:
        if file.stat().st_size > _MOST_BYTES:
            return {}
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _checks(
    report: Mapping[str, object], run: PastRun, limits: Thresholds, words: RowWords
) -> tuple[CheckResult, ...]:
    """Return the checks of a report; none when it is that of another run."""
    checks = report.get("checks")
    if not isinstance(checks, dict) or report.get("status") != run.status:
        return ()
    return tuple(
        _check(name, told, limits, words) for name, told in checks.items() if isinstance(told, dict)
    )


def _check(
    name: str, told: Mapping[str, object], limits: Thresholds, words: RowWords
) -> CheckResult:
    status = Status.__members__.get(str(told.get("status")), Status.ERROR)
    listed = told.get("rows")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    figures = {key: told[key] for key in told if key not in _TOLD}
    return CheckResult(
        clean(name, 80),
        status,
        clean(told.get("message") or "", 2_000),
        {clean(key, 80): shown(value) for key, value in figures.items()},
        tuple({clean(key, 80): shown(value) for key, value in row.items()} for row in rows),
        aging=_aging(name, status, figures, limits, words),
        advice=clean(told.get("hint") or "", 2_000),
    )


def _aging(
    name: str,
    status: Status,
    figures: Mapping[str, object],
    limits: Thresholds,
    words: RowWords,
) -> Aging | None:
    """Return what makes the age in a message grow on."""
    newest = figures.get(freshness.newest_figure(words))
    if name != freshness.NAME or not isinstance(newest, str):
        return None
    try:
        return freshness.aging(status, utc(datetime.fromisoformat(newest)), limits, words)
    except ValueError:
        return None
