"""The log of validations in the warehouse: what `volume` compares with, and screens list."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.clock import bound, utc
from core.text import clean
from core.validation.model import Totals, ValidationResult
from core.warehouse.base import Warehouse


@dataclass(frozen=True)
class PastRun:
    """One earlier validation. run_at: UTC. report: its first report file, or empty."""

    run_at: datetime
    status: str
    totals: Totals
    report: str


def past_runs(warehouse: Warehouse, limit: int) -> list[PastRun]:
    """Return up to `limit` validations, newest first. Errors: WarehouseError."""
    return [
        PastRun(
            utc(run_at),
            clean(status),
            Totals(int(raw_events), int(rows), int(dead_letters)),
            clean(report),
        )
        for run_at, status, raw_events, rows, dead_letters, report in warehouse.rows(
            "validation_history", [limit]
        )
    ]


def record_run(warehouse: Warehouse, result: ValidationResult, report: Path | None = None) -> bool:
    """Note a run with the totals it saw; return whether it was noted.

    A run whose `volume` check could not count is left out: false totals would mislead later runs.
    Errors: WarehouseError, StorageError.
    """
    if result.totals is None:
        return False
    totals = result.totals
    warehouse.execute(
        "record_validation",
        [
            bound(result.run_at),
            result.status.name,
            totals.raw_events,
            totals.rows,
            totals.dead_letters,
            str(report or ""),
        ],
    )
    return True
