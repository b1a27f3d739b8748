"""Runs every check; one that breaks is reported as ERROR and does not stop the others."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from threading import Event

from core.config import Thresholds
from core.errors import DropshipError
from core.pipeline import Definition, Pipeline, builtin
from core.progress import NoProgress, Progress
from core.text import N_, _, clean
from core.validation import (
    content,
    counts,
    dead_letters,
    drift,
    duplicates,
    freshness,
    pipeline_checks,
    reconciliation,
    schema,
    volume,
)
from core.validation.content_ledger import ContentLedger
from core.validation.context import CheckContext
from core.validation.model import BrokerView, CheckResult, Status, Totals, ValidationResult
from core.warehouse.base import Warehouse

RunCheck = Callable[[CheckContext], CheckResult]

_ENGINE: Mapping[str, RunCheck] = {
    counts.NAME: counts.check,
    duplicates.NAME: duplicates.check,
    reconciliation.NAME: reconciliation.check,
    content.NAME: content.check,
    freshness.NAME: freshness.check,
    schema.NAME: schema.check,
    drift.NAME: drift.check,
    dead_letters.NAME: dead_letters.check,
    volume.NAME: volume.check,
}

_log = logging.getLogger(__name__)


def checks_of(definition: Definition) -> dict[str, RunCheck]:
    """Return the checks by name, in the order they run and are shown: its own come last."""
    named = {one.name: partial(pipeline_checks.check, own=one) for one in definition.all_checks}
    return {**_ENGINE, **named}


def validate(
    warehouse: Warehouse,
    thresholds: Thresholds,
    *,
    now: datetime,
    broker_view: BrokerView | None,
    progress: Progress | None = None,
    content: ContentLedger | None = None,
    stop: Event | None = None,
    pipeline: Pipeline | None = None,
) -> ValidationResult:
    """Run all checks and return what they found; the worst status is that of the whole.

    now: UTC. broker_view: None when no broker is in reach. content: what earlier runs looked at;
    None: everything is read. stop: ends a check that takes long. pipeline: default orders. Raises
    nothing for a check that breaks.
    """
    shown = progress or NoProgress()
    context = CheckContext(
        warehouse, thresholds, now, broker_view, content, stop, pipeline=pipeline or builtin()
    )
    began = time.monotonic()
    wanted = checks_of(context.definition)
    shown.start("validate", len(wanted), "checks")
    checks = []
    for done, (name, check) in enumerate(wanted.items()):
        shown.update("validate", done, name)
        tell = partial(shown.update, "validate", done)
        checks.append(_timed(name, check, replace(context, tell=tell)))
    shown.update("validate", len(wanted))
    shown.finish("validate")
    worst = max(check.status for check in checks)
    totals = _totals(checks, context.definition.tables.rows)
    return ValidationResult(now, worst, tuple(checks), time.monotonic() - began, totals)


def _totals(checks: Sequence[CheckResult], table: str) -> Totals | None:
    """Return the rows that the check of the volume counted. table: that of the rows."""
    for check in checks:
        if check.name == volume.NAME:
            found = [check.figures.get(name) for name in ("raw_events", table, "dead_letters")]
            counted = [total for total in found if isinstance(total, int)]
            return Totals(*counted) if len(counted) == len(found) else None
    return None


def _timed(name: str, check: RunCheck, context: CheckContext) -> CheckResult:
    began = time.monotonic()
    try:
        result = check(context)
    except Exception as error:  # noqa: BLE001 - a broken check is a finding, the others go on
        _log.warning(N_("check %s broke"), name, exc_info=True)
        result = _complaint(name, error)
    return replace(result, elapsed_s=time.monotonic() - began)


def _complaint(name: str, error: Exception) -> CheckResult:
    """Return why a check broke, in one line, with the way to fix it where it is known."""
    if isinstance(error, DropshipError):
        return CheckResult.of(
            name, Status.ERROR, error.message, remedies=error.remedies, advice=error.advice
        )
    message = _("the check itself broke: {kind}: {reason}").format(
        kind=type(error).__name__, reason=clean(error, 300)
    )
    return CheckResult.of(name, Status.ERROR, message)
