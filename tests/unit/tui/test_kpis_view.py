"""What the KPI pane says in each state."""

from dataclasses import replace
from datetime import timedelta

from core.kpis import Kpis
from core.operations.poller import Reading
from core.operations.snapshot import Figures
from core.operations.task import TaskSnapshot
from tests.support.moments import NOW, moment
from tests.support.panes import kpis as reading
from tests.unit.tui.drawing import drawn, frame, roles_of
from tui.views.kpis import kpis


def test_while_nothing_was_read_it_says_so() -> None:
    assert "reading the warehouse" in drawn(kpis, moment(figures=Reading()), 42, 30)


def test_without_orders_it_says_which_key_brings_some() -> None:
    assert "press d" in drawn(kpis, moment(), 42, 30)


def test_totals_come_with_real_changes() -> None:
    lines = kpis(moment(figures=reading()), frame(42, 30))
    shown = "\n".join(line.text for line in lines)
    for part in ("128,404", "€1,284,332", "▲ +12 %", "▼ −3 %"):
        assert part in shown
    assert roles_of(lines, "▲") == {"ok"}
    assert roles_of(lines, "▼") == {"text"}  # three percent are no alarm


def test_a_warehouse_that_fails_keeps_the_last_figures_under_the_reason() -> None:
    failing = replace(reading(), error="no answer", failing_since=NOW - timedelta(minutes=3))
    shown = drawn(kpis, moment(figures=failing), 42, 30)
    assert shown.startswith("no answer\nfor 3 m; retrying automatically")
    assert "128,404" in shown


def test_a_slow_warehouse_is_said_to_be_slow() -> None:
    slow = replace(reading(), took_s=4.2)
    assert "slow warehouse: refresh took 4.2 s" in drawn(kpis, moment(figures=slow), 42, 30)


def test_the_full_view_has_revenue_products_categories_and_orders() -> None:
    for width, height in ((116, 31), (76, 19), (156, 45)):
        shown = drawn(kpis, moment(figures=reading()), width, height, full=True)
        for part in ("revenue a day in euros, 2025-01-01 to 2026-01-01", "top products"):
            assert part in shown
        assert "Veste Rivage" in shown
        assert "€9,812" in shown
        assert "2 × €39.90" in shown
    assert shown.count("2 × €39.90") == 20
    assert "900 pcs" in shown
    assert "unknown" in shown
    assert "Monique Vidal" in shown


def test_a_day_and_no_day_need_no_chart() -> None:
    value = reading().value
    assert value is not None
    days = value.kpis.part("revenue_by_day").rows
    for rows in (days[:1], ()):
        parts = [
            replace(part, rows=rows) if part.kpi.show == "series" else part
            for part in value.kpis.parts
        ]
        few = Reading(Figures(Kpis(tuple(parts))), NOW, 0.1)
        assert "revenue a day" not in drawn(kpis, moment(figures=few), 116, 31, full=True)


def test_a_warehouse_that_another_process_holds_is_said_with_its_holder() -> None:
    held = TaskSnapshot(error="the warehouse is in use by process 7", hint="end that process")
    shown = drawn(kpis, moment(figures=Reading(), ready=False, opening=held), 42, 20)
    assert "in use by process 7" in shown
    assert "end that process" in shown
    opening = moment(figures=Reading(), ready=False, opening=TaskSnapshot(running=True))
    assert "reading the warehouse" in drawn(kpis, opening, 42, 20)
