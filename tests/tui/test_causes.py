"""From an alert or a check to what is behind it, and back one step at a time."""

from dataclasses import replace

import pytest

from core.alerts.model import RULES, Alert, Level
from tests.support.console import piloted, still_console
from tests.support.moments import NOW
from tests.tui.test_exports import FULL
from tui.causes import cause_of_rule
from tui.dialogs.row_details import RowDetails

pytestmark = pytest.mark.slow

ALERTS = tuple(
    Alert(rule, Level.BAD, Level.BAD, f"{rule} is bad", NOW)
    for rule in ("lag", "dead_letters", "gaps", "schema_drift", "threads")
)
LOUD = replace(FULL, alerts=ALERTS)


def screen_text(app):
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(part.text for part in strip) for strip in strips)


async def press(app, pilot, *keys):
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
        app.tick()
        await pilot.pause()


def test_every_rule_leads_somewhere():
    assert all(cause_of_rule(rule) is not None for rule in RULES)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
@pytest.mark.parametrize(
    ("row", "pane", "part", "words"),
    [
        (0, "consumer", "", ""),
        (1, "events", "dead_letters", ""),
        (2, "warehouse", "gaps", ""),
        (3, "validation", "", "schema_drift"),
        (4, "logs", "", "ERROR"),
    ],
)
def test_enter_on_an_alert_opens_what_is_behind_it_and_escape_comes_back(
    settings, size, row, pane, part, words
):
    @piloted
    async def script():
        app = still_console(settings, LOUD)
        async with app.run_test(size=size) as pilot:
            await press(app, pilot, "8", *["j"] * row, "enter")
            assert pane == app.chosen.NAME
            assert app.chosen.display
            if part or words:
                assert app.chosen.part == part
                assert app.chosen.rows_view.filter == words
            shown = screen_text(app)
            assert f"{ALERTS[row].rule} is bad" in shown
            assert "8 Alerts ▸" in shown
            await press(app, pilot, "escape")
            assert app.chosen.NAME == "alerts"
            assert app.chosen.rows_view.current.source is ALERTS[row]
            assert "8 Alerts ▸" not in screen_text(app)
            if words:
                assert app._main.pane(pane).rows_view.filter == ""

    script()


def test_a_number_key_leaves_the_way_that_was_followed(settings):
    @piloted
    async def script():
        app = still_console(settings, LOUD)
        async with app.run_test(size=(120, 36)) as pilot:
            await press(app, pilot, "8", "enter", "9")
            assert "8 Alerts ▸" not in screen_text(app)
            await press(app, pilot, "escape")
            assert app.chosen.NAME == "consumer"

    script()


def test_details_go_on_to_the_next_row_and_to_the_cause(settings):
    @piloted
    async def script():
        app = still_console(settings, LOUD)
        async with app.run_test(size=(120, 36)) as pilot:
            await press(app, pilot, "8", "i")
            assert isinstance(app.screen, RowDetails)
            assert "lag is bad" in screen_text(app)
            await press(app, pilot, "n")
            assert "dead_letters is bad" in screen_text(app)
            await press(app, pilot, "n", "p", "p")
            assert "lag is bad" in screen_text(app)
            await press(app, pilot, "n", "enter")
            assert app.chosen.NAME == "events"
            assert app.chosen.part == "dead_letters"
            await press(app, pilot, "escape", "escape")
            assert len(app.screen_stack) == 2

    script()


def test_details_of_the_last_row_end_there(settings):
    @piloted
    async def script():
        app = still_console(settings, FULL)
        async with app.run_test(size=(120, 36)) as pilot:
            await press(app, pilot, "6", "tab", "enter", "n")
            assert "0/2" in app.screen.query_one("#row-details").border_title
            await press(app, pilot, "n", "p")
            assert "0/1" in app.screen.query_one("#row-details").border_title
            await press(app, pilot, "escape")
            await press(app, pilot, "enter")
            assert isinstance(app.screen, RowDetails)

    script()
