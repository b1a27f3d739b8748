"""A row in full stands beside its list where there is room for both, else over it."""

import pytest

from tests.support.console import piloted, still_console
from tests.tui.test_exports import FULL
from tui.dialogs.choose import ChooseScreen
from tui.dialogs.row_details import RowDetails


async def press(app, pilot, *keys):
    for key in keys:
        await pilot.press(key)
    await pilot.pause()
    app.tick()
    await pilot.pause()
    await pilot.pause()


def rows(app):
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip) for strip in strips]


@pytest.mark.parametrize(("size", "beside"), [((160, 40), True), ((120, 36), False)])
def test_of_a_pane(settings, size, beside):
    @piloted
    async def script():
        app = still_console(settings, FULL)
        async with app.run_test(size=size) as pilot:
            await press(app, pilot, "6", "tab", "enter")
            pane, details = app.chosen, app.screen
            assert isinstance(details, RowDetails)
            box = details.query_one("#row-details")
            assert details.has_class("-beside") is beside
            if beside:
                assert pane.rows_view.region.right <= box.region.x
                assert box.region.right <= pane.region.right
                assert box.region.height == pane.region.height - 2
            first = box.border_title
            await press(app, pilot, "j")
            assert (box.border_title != first) is beside
            await press(app, pilot, "n")
            assert box.border_title != first
            assert app.screen is details
            await press(app, pilot, "escape")
            assert pane.rows_view.size.width > size[0] - 8
            assert app.screen.id == "main"

    script()


def test_of_a_list_over_the_console_and_after_a_change_of_size(settings):
    @piloted
    async def script():
        app = still_console(settings, FULL)
        async with app.run_test(size=(160, 40)) as pilot:
            app.open_explore()
            await press(app, pilot)
            screen = app.screen
            screen.console.controller.asking.surveys.close()
            screen.details = lambda: RowDetails("one", lambda _frame: [], screen.frame_now())
            await press(app, pilot, "enter")
            assert screen.rows_view.size.width < 100
            await pilot.resize_terminal(100, 30)
            await press(app, pilot)
            assert not app.screen.has_class("-beside")
            assert screen.rows_view.size.width == 100
            await press(app, pilot, "escape")
            assert app.screen is screen

    script()


def test_key_and_value_are_copied_apart(settings):
    @piloted
    async def script():
        app = still_console(settings, FULL)
        async with app.run_test(size=(120, 36)) as pilot:
            await press(app, pilot, "6", "enter", "Y")
            assert isinstance(app.screen, ChooseScreen)
            await press(app, pilot, "enter")
            key = app.clipboard
            await press(app, pilot, "Y", "G", "end", "enter")
            assert app.clipboard not in {"", key}
            assert isinstance(app.screen, RowDetails)

    script()
