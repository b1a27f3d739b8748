"""The KPI pane of pipelines that are not ours: whatever a definition names, at any size."""

import math
from collections.abc import Collection
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given, strategies
from hypothesis import settings as hypothesis_settings

from core.kpis.model import KpiRows, Kpis
from core.operations.poller import Reading
from core.operations.snapshot import ControllerSnapshot, Figures
from core.pipeline.kpis import Column, Kpi
from core.text import use_language
from core.validation.model import Totals
from tests.support import turbines
from tests.support.moments import NOW, moment
from tests.unit.tui.drawing import drawn, frame, roles_of
from tui.panes.kpis import exported
from tui.views.banner import untouched
from tui.views.kpis import kpis

KPIS, ROWS = turbines.KPIS, turbines.KPI_ROWS
BOARD, SMALL, LARGE = (42, 18), (76, 19), (116, 31)


def at(*parts: KpiRows, totals: Totals | None = None) -> ControllerSnapshot:
    return moment(figures=Reading(Figures(Kpis(parts), None, totals), NOW, 0.1))


def some(*names: str) -> ControllerSnapshot:
    return at(*(KpiRows(KPIS[name], tuple(ROWS[name])) for name in names or KPIS))


def test_the_board_has_figures_the_first_list_and_the_newest_rows() -> None:
    shown = drawn(kpis, some(), *BOARD)
    for part in (
        "readings              128,404",
        "energy            913,423 kWh",
        "fees                12.30 CHF",
        "tariff          0.125 CHF/kWh",
        "newest reading 01-02 14:05:31",
        "── best turbines ──",
        "Quai 0 ━━━━━━━━━━━━━━━━━━━━━━━━  900.2 kWh",
        "T1     ━━━━━━━━━━━━━━━━━━━━━╸    800.2 kWh",
        "time        turbine                   wind",
        "01-02 14:05 T0                    7.25 m/s",
    ):
        assert part in shown
    assert len(shown.splitlines()) == BOARD[1]


def test_much_more_of_what_is_bad_is_a_warning() -> None:
    lines = kpis(some(), frame(*BOARD))
    assert "▲ +125 %" in "\n".join(line.text for line in lines)
    assert roles_of(lines, "▲") == {"wait"}


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_the_full_view_has_all_of_it(size: tuple[int, int]) -> None:
    shown = drawn(kpis, some(), *size, full=True)
    for part in (
        "mean wind in m/s, 2026-01-01 to 2026-02-09",
        "best turbines",
        "── states ──",
        "unknown",
        "latest readings",
        "▲ +125 %",
        "┈┈┈",
    ):
        assert part in shown
    assert ("83 %" in shown) == (size == LARGE)
    states = shown[shown.index("── states ──") :]
    assert states.index("up ") < states.index("unknown ") < states.index("down ")


def test_french_labels_and_numbers() -> None:
    use_language("fr")
    try:
        shown = drawn(kpis, some(), *LARGE, full=True)
    finally:
        use_language("en")
    assert "vent moyen en m/s, du 2026-01-01 au 2026-02-09" in shown
    assert "relevés" in shown
    assert "heure" in shown


LISTS = ("totals", "best_turbines", "states", "wind_by_day", "latest")


@pytest.mark.parametrize(
    "names", [names for many in (1, 2, 3) for names in combinations(LISTS, many)], ids="+".join
)
@pytest.mark.parametrize(("size", "full"), [(BOARD, False), (SMALL, True), (LARGE, True)])
def test_whatever_is_missing_the_rest_is_drawn(
    names: Collection[str], size: tuple[int, int], full: bool
) -> None:
    lines = kpis(some(*names), frame(*size, full=full))
    shown = "\n".join(line.text for line in lines)
    signs = {
        "totals": "tariff",
        "best_turbines": "Quai 0",
        "latest": "14:05",
        "wind_by_day": "mean wind" if full or names == ("wind_by_day",) else "",
        "states": "up" if full or "best_turbines" not in names else "",
    }
    for name in names:
        assert signs[name] in shown
    assert len(lines) <= size[1]
    assert max(line.width for line in lines) <= size[0]


def figures_of(count: int) -> ControllerSnapshot:
    columns = tuple(Column(name=f"figure_{n}", type="integer") for n in range(count))
    kpi = Kpi(name="totals", show="figures", query="q", columns=columns)
    latest = KpiRows(KPIS["latest"], tuple(ROWS["latest"]))
    return at(KpiRows(kpi, (tuple(range(1, count + 1)),)), latest)


@pytest.mark.parametrize("count", range(1, 13))
def test_one_to_twelve_figures(count: int) -> None:
    for size in (SMALL, LARGE):
        shown = drawn(kpis, figures_of(count), *size, full=True)
        assert all(f"figure {n} " in shown for n in range(count))
        assert "latest readings" in shown
    shown = drawn(kpis, figures_of(count), *BOARD)
    assert shown.count("figure ") == (count if count <= 9 else 8)
    assert (f"{count - 8} more" in shown) == (count > 9)
    assert "latest readings" in shown


@given(
    width=strategies.integers(24, 200),
    height=strategies.integers(1, 60),
    full=strategies.booleans(),
    values=strategies.lists(
        strategies.none() | strategies.floats(-1e12, 1e12) | strategies.floats(-1, 1), max_size=12
    ),
)
@hypothesis_settings(max_examples=40, deadline=None)
def test_any_numbers_fit_any_size(
    width: int, height: int, full: bool, values: list[float | None]
) -> None:
    best = tuple((f"T{n}", "site", value, n) for n, value in enumerate(values))
    days = tuple((date(2026, 1, 1) + timedelta(days=n), v, 1) for n, v in enumerate(values))
    latest = tuple(("T", v, v, None, NOW) for v in values)
    wide = [Column(name=f"c{n}", type="number", unit="units") for n in range(len(values))]
    parts = [
        KpiRows(KPIS["best_turbines"], best),
        KpiRows(KPIS["wind_by_day"], days),
        KpiRows(KPIS["latest"], latest),
        KpiRows(KPIS["states"], tuple(("s", None if v is None else round(v)) for v in values)),
    ]
    if wide:
        kpi = Kpi(name="f", show="figures", query="q", columns=tuple(wide))
        parts.insert(0, KpiRows(kpi, (tuple(values),)))
    lines = kpis(at(*parts), frame(width, height, full=full))
    assert len(lines) <= height
    assert all(line.width <= width for line in lines)


def test_a_curve_shows_what_lies_below_zero() -> None:
    days = [(date(2026, 1, 1) + timedelta(days=n), 4 * math.sin(n), 1) for n in range(20)]
    shown = drawn(kpis, at(KpiRows(KPIS["wind_by_day"], tuple(days))), *LARGE, full=True)
    axis = [row.split()[0] for row in shown.splitlines() if row.startswith("  ") and row.strip()]
    assert axis[0] == "4"
    assert "-4" in axis


def test_without_rows_it_says_what_to_do_next() -> None:
    nothing = some()
    value = nothing.figures.value
    assert value is not None
    empty = at(*(KpiRows(part.kpi, ()) for part in value.kpis.parts if part.kpi.name != "totals"))
    assert "press d" in drawn(kpis, empty, *BOARD)
    assert untouched(empty)
    assert not untouched(nothing)


def test_rows_whose_figures_are_zero_are_no_empty_table() -> None:
    zero = (0, None, None, None, 0, 0, None, None)
    rows = at(KpiRows(KPIS["totals"], (zero,)), totals=Totals(5, 5, 0))
    assert "readings" in drawn(kpis, rows, *BOARD)
    assert not untouched(rows)


def test_a_pipeline_without_kpis_says_where_they_come_from() -> None:
    shown = drawn(kpis, at(), *BOARD)
    assert "[[kpis]]" in shown
    assert "pipeline.toml" in shown


def test_the_export_is_the_newest_rows_else_a_list_else_the_figures() -> None:
    table = exported(some())
    assert table is not None
    assert table.headers == ("turbine", "wind", "energy", "valid", "measured_at")
    assert table.rows[0] == ("T0", 7.25, 0.0, True, "2026-01-02T14:05:31.000Z")
    table = exported(some("totals", "states"))
    assert table is not None
    assert (table.headers, table.rows[2]) == (("state", "readings"), (None, 3))
    table = exported(some("totals"))
    assert table is not None
    assert ("fees", "12.30", "CHF") in table.rows
    assert exported(moment(figures=Reading())) is None
