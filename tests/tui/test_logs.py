"""The log pane by its keys: it follows unless it is scrolled."""

import logging

from core.operations.explorer import Explored
from core.operations.logtail import LogEntry
from tests.support.console import piloted, still_console
from tests.support.moments import NOW, moment
from tui.dialogs.row_details import RowDetails


def entries(count, severity=logging.INFO):
    name = logging.getLevelName(severity)
    return tuple(
        LogEntry(n, NOW, name, severity, "log", "thread", f"message {n} [red]", (("a", "b"),))
        for n in range(count)
    )


@piloted
async def test_the_log_is_followed_unless_the_cursor_was_moved_up(settings):
    app = still_console(settings, moment(explored=Explored(log=entries(50))))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("9")
        await pilot.pause()
        app.tick()
        rows = app._main.pane("logs").rows_view
        assert rows.current.key == "49"
        app.controller.now = moment(explored=Explored(log=entries(60)))
        app.tick()
        assert "message 59" in "\n".join(line.text for line in rows.lines)
        await pilot.press("ctrl+u")
        held = rows.current.key
        assert int(held) < 59
        app.controller.now = moment(explored=Explored(log=entries(90)))
        app.tick()
        assert rows.current.key == held
        await pilot.press("G")
        assert rows.current.key == "89"
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, RowDetails)


@piloted
async def test_levels_are_chosen_by_a_key(settings):
    log = (*entries(3, logging.DEBUG), *entries(2, logging.ERROR))
    app = still_console(settings, moment(explored=Explored(log=log)))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        await pilot.press("9")
        await pilot.pause()
        app.tick()
        rows = app._main.pane("logs").rows_view
        counts = []
        for _level in range(4):
            counts.append(len(rows.rows))
            await pilot.press("l")
        assert counts == [2, 2, 2, 5]
