"""The compact board: a line a stage that answers whether it flows and whether it is right."""

from dataclasses import replace

import pytest

from core.alerts.model import Alert, Level
from core.operations.explorer import Explored
from core.operations.snapshot import SinceCheck
from core.workers import RunState
from tests.support.moments import NOW, moment
from tests.support.panes import CONSUMING, WAITING
from tests.support.scenes import STATES, scene
from tests.unit.tui.drawing import frame
from tui.row_table import lay_out
from tui.views.overview import overview_foot, stages

ORDER = ["seed", "producer", "events", "consumer", "warehouse", "validation", "kpis", "alerts"]


def told(now, name, width=76):
    table = stages(now, frame(width, 20))
    row = next(row for row in table.rows if row.key == name)
    return lay_out(table.columns, width).line(row)


def roles(line):
    return {span.role for span in line.spans if span.text.strip()}


@pytest.mark.parametrize("state", [state for state in STATES if state != "seeded"])
@pytest.mark.parametrize("width", [56, 72, 96])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_every_stage_has_a_line_that_fits(state, width, ascii_only):
    now = scene(state, None, Explored())
    table = stages(now, frame(width, 20, ascii_only=ascii_only))
    assert [row.key for row in table.rows] == ORDER
    layout = lay_out(table.columns, width)
    assert all(layout.line(row).width <= width for row in table.rows)


def test_a_pipeline_that_flows_is_told_in_figures():
    now = scene("running", None, Explored())
    assert "of" in told(now, "producer").text or "/s" in told(now, "producer").text
    assert "p95 41 ms" in told(now, "consumer").text
    assert "100 dead letters" in told(now, "consumer", 96).text
    assert "lag 6" in told(now, "events").text
    assert "ago" in told(now, "validation").text
    assert "no active alerts" in told(now, "alerts").text


def test_what_is_wrong_stands_in_its_line_in_its_colour():
    failed = replace(CONSUMING, state=RunState.FAILED, error="the warehouse is gone")
    line = told(moment(consumer=failed), "consumer")
    assert "the warehouse is gone" in line.text
    assert "bad" in roles(line)
    assert "wait" in roles(told(moment(consumer=WAITING), "consumer"))
    alert = Alert("lag", Level.BAD, Level.BAD, "590,000 records wait", NOW)
    line = told(moment(alerts=(alert,)), "alerts")
    assert "590,000 records wait" in line.text
    assert "bad" in roles(line)
    assert "bad" in roles(told(moment(alerts=(alert,), history=()), "events"))


def test_a_verdict_that_newer_events_may_contradict_says_so():
    now = replace(scene("running", None, Explored()), since_check=SinceCheck(events=5))
    assert "out of date" in told(now, "validation").text or "WARN" in told(now, "validation").text


def test_rates_over_time_take_what_is_left():
    now = scene("running", None, Explored())
    assert len(overview_foot(now, frame(76, 11))) == 11
    assert overview_foot(now, frame(76, 4)) == []
