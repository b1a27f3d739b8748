"""KPIs of a pipeline that is not ours: read by its definition, as results and as text."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

from core.cli.summary import render
from core.config import Settings
from core.errors import ConfigError, WarehouseError
from core.jobs import kpis as job
from core.jobs.base import JobContext
from core.kpis import KpiRows, Kpis, read_kpis
from core.operations.kpi_reading import read_figures
from core.pipeline.read import DefinitionError, read_definition
from core.text import use_language
from core.validation.model import Totals
from core.warehouse.base import Warehouse
from tests.support import turbines

MARCH = datetime(2026, 3, 4, 8, 31, tzinfo=UTC)


def read(settings: Settings, where: Path, rows: tuple[str, ...] = turbines.ROWS) -> Kpis:
    pipeline = turbines.folder(where / "turbines")
    with turbines.warehouse(settings, pipeline, rows) as opened:
        return read_kpis(opened, pipeline.definition.kpis)


def test_figures_are_exact_typed_and_in_utc(settings: Settings, tmp_path: Path) -> None:
    found = read(settings, tmp_path)
    told = {figure.column.name: (figure.value, figure.previous) for figure in found.figures}
    assert told == {
        "readings": (4, None),
        "energy": (1322.75, None),
        "fees": (Decimal("1234567.30"), None),
        "tariff": (Decimal("0.1250"), None),
        "failures": (1, 2),
        "newest": (MARCH, None),
    }
    assert found.as_of == MARCH
    assert not found.empty


def test_lists_and_series_hold_what_the_queries_gave(settings: Settings, tmp_path: Path) -> None:
    found = read(settings, tmp_path)
    best = found.part("best_turbines")
    assert best.rows == (("T2", None, 900.25, 2), ("T1", "Quai Nord", 422.5, 2))
    assert best.names() == ("T2", "Quai Nord")
    assert found.part("states").rows == (("down", 1), ("up", 2), (None, 1))
    days = found.part("wind_by_day").rows
    assert days[0] == (date(2026, 3, 1), 7.625, 2)
    # A day without rows has none of them, and a mean that nobody knows.
    assert days[1:3] == ((date(2026, 3, 2), None, 0), (date(2026, 3, 3), None, 0))
    assert days[3] == (date(2026, 3, 4), None, 2)  # NaN is no number
    assert [row[3] for row in found.part("latest").rows] == [None, False, True, True]


def test_the_result_has_figures_beside_lists(settings: Settings, tmp_path: Path) -> None:
    told = read(settings, tmp_path).to_json()
    assert list(told) == [
        "readings",
        "energy",
        "fees",
        "tariff",
        "failures",
        "failures_before",
        "newest",
        "as_of",
        "best_turbines",
        "states",
        "latest",
    ]
    assert (told["fees"], told["tariff"], told["energy"]) == ("1234567.30", "0.1250", 1322.75)
    assert told["newest"] == told["as_of"] == "2026-03-04T08:31:00.000Z"
    assert told["states"] == [
        {"state": "down", "readings": 1},
        {"state": "up", "readings": 2},
        {"state": None, "readings": 1},
    ]
    json.dumps(told, allow_nan=False)


def test_without_rows_nothing_is_known(settings: Settings, tmp_path: Path) -> None:
    found = read(settings, tmp_path, ())
    told = found.to_json()
    assert (told["readings"], told["energy"], told["fees"], told["as_of"]) == (0, None, None, None)
    assert told["best_turbines"] == told["states"] == told["latest"] == []
    assert found.part("wind_by_day").rows == ()


def test_text_is_told_by_the_labels_of_the_language(settings: Settings, tmp_path: Path) -> None:
    result = job.KpisResult(read(settings, tmp_path))
    summary = result.summary()
    assert summary.lines[0] == (
        "readings: 4; energy: 1,322.75 kWh; fees: 1,234,567.30 CHF; tariff: 0.1250 CHF/kWh; "
        "newest reading: 2026-03-04 08:31:00"
    )
    assert summary.lines[1] == "up to 2026-03-04T08:31:00.000Z: failures: 1 (2 before)"
    assert [table.title for table in summary.tables] == [
        "best turbines",
        "states",
        "latest readings",
    ]
    assert summary.tables[2].headers[0] == "time"
    shown = render(summary)
    assert "site         energy    readings" in shown
    assert "T2           900.25           2" in shown
    assert shown.count("2026-03-04 08:31:00") == 2
    use_language("fr")
    try:
        lines = result.summary().lines
    finally:
        use_language("en")
    assert lines[0].startswith("relevés\u00a0: 4\u00a0; energy\u00a0: 1\u00a0322,75 kWh")


def test_the_job_reads_only_what_results_hold(settings: Settings, tmp_path: Path) -> None:
    pipeline = turbines.folder(tmp_path / "turbines", kpi_by_day="SELECT no_such_column")
    with turbines.warehouse(settings, pipeline) as opened:
        context = JobContext(replace(settings, pipeline=pipeline))
        assert job.result_of(context, opened).fields()["readings"] == 4


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SELECT 'up', 2.5", "column readings is to be integer, the query returned Decimal('2.5')"),
        ("SELECT 'up'", "columns: 1 in the query, 2 in the definition"),
        ("SELECT 'up', 'x\x1b[31m'", "column readings is to be integer"),
        ("SELECT 'up', TIMESTAMP '2026-01-01'", "column readings is to be integer"),
    ],
)
def test_a_query_that_does_not_fit_is_named(
    settings: Settings, tmp_path: Path, query: str, reason: str
) -> None:
    pipeline = turbines.folder(tmp_path / "turbines", kpi_states=query)
    with turbines.warehouse(settings, pipeline) as opened, pytest.raises(ConfigError) as caught:
        read_kpis(opened, pipeline.definition.kpis)
    assert caught.value.message.startswith(f"kpi_states.sql: {reason}")
    assert "\x1b" not in caught.value.message
    assert "kpis.states in pipeline.toml" in caught.value.hint


def test_a_query_that_does_not_run_is_named(settings: Settings, tmp_path: Path) -> None:
    broken = "SELECT state, COUNT(*) FROM {schema}.{rows} GROUP BY stat"
    pipeline = turbines.folder(tmp_path / "turbines", kpi_states=broken)
    with turbines.warehouse(settings, pipeline) as opened, pytest.raises(WarehouseError) as caught:
        read_kpis(opened, pipeline.definition.kpis)
    assert caught.value.message.startswith("kpi_states.sql: ")
    assert '"stat"' in caught.value.message
    assert "where kpi_states.sql is your own, see that it runs" in caught.value.hint
    assert "\n" not in caught.value.message


def test_a_screen_has_rows_of_tables_and_when_the_newest_came(
    settings: Settings, tmp_path: Path
) -> None:
    pipeline = turbines.folder(tmp_path / "turbines")
    with turbines.warehouse(settings, pipeline) as opened:
        found = read_figures(opened, pipeline.definition.kpis)
    assert found.newest_row == datetime(2026, 3, 5, 12, tzinfo=UTC)
    assert found.totals == Totals(0, 4, 0)
    assert found.kpis.part("wind_by_day").rows


def test_text_shows_the_end_of_a_long_series() -> None:
    (kpi,) = (
        kpi.model_copy(update={"in_result": True})
        for kpi in read_definition(turbines.DEFINITION, "p.toml").kpis
        if kpi.name == "wind_by_day"
    )
    rows = tuple((date(2026, 3, day), day / 4, None) for day in range(1, 32))
    (table,) = job.KpisResult(Kpis((KpiRows(kpi, rows),))).summary().tables
    assert [row[0] for row in table.rows] == [f"2026-03-{day}" for day in range(25, 32)]
    assert list(table.headers) == ["day", "wind", "readings"]


class Given:
    """Gives the rows of an engine that keeps the zone of a time, as Snowflake may."""

    def __init__(self, *rows: tuple[object, ...]) -> None:
        self._rows = list(rows)

    def rows(self, _query: str, _parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        return self._rows


def test_times_of_any_zone_are_in_utc() -> None:
    definition = read_definition(turbines.DEFINITION, "p.toml")
    latest = next(kpi for kpi in definition.kpis if kpi.name == "latest")
    evening = datetime.fromisoformat("2026-03-04T23:30:00-03:00")
    row = ("T1", Decimal("7.5"), 1, True, evening)
    found = read_kpis(cast("Warehouse", Given(row)), [latest])
    assert found.parts[0].rows == (("T1", 7.5, 1.0, True, datetime(2026, 3, 5, 2, 30, tzinfo=UTC)),)
    assert found.parts[0].to_json()[0]["measured_at"] == "2026-03-05T02:30:00.000Z"
    assert isinstance(found.parts[0].rows[0][1], float)


def test_figures_come_in_one_row(settings: Settings, tmp_path: Path) -> None:
    none = "SELECT * FROM (SELECT 1, 2, 3, 4, 5, 6, NULL, ?) WHERE FALSE"
    pipeline = turbines.folder(tmp_path / "turbines", kpi_totals=none)
    with (
        turbines.warehouse(settings, pipeline) as opened,
        pytest.raises(ConfigError, match="one row"),
    ):
        read_kpis(opened, pipeline.definition.kpis)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('bar = "energy"\n', "", "kpis.2: needs a bar"),
        ('bar = "energy"\n', 'bar = "site"\n', "kpis.2: needs a bar"),
        ('bar = "energy"\n', 'bar = "power"\n', "kpis.2: a bar, lead or previous column"),
        ('lead = "site"\n', 'lead = "place"\n', "kpis.2: a bar, lead or previous column"),
        ('{ name = "site" },', '{ name = "turbine" },', "kpis.2: a column is there twice"),
        ('previous = "failures_before"', 'previous = "newest"', "kpis.1: only numbers"),
        ('{ name = "day", type = "date" },', '{ name = "day" },', "kpis.4: a series needs a date"),
        ('name = "states"\n', 'name = "latest"\n', "kpis: two of them have one name"),
        ('name = "states"\n', 'name = "readings"\n', "kpis: a key of the result is there twice"),
        ('name = "states"\n', 'name = "error"\n', "kpis: a key of the result is there twice"),
    ],
)
def test_kpis_that_cannot_be_shown_are_refused_with_their_place(
    old: str, new: str, problem: str
) -> None:
    assert turbines.DEFINITION.count(old) == 1
    with pytest.raises(DefinitionError) as caught:
        read_definition(turbines.DEFINITION.replace(old, new), "p.toml")
    (told,) = caught.value.problems
    assert told.startswith("p.toml:")
    assert problem in told
