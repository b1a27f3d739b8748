"""The console over a pipeline that has nothing of orders."""

from dataclasses import replace

import pytest

from core.kpis.model import KpiRows, Kpis
from core.operations.poller import Reading
from core.operations.snapshot import ControllerSnapshot, Figures
from core.validation.model import Totals
from tests.support import turbines
from tests.support.moments import NOW

pytestmark = pytest.mark.snapshots

_OF_ANY_PIPELINE = {"duplicates", "reconciliation", "content", "schema", "dead_letters", "volume"}
"""Checks whose messages name no row of orders."""
LARGE, SMALL = (120, 36), (80, 24)


@pytest.fixture
def foreign(picture, tmp_path_factory):
    """Take a picture of the running pipeline of turbines."""
    pipeline = turbines.folder(tmp_path_factory.mktemp("turbines") / "turbines")
    rows = pipeline.definition.kpis

    def measured(now: ControllerSnapshot) -> ControllerSnapshot:
        kpis = Kpis(tuple(KpiRows(kpi, tuple(turbines.KPI_ROWS[kpi.name])) for kpi in rows))
        figures = Figures(kpis, None, Totals(128_404, 128_404, 0))
        result = now.validation.result
        sound = tuple(check for check in result.checks if check.name in _OF_ANY_PIPELINE)
        return replace(
            now,
            figures=Reading(figures, NOW, 0.1),
            validation=replace(now.validation, result=replace(result, checks=sound)),
            producer=replace(now.producer, mode="stream", fraction=None),
        )

    def take(size, code, *keys):
        return picture("running", size, code, *keys, change=measured, pipeline=pipeline)

    return take


@pytest.mark.parametrize("code", ["en", "fr"])
def test_the_board(foreign, code):
    assert foreign(LARGE, code)


@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_its_kpis(foreign, size):
    assert foreign(size, "en", "5", *(["z"] if size == LARGE else []))


@pytest.mark.parametrize("pane", ["1", "2", "4"])
def test_panes_that_name_rows(foreign, pane):
    assert foreign(SMALL, "en", pane)
