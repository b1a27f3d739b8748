"""`volume`: against earlier validations, no rows vanished and as many came as usual.

The tables it counts only ever grow, so fewer rows than an earlier run saw is a FAIL. How many came
since the last run is compared with the median of earlier runs that brought any. A run that brought
none is not judged: that nothing moves is for `freshness`, and a warehouse at rest is no fault.
"""

from itertools import pairwise
from statistics import median

from core.text import _
from core.text.amounts import raw_events
from core.text.number_format import count, decimal, percent
from core.validation.context import CheckContext, nothing_to_check
from core.validation.history import PastRun, past_runs
from core.validation.model import CheckResult, Status, Totals

NAME = "volume"
HISTORY = 30
"""Earlier runs compared with: a purge made on purpose is forgotten after so many."""
MIN_RUNS = 3
"""Earlier runs with growth that a comparison needs."""


def check(context: CheckContext) -> CheckResult:
    """Compare totals and growth with earlier runs."""
    totals = Totals(*(int(value) for value in context.one("validate_totals")))
    earlier = past_runs(context.warehouse, HISTORY)
    table = context.definition.tables.rows
    growth = totals.raw_events - earlier[0].totals.raw_events if earlier else None
    usual = _usual_growth(earlier)
    figures = {
        **totals.as_figures(table),
        "earlier_runs": len(earlier),
        "growth": growth,
        "usual_growth": usual,
        **_daily(context, table),
    }
    rows = _vanished(totals, earlier, table)
    if rows:
        message = _("rows vanished since an earlier validation: {list}").format(
            list=", ".join(
                f"{row['table']} {_told(row['before'])} -> {_told(row['now'])}" for row in rows
            )
        )
        return CheckResult.of(NAME, Status.FAIL, message, figures, rows)
    if not any(totals.as_figures(table).values()):
        what = _("no raw events, no {rows}, no dead letters")
        told = what.format(rows=context.definition.row.plural)
        return nothing_to_check(NAME, told, figures)
    status, message = _judged(context, growth, usual)
    return CheckResult.of(NAME, status, message, figures)


def _daily(context: CheckContext, table: str) -> dict[str, object]:
    """Return the rows of the last days, where the pipeline has a query for them."""
    query = "validate_daily"
    if not context.pipeline.has(context.warehouse.engine.name, query):
        return {}
    days = {str(day): int(rows) for day, rows in context.warehouse.rows(query)}
    return {f"daily_{table}": days}


def _judged(context: CheckContext, growth: int | None, usual: float | None) -> tuple[Status, str]:
    if growth is None:
        return Status.PASS, _("first validation: nothing to compare with yet")
    if growth == 0:
        return Status.PASS, _("no raw events since the last validation")
    if usual is None:
        message = _("{events} since the last validation; too few earlier ones to compare")
        return Status.PASS, message.format(events=raw_events(growth))
    drop = max(1 - growth / usual, 0.0)
    limits = context.thresholds
    status = Status.PASS
    if drop >= limits.volume_drop_fail:
        status = Status.FAIL
    elif drop > limits.volume_drop_warn:
        status = Status.WARN
    message = _("{events} since the last validation, usually {usual}").format(
        events=raw_events(growth), usual=decimal(usual, 0)
    )
    if status > Status.PASS:
        message += _(": {share} fewer").format(share=percent(drop))
    return status, message


def _usual_growth(earlier: list[PastRun]) -> float | None:
    """Return the median growth of earlier runs that brought rows; None of fewer than three."""
    events = [run.totals.raw_events for run in earlier]
    steps = (newer - older for newer, older in pairwise(events))
    grown = [step for step in steps if step > 0]
    return float(median(grown)) if len(grown) >= MIN_RUNS else None


def _told(total: object) -> str:
    return count(int(str(total)))


def _vanished(totals: Totals, earlier: list[PastRun], rows_in: str) -> list[dict[str, object]]:
    """Return the tables that hold fewer rows than an earlier run saw."""
    rows: list[dict[str, object]] = []
    for table, now in totals.as_figures(rows_in).items():
        best = max(earlier, key=lambda run: run.totals.as_figures(rows_in)[table], default=None)
        before = best.totals.as_figures(rows_in)[table] if best else 0
        if best and now < before:
            rows.append({"table": table, "before": before, "now": now, "seen_at": best.run_at})
    return rows
