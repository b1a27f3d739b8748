"""Moments of a controller for the tests of views: still, complete, with a fixed clock."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from core.consumer.snapshot import ConsumerSnapshot
from core.kpis.model import KpiRows, Kpis, Value
from core.merge.snapshot import MergeSnapshot
from core.operations.poller import Reading
from core.operations.snapshot import ControllerSnapshot, Figures, Watch
from core.operations.task import TaskSnapshot
from core.pipeline import builtin
from core.producer.snapshot import ProducerSnapshot
from tui.formats import Formats
from tui.views.frame import ActionKey, Frame

NOW = datetime(2026, 1, 2, 14, 5, 31, tzinfo=UTC)
DAY = date(2026, 1, 2)


def kpis_of(**rows: Sequence[tuple[Value, ...]]) -> Kpis:
    """Return KPIs of orders; rows: what each query returned, none by default."""
    kpis = builtin().definition.kpis
    return Kpis(tuple(KpiRows(kpi, tuple(rows.get(kpi.name, ()))) for kpi in kpis))


def figures(orders: int = 0) -> Reading[Figures]:
    """Return figures of a warehouse with so many orders."""
    zero = Decimal("0.00")
    totals = (orders, Decimal(orders), 0, 0, zero, zero, NOW if orders else None)
    return Reading(Figures(kpis_of(totals=[totals])), NOW, 0.01)


def moment(**changes: object) -> ControllerSnapshot:
    """Return a ready, idle, empty controller, with changes."""
    idle = ControllerSnapshot(
        at=NOW,
        broker="embedded",
        warehouse="duckdb",
        opening=TaskSnapshot(result=True, ended_at=NOW),
        ready=True,
        producer=ProducerSnapshot(),
        consumer=ConsumerSnapshot(),
        merge=MergeSnapshot(),
        seed=TaskSnapshot(),
        validation=TaskSnapshot(),
        validation_every_s=0.0,
        reports=(),
        demo=TaskSnapshot(),
        figures=figures(),
        figures_every_s=2.0,
        watch=Reading(Watch(), NOW, 0.01),
        history=(),
        behind_s=0.0,
    )
    return replace(idle, **changes)


def frame(
    width: int = 120,
    height: int = 1,
    *,
    plain: bool = False,
    code: str = "en",
    key_of: Callable[[str], ActionKey | None] = lambda _action: None,
) -> Frame:
    """Return a frame of a size."""
    return Frame(width, height, Formats(code), plain, key_of=key_of)
