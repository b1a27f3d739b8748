"""The pipeline in each of its states, as the five panes show it, in the language in use."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from core.alerts.lag_evaluator import PartitionState
from core.merge.snapshot import MergeSnapshot
from core.operations.explorer import Explored
from core.operations.history import Sample
from core.operations.poller import Reading
from core.operations.snapshot import ControllerSnapshot, Figures, SinceCheck, Watch
from core.operations.task import TaskSnapshot
from core.producer.snapshot import ProducerSnapshot
from core.seed.spec import SeedResult
from core.textfiles.csv_records import RejectedRow
from core.warehouse.backlog import MergeBacklog
from core.warehouse.model import MergeResult, OffsetGap
from core.workers import RunState
from tests.support import panes
from tests.support.alert_scenes import alerts, minutes
from tests.support.check_scenes import validated, worse
from tests.support.core_texts import told, told_of
from tests.support.moments import NOW, moment

_PRODUCTS = (
    "Veste en jean Rivage",
    "Robe longue Marine",
    "Bottes Camargue sable",
    "Écharpe Vercors anthracite",
    "Sac cabas Odéon",
)

STATES = ("empty", "running", "paused", "error", "full")


def scene(state: str, seeded: SeedResult, explored: Explored) -> ControllerSnapshot:
    """Return the moment of a state. seeded: what was generated, in every state but `empty`."""
    made = {"empty": _empty, "running": _running, "paused": _paused, "error": _error, "full": _full}
    now = made[state](TaskSnapshot(result=seeded, ended_at=NOW - timedelta(minutes=3)))
    return replace(now, explored=explored)


Seeded = TaskSnapshot[SeedResult]


def _empty(_seeded: Seeded) -> ControllerSnapshot:
    return moment()


def _running(seeded: Seeded) -> ControllerSnapshot:
    return moment(
        seed=seeded,
        producer=_producing(),
        consumer=panes.CONSUMING,
        merge=_merged(),
        validation=validated(),
        validation_every_s=30.0,
        reports=panes.REPORTS,
        figures=panes.kpis(names=_PRODUCTS),
        watch=_watched(panes.CONSUMING.lag),
        history=panes.history(300),
        states=dict.fromkeys(range(4), PartitionState.OK),
        behind_s=0.4,
        minutes=minutes(),
    )


def _paused(seeded: Seeded) -> ControllerSnapshot:
    """Return a moment in which everything waits for a person: generating is cancelled."""
    still = replace(panes.CONSUMING, state=RunState.PAUSED, rate=0.0, lag={0: 410, 1: 388, 2: 402})
    cancelled = replace(seeded.result, cancelled=True) if seeded.result else None
    return replace(
        _running(seeded),
        seed=replace(seeded, result=cancelled),
        producer=replace(_producing(), state=RunState.PAUSED, rate_actual=0.0),
        consumer=still,
        validation=replace(validated(), running=True, note="reconciliation"),
        figures=replace(panes.kpis(names=_PRODUCTS), took_s=4.2),
        figures_every_s=0.0,
        watch=_watched(still.lag),
        history=(*panes.history(300)[20:], *_rest(20, 1_200)),
        behind_s=20.0,
    )


def _error(_seeded: Seeded) -> ControllerSnapshot:
    locked = told(
        "the warehouse {file} is in use by {holder}",
        file="data/warehouse.duckdb",
        holder=told(
            "process {pid} ({command}, since {since})",
            pid=4711,
            command="dropship --run consume",
            since="2026-01-02T13:50:12.000Z",
        ),
    )
    close = told("end that process, or choose another --data-dir")
    since = NOW - timedelta(seconds=45)
    waiting = replace(
        panes.CONSUMING,
        state=RunState.WAITING,
        rate=0.0,
        waiting_for=locked,
        waiting_since=since,
        last_commit=since,
        lag={0: 9_410, 1: 9_388, 2: 9_402, 3: 9_391},
    )
    figures: Reading[Figures] = Reading(error=locked, failing_since=since)
    return moment(
        seed=TaskSnapshot(
            error=told("{path}: no room left to write", path="data/seed/orders.csv"),
            hint=told("Free some disk space, give another --output, or generate fewer rows."),
            ended_at=NOW - timedelta(seconds=20),
        ),
        producer=replace(
            _producing(),
            state=RunState.FAILED,
            error=told_of(
                "no broker for {seconds} second: {reason}",
                "no broker for {seconds} seconds: {reason}",
                30,
                seconds=30,
                reason="Local: Broker transport failure",
            ),
            hint=told("check KAFKA_BOOTSTRAP_SERVERS and that the broker runs"),
        ),
        consumer=waiting,
        merge=_merged(),
        validation=TaskSnapshot(error=locked, hint=close, ended_at=NOW - timedelta(seconds=2)),
        figures=figures,
        watch=Reading(error="Local: Broker transport failure", failing_since=since),
        history=(*panes.history(300)[45:], *_rest(45, 37_591)),
        states={0: PartitionState.STALL, 1: PartitionState.STALL, 2: PartitionState.WARN},
        behind_s=45.0,
        alerts=alerts()[:2],
        minutes=minutes(),
    )


def _full(seeded: Seeded) -> ControllerSnapshot:
    """Return a busy moment with everything that there can be: faults, gaps, failures, rests."""
    parts = range(24)
    losing = replace(
        panes.CONSUMING,
        gaps=(OffsetGap(2, 100, 150, "retention"),),
        lag={part: 1_000 * part for part in parts},
        offsets={part: 5_000_000 + part for part in parts},
        dead_reasons={"invalid_json": 60, "out_of_range": 21, "missing_field": 12, "tombstone": 7},
        already_stored=310,
    )
    return replace(
        _running(seeded),
        producer=replace(
            _producing(),
            injected={"duplicates": 1_240, "late": 512, "poison": 33},
            answer_key="data/injected/20260102_140438_injected.jsonl",
            rejected=14,
            rejected_rows=tuple(_rejected(line) for line in range(17, 77, 6)),
            failed=7,
            delivery_error=told(
                "{doing}: {reason}",
                doing=told("publishing to {topic}", topic="orders_topic"),
                reason="Broker: Message size too large",
            ),
        ),
        consumer=losing,
        validation=validated(worse()),
        watch=_watched(losing.lag),
        history=panes.history(600),
        states={part: list(PartitionState)[part % len(PartitionState)] for part in parts},
        alerts=alerts(),
        behind_s=192.0,
        since_check=SinceCheck(12_345, 210),
    )


def _producing() -> ProducerSnapshot:
    return replace(panes.RUNNING, mode="replay")


def _rejected(line: int) -> RejectedRow:
    expected = told("a price from 0.00 to 99999999.99 with at most two decimals")
    cell = "'-12.50'"
    text = told("{column}: {cell} is not {expected}", column="price", cell=cell, expected=expected)
    return RejectedRow(line, text)


def _merged() -> MergeSnapshot:
    total = MergeResult(63_100, 640, 120, 40, 11.2, 2.0)
    return MergeSnapshot(
        RunState.RUNNING,
        total,
        MergeResult(1_190, 9, 1, 0, 0.12, 1.1),
        54,
        last_merge=NOW,
        backlog=MergeBacklog(340, NOW - timedelta(seconds=0.4)),
    )


def _watched(lag: Mapping[int, int]) -> Reading[Watch]:
    committed = dict.fromkeys(lag, 16_000)
    ends = {part: 16_000 + behind for part, behind in lag.items()}
    return Reading(
        Watch(lag, sum(ends.values()), ends, committed, 1_204.0, 1_198.0),
        NOW - timedelta(seconds=1),
        0.004,
    )


def _rest(seconds: int, lag: int) -> tuple[Sample, ...]:
    """Return samples of a pipeline that stands still."""
    return tuple(
        Sample(NOW - timedelta(seconds=seconds - n), 0.0, 0.0, lag, None, None, None)
        for n in range(seconds)
    )
