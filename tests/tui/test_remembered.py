"""A console begins where the last one of its data directory was left."""

from dataclasses import replace

from core.text.catalogue import speaking
from tests.support.console import piloted, still_console
from tests.support.moments import moment
from tui.row_order import Arrangement
from tui.saved_filters import SavedFilters
from tui.screens.palette import Actions


async def session(settings, pilot_script):
    app = still_console(settings, moment())
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        app.tick()
        await pilot.pause()
        await pilot_script(app, pilot)
    return app


@piloted
async def test_pane_filter_range_options_theme_and_commands_are_there_again(settings):
    settings.paths.data.mkdir()

    async def first(app, pilot):
        await pilot.press("t", "right_square_bracket", "9", "slash", *"disk", "enter")
        await pilot.press("colon", *"rate 123", "enter")
        await pilot.pause()
        await pilot.press("9")
        producer = app._main.pane("producer")
        producer.options = replace(producer.options, mode="stream", limit=1_000)
        app.tick()

    async def second(app, pilot):
        assert app.chosen.NAME == "logs"
        assert app.chosen.rows_view.filter == "disk"
        assert app.window.seconds == 3_600
        assert app.theme == before.theme
        options = app._main.pane("producer").options
        assert (options.mode, options.limit, options.rate) == ("stream", 1_000, 123)
        await pilot.press("colon", "up")
        await pilot.pause()
        assert app.screen._line.value == "rate 123"

    before = await session(settings, first)
    await session(settings, second)


@piloted
async def test_the_order_and_the_columns_of_a_list_are_there_again(settings):
    settings.paths.data.mkdir()

    async def first(app, pilot):
        await pilot.press("8", "comma", "minus", "semicolon")
        app.tick()
        await pilot.press("E", "tab", "comma", "comma", "semicolon")
        app.keep()

    async def second(app, pilot):
        await pilot.press("8")
        app.tick()
        assert app.chosen.rows_view.arrangement == Arrangement("rule", True, frozenset({"0"}))
        await pilot.press("E", "tab")
        titles = [one.title for one in app.screen.rows_view._cursor.table.columns]
        assert "état▼" in titles

    await session(settings, first)
    with speaking("fr"):
        await session(settings, second)


@piloted
async def test_orders_that_an_older_version_kept_cost_nothing(settings):
    settings.paths.data.mkdir()
    (settings.paths.data / "console.json").write_text(
        '{"pane": "alerts", "orders": {"alerts": {" | rule": {"column": 1, "hidden": [0]}}}}'
    )

    async def look(app, pilot):
        assert app.chosen.NAME == "alerts"
        assert app.chosen.rows_view.arrangement == Arrangement()

    await session(settings, look)


@piloted
async def test_saved_filters_are_taken_and_deleted_from_the_palette(settings):
    settings.paths.data.mkdir()
    SavedFilters(settings.paths.data).save("logs", "disk", "disk full")

    async def script(app, pilot):
        await pilot.press("9")
        found = {one.title: one for one in Actions(app.screen, None)._commands()}
        found["filter disk"].run()
        assert app.chosen.rows_view.filter == "disk full"
        found["delete filter disk"].run()
        assert SavedFilters(settings.paths.data).of("logs") == {}
        found["delete filter disk"].run()  # says that there is none

    await session(settings, script)


@piloted
async def test_values_of_another_type_and_panes_that_are_gone_are_left_out(settings):
    settings.paths.data.mkdir()
    (settings.paths.data / "console.json").write_text(
        '{"pane": "gone", "range_s": 7, "theme": "gone", "options":'
        ' {"producer": {"rate": "fast", "limit": 5, "mode": "dance"}}}'
    )

    async def look(app, pilot):
        assert app.chosen.NAME == "producer"
        assert app.window.seconds == 300
        options = app.chosen.options
        assert (options.rate, options.limit, options.mode) == (200, 5, "replay")

    await session(settings, look)


@piloted
async def test_a_read_only_console_keeps_nothing(settings):
    settings.paths.data.mkdir()

    async def look(app, pilot):
        app.controller.read_only = True
        await pilot.press("9")
        app.keep()

    await session(settings, look)
    assert not (settings.paths.data / "console.json").exists()
