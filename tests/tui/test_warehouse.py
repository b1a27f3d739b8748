"""The warehouse pane by its keys."""

from core.operations.explorer import Explored
from core.operations.inspect import Inspection, MergeRun, StoredGap, StoredOffset
from core.operations.poller import Reading
from core.warehouse.model import TableFacts
from tests.support.console import piloted, still_console
from tests.support.moments import NOW, moment
from tui.dialogs.row_details import RowDetails

FOUND = Inspection(
    (TableFacts("orders", 5_000, 1_000_000),),
    2_000_000,
    10,
    3,
    (MergeRun(NOW, 1, 2, 0, 3, 4, 0.1, 0.2),),
    (StoredOffset("orders_topic", "abc", 0, 0, 5_000, 0, NOW),),
    (StoredGap("orders_topic", 1, 5, 9, "retention \x1b[31m[red]", NOW),),
)


@piloted
async def test_tab_goes_through_the_lists_and_enter_opens_a_row(settings):
    app = still_console(settings, moment(explored=Explored(inspection=Reading(FOUND, NOW, 0.01))))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("7")
        await pilot.pause()
        app.tick()
        pane = app._main.pane("warehouse")
        keys = []
        for _part in range(4):
            keys.append(pane.rows_view.current.key)
            await pilot.press("tab")
        assert keys == ["orders", NOW.isoformat(), "abc/0", "orders_topic/1/5"]
        await pilot.press("shift+tab", "enter")
        await pilot.pause()
        assert isinstance(app.screen, RowDetails)
        await pilot.pause()
        shown = "\n".join(entry.text for entry in app.screen.lines)
        assert "retention \ufffd[31m[red]" in shown
