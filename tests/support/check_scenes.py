"""Validations as they end, in the language in use: all well, and with what can be wrong."""

from collections.abc import Mapping
from datetime import timedelta

from core.operations.task import TaskSnapshot
from core.pipeline import builtin
from core.pipeline.base import told as told_label
from core.pipeline.checks import Check
from core.remedies import MERGE, REPLAY
from core.text.amounts import raw_events
from core.text.number_format import count, percent
from core.validation.history import PastRun
from core.validation.model import CheckResult, Status, Totals, ValidationResult
from tests.support.core_texts import told, told_of
from tests.support.moments import NOW
from tests.support.panes import CHECK_NAMES

_ORDERS = 128_404


def validated(changed: Mapping[str, CheckResult] | None = None) -> TaskSnapshot[ValidationResult]:
    """Return a finished validation. changed: the checks that did not pass, by name."""
    sound = _sound()
    checks = tuple(
        (changed or {}).get(name) or CheckResult(name, Status.PASS, sound[name], elapsed_s=0.012)
        for name in CHECK_NAMES
    )
    worst = max(entry.status for entry in checks)
    result = ValidationResult(NOW - timedelta(seconds=12), worst, checks, 0.4)
    return TaskSnapshot(result=result, ended_at=result.run_at)


def _sound() -> dict[str, str]:
    grown = "{events} since the last validation, usually {usual}"
    age = told("{seconds} s", seconds=1)
    return {
        "raw_vs_prod_counts": told_of(
            "{count} {rows} in raw events and in {table}",
            "the same {count} {rows} in raw events and in {table}",
            _ORDERS,
            count=count(_ORDERS),
            **_words(_ORDERS),
        ),
        "duplicates": told("no duplicate keys"),
        "data_quality": _passed("data_quality"),
        "reconciliation": told("every offset stored exactly once"),
        "content": told_of(
            "{count} record is as it came",
            "{count} records are as they came",
            _ORDERS,
            count=count(_ORDERS),
        ),
        "referential_integrity": _passed("referential_integrity"),
        "freshness": told("the newest {row} was ingested {age} ago", age=age, **_words()),
        "nulls_and_ranges": _passed("nulls_and_ranges"),
        "schema": told("all tables and columns are as expected"),
        "dead_letters": told("no pending dead letters"),
        "volume": told(grown, events=raw_events(36_020), usual=count(35_900)),
    }


def _words(number: int = 1) -> dict[str, str]:
    """Return what messages call a row, so many of them, and their table."""
    made = builtin().definition
    row = made.row
    return {"row": row.singular, "rows": row.of(number), "table": made.tables.rows}


def _passed(name: str) -> str:
    """Return what a check of the orders' own says where all is well."""
    return told_label(_own(name).passed)


def _label(name: str, figure: str) -> str:
    (found,) = (one for one in _own(name).figures if one.name == figure)
    return told_label(found.label)


def _own(name: str) -> Check:
    (found,) = (check for check in builtin().definition.checks if check.name == name)
    return found


def worse() -> dict[str, CheckResult]:
    """Return checks that did not pass, with figures and the rows they found."""
    found = (_duplicates(), _counts(), _letters(), _orphans(), _broken())
    return {check.name: check for check in found}


def past() -> list[PastRun]:
    """Return earlier validations, the newest first."""
    verdicts = ("PASS", "PASS", "WARN", "PASS", "FAIL", "ERROR", *["PASS"] * 40)
    return [
        PastRun(
            NOW - timedelta(seconds=12 + 30 * number),
            verdict,
            Totals(_ORDERS - 36_020 * number // 60, _ORDERS - 36_060 * number // 60, 100),
            "reports/validate_report_20260102_140519_7c1d.json",
        )
        for number, verdict in enumerate(verdicts)
    ]


def _duplicates() -> CheckResult:
    kinds = told("{key}: {count}", key="orders.id", count=3)
    return CheckResult.of(
        "duplicates",
        Status.FAIL,
        told("duplicate keys: {list}", list=kinds),
        {"raw_duplicates": 0, "coordinate_duplicates": 0, "prod_duplicates": 3},
        [{"key": "orders.id", "value": f"ORDER_{n:06d}", "copies": 2} for n in (17, 23, 4_711)],
    )


def _counts() -> CheckResult:
    missing = told_of(
        "{count} {rows} of merged raw events is missing in {table}",
        "{count} {rows} of merged raw events are missing in {table}",
        1,
        count=1,
        **_words(),
    )
    waiting = told_of(
        "{count} raw event waiting for the merge",
        "{count} raw events waiting for the merge",
        12_900,
        count=count(12_900),
    )
    return CheckResult.of(
        "raw_vs_prod_counts",
        Status.FAIL,
        told("; ").join([missing, waiting]),
        {"raw_count": _ORDERS, "merge_backlog": 12_900, "missing_in_prod": 1},
        [{"fault": "missing", "order_id": "ORDER_000023", "event_id": "3f2c9a5e"}],
        remedies=(MERGE,),
    )


def _letters() -> CheckResult:
    reasons = "invalid_json 60, out_of_range 21, missing_field 12, tombstone 7"
    return CheckResult.of(
        "dead_letters",
        Status.WARN,
        told_of(
            "{count} dead letter ({share} of the records): {reasons}",
            "{count} dead letters ({share} of the records): {reasons}",
            100,
            count=100,
            share=percent(100 / 64_000),
            reasons=reasons,
        ),
        {"records": 64_000, "dead_letters": 100, "fraction": 0.001563, "replayed": 0},
        remedies=(REPLAY,),
    )


def _orphans() -> CheckResult:
    return CheckResult.of(
        "referential_integrity",
        Status.WARN,
        told(
            "{label}: {count} ({share})",
            label=_label("referential_integrity", "orphans"),
            count=count(1_207),
            share=percent(1_207 / _ORDERS),
        ),
        {"orders": _ORDERS, "orphans": 1_207, "orphan_fraction": 0.0094},
        [{"order_id": f"ORDER_{n:06d}", "missing_customer": "CUST_009999"} for n in range(10)],
    )


def _broken() -> CheckResult:
    return CheckResult(
        "volume",
        Status.ERROR,
        told(
            "the check itself broke: {kind}: {reason}",
            kind="WarehouseError",
            reason=told("the warehouse is not open yet"),
        ),
    )
