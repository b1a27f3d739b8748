"""What the five panes show in each state: still figures, as the core would give them."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from core.alerts.lag_evaluator import PartitionState
from core.consumer.snapshot import ConsumerSnapshot, Percentiles
from core.operations.history import Sample
from core.operations.poller import Reading
from core.operations.snapshot import ControllerSnapshot, Figures
from core.operations.task import TaskSnapshot
from core.producer.snapshot import ProducerSnapshot
from core.seed.preview import FilePreview
from core.seed.spec import SeedFile, SeedResult
from core.textfiles.csv_records import RejectedRow
from core.validation.history import PastRun
from core.validation.model import CheckResult, Status, Totals, ValidationResult
from core.warehouse.model import OffsetGap
from core.workers import RunState
from tests.support.moments import NOW, kpis_of, moment

SHA = "0123456789abcdef" * 4
FILES = ("customers.csv", "inventory.csv", "orders.csv")

GENERATING: TaskSnapshot[SeedResult] = TaskSnapshot(
    running=True, step="seed", done=81, total=100, rate=1_600_000.0, unit="rows"
)
FAILED_SEED: TaskSnapshot[SeedResult] = TaskSnapshot(
    error="cannot write data/seed: no space left on device", hint="free some space", ended_at=NOW
)
SEEDED: TaskSnapshot[SeedResult] = TaskSnapshot(
    result=SeedResult(
        1000,
        200,
        5000,
        42,
        tuple(SeedFile(Path("data/seed") / name, 5000, 360_912, SHA) for name in FILES),
    ),
    ended_at=NOW - timedelta(seconds=10),
)
PREVIEWS = tuple(
    FilePreview(
        Path("data/seed") / name,
        360_912,
        NOW - timedelta(hours=2),
        ("id", "name", "price"),
        tuple((f"ID_{row:06d}", f"name {row}", f"{row}.50") for row in range(8)),
        5000,
        SHA,
    )
    for name in FILES
)

RUNNING = ProducerSnapshot(
    state=RunState.RUNNING,
    topic="orders_topic",
    rate_target=1_200.0,
    rate_actual=1_204.0,
    sent=64_120,
    acked=64_100,
    bytes=14_000_000,
    fraction=0.64,
    elapsed_s=53.0,
)
HELD = replace(
    RUNNING,
    state=RunState.HELD,
    held_reason="broker full: start the consumer",
    held_since=NOW - timedelta(seconds=12),
)
FAULTY = replace(
    RUNNING,
    injected={"duplicates": 12, "late": 5, "poison": 3},
    answer_key="data/injected/run.jsonl",
    rejected=14,
    rejected_rows=tuple(RejectedRow(line, "the price is negative") for line in range(2, 12)),
    failed=7,
    delivery_error="message too large",
)
BROKEN = replace(
    RUNNING, state=RunState.FAILED, error="no broker for 30 seconds", hint="check that it runs"
)

CONSUMING = ConsumerSnapshot(
    state=RunState.RUNNING,
    topic="orders_topic",
    consumed=64_000,
    inserted=63_900,
    dead_lettered=100,
    rate=1_198.0,
    lag={0: 2, 1: 0, 2: 3, 3: 1},
    offsets={part: 16_000 + part for part in range(4)},
    latency=Percentiles(18.0, 41.0, 66.0),
    latency_total=Percentiles(20.0, 50.0, 90.0),
    last_commit=NOW - timedelta(seconds=1),
    last_batch=230,
    dead_reasons={"invalid_json": 60, "out_of_range": 40},
)
WAITING = replace(
    CONSUMING,
    state=RunState.WAITING,
    waiting_for="the warehouse does not answer",
    waiting_since=NOW - timedelta(seconds=30),
)
LOSING = replace(
    CONSUMING,
    gaps=(OffsetGap(2, 100, 150, "retention removed them"),),
    commit_error="coordinator not available",
)


def history(seconds: int = 300) -> tuple[Sample, ...]:
    """Return samples of a pipeline whose consumer keeps up."""
    return tuple(
        Sample(
            NOW - timedelta(seconds=seconds - second),
            1_000 + 200 * math.sin(second / 20),
            1_000 + 200 * math.sin(second / 20 - 0.2),
            second % 7,
            18.0,
            41.0,
            66.0 if second % 10 else None,
        )
        for second in range(seconds)
    )


def check(name: str, status: Status = Status.PASS, message: str = "as it should be") -> CheckResult:
    """Return what a check found."""
    return CheckResult(
        name,
        status,
        message,
        {"raw": 128_404, "orders": 128_404},
        ({"id": "ORDER_000001", "price": "-3.00"},) if status else (),
        0.012,
    )


CHECK_NAMES = (
    "raw_vs_prod_counts",
    "duplicates",
    "data_quality",
    "reconciliation",
    "content",
    "referential_integrity",
    "freshness",
    "nulls_and_ranges",
    "schema",
    "dead_letters",
    "volume",
)


def validated(**statuses: Status) -> TaskSnapshot[ValidationResult]:
    """Return a finished validation; statuses: of the checks that did not pass."""
    checks = tuple(
        check(name, statuses[name], "3 orders of 128,404 " * 6) if name in statuses else check(name)
        for name in CHECK_NAMES
    )
    worst = max(entry.status for entry in checks)
    result = ValidationResult(NOW - timedelta(minutes=2), worst, checks, 0.4)
    return TaskSnapshot(result=result, ended_at=NOW)


def past(*statuses: str) -> tuple[PastRun, ...]:
    """Return earlier runs, the newest first."""
    return tuple(
        PastRun(NOW - timedelta(minutes=minute), status, Totals(128_404, 128_000, 4), "")
        for minute, status in enumerate(statuses)
    )


REPORTS = tuple(
    f"reports/validate_report_20260102_140531_x.{end}" for end in ("json", "html", "xml")
)


NAMES = ("Veste Rivage", "Robe Marine", "Bottes Camargue sable", "Écharpe 日本語", "Sac")


def kpis(orders: int = 128_404, names: tuple[str, ...] = NAMES) -> Reading[Figures]:
    """Return figures of a year."""
    revenue, before = Decimal("31977.00"), Decimal("32966.00")
    found = kpis_of(
        totals=[(orders, Decimal("1284332.50"), 3_204, 2_860, revenue, before, NOW)],
        top_products=[
            (f"PROD_{index}", name, "Vestes", 900 - index, Decimal(9812 - 1000 * index), 40)
            for index, name in enumerate(names)
        ],
        recent_orders=[
            (
                f"ORDER_{index}",
                "Monique Vidal",
                None if index == 3 else names[index % 5],
                2,
                Decimal("39.90"),
                NOW - timedelta(minutes=index),
            )
            for index in range(20)
        ],
        revenue_by_day=[
            (date(2025, 1, 1) + timedelta(days=day), 300, Decimal(3_000 + day * 7 % 900))
            for day in range(366)
        ],
        category_split=[
            (name, 100, 200, Decimal(9_000 - 1_000 * index))
            for index, name in enumerate(("Vestes", "Robes", "Chaussures", None, "Sacs"))
        ],
    )
    return Reading(Figures(found), datetime(2026, 1, 2, 14, 5, 30, tzinfo=UTC), 0.02)


STATES: dict[str, ControllerSnapshot] = {
    "empty": moment(),
    "running": moment(
        producer=RUNNING,
        consumer=CONSUMING,
        history=history(),
        seed=SEEDED,
        figures=kpis(),
        validation=validated(),
        reports=REPORTS,
        states=dict.fromkeys(range(4), PartitionState.OK),
    ),
    "paused": moment(
        producer=replace(RUNNING, state=RunState.PAUSED),
        consumer=replace(CONSUMING, state=RunState.PAUSED),
        history=history(20),
        seed=GENERATING,
        validation=TaskSnapshot(running=True, note="duplicates"),
        figures=kpis(1),
    ),
    "held": moment(
        producer=HELD,
        consumer=replace(WAITING, dead_reasons={f"reason_{n}": n for n in range(11)}),
        history=history(600),
        validation=validated(freshness=Status.WARN, duplicates=Status.FAIL),
        figures=replace(kpis(), took_s=4.2),
        states={0: PartitionState.STALL, 1: PartitionState.WARN},
    ),
    "error": moment(
        producer=BROKEN,
        consumer=LOSING,
        history=history(600),
        seed=FAILED_SEED,
        validation=TaskSnapshot(error="the warehouse does not answer", hint="check it"),
        figures=Reading(error="the warehouse does not answer", failing_since=NOW),
    ),
    "full": moment(
        producer=FAULTY,
        consumer=replace(LOSING, lag=dict.fromkeys(range(64), 123_456)),
        history=history(600),
        seed=SEEDED,
        validation=validated(**dict.fromkeys(CHECK_NAMES, Status.FAIL)),
        figures=replace(kpis(), error="the warehouse does not answer", failing_since=NOW),
        reports=REPORTS,
    ),
}
