"""The doctor pane: checks, settings, details."""

from core.doctor.model import fail, ok
from core.operations.explorer import Explored
from core.operations.task import TaskSnapshot
from tests.support.console import piloted, still_console
from tests.support.moments import NOW, moment
from tui.dialogs.row_details import RowDetails

FOUND = (ok("python", "3.11"), fail("broker", "away [red]\x1b[31m", "start it"))


@piloted
async def test_checks_settings_and_details(settings):
    done = TaskSnapshot(result=FOUND, ended_at=NOW, done=2, total=2)
    app = still_console(settings, moment(explored=Explored(doctor=done)))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        await pilot.press("0")
        await pilot.pause()
        app.tick()
        pane = app._main.pane("doctor")
        assert pane.status(app.controller.now) == "fail"
        assert pane.rows_view.current.key == "python"
        await pilot.press("j", "enter")
        await pilot.pause()
        assert isinstance(app.screen, RowDetails)
        await pilot.pause()
        shown = "\n".join(entry.text for entry in app.screen.lines)
        assert "away [red]\ufffd[31m" in shown
        assert "start it" in shown
        await pilot.press("escape", "tab")
        app.tick()
        keys = [row.key for row in pane.rows_view.rows]
        assert "KAFKA_TOPIC" in keys
        await pilot.press("slash", *"topic")
        assert "KAFKA_TOPIC" in [row.key for row in pane.rows_view.rows] != keys
