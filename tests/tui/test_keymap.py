"""Keys of a person's own do what they say, and every place that names a key names these."""

import re

import pytest
from textual.widgets import Label

from core.errors import UsageError
from tests.support.console import StillDesk, piloted
from tests.support.moments import moment
from tui.app import Console
from tui.commands import run_command
from tui.dialogs.confirm import ConfirmScreen
from tui.dialogs.row_details import RowDetails
from tui.formats import Formats
from tui.screens.explore import ExploreScreen
from tui.screens.help import HelpScreen

KEYS = {"app.demo": "f5", "rows.filter": "f4", "explore.next": "x", "producer.stream": "ctrl+t"}


def console(settings, size=(120, 36), keys=KEYS):
    app = Console(StillDesk(settings, moment()), Formats("en"), timer=False, keymap=keys)
    return app, app.run_test(size=size, notifications=True)


def text(app):
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def draw(app, pilot):
    await pilot.pause()
    app.tick()
    await pilot.pause()


@piloted
async def test_a_key_of_ones_own_is_pressed_and_named_in_footer_banner_help_and_palette(settings):
    app, running = console(settings)
    async with running as pilot:
        await draw(app, pilot)
        assert "f5 demo" in text(app)
        assert "press f5 to run" in text(app)
        await pilot.press("d")
        assert app.screen.id == "main"
        await pilot.press("f5")
        assert isinstance(app.screen, ConfirmScreen)
        await pilot.press("n", "question_mark")
        assert isinstance(app.screen, HelpScreen)
        listed = " ".join(str(label.render()) for label in app.screen.query(Label))
        assert "f5        run the whole pipeline" in listed
        await pilot.press("escape", "ctrl+p")
        await pilot.press(*"demo")
        for _ in range(40):
            await pilot.pause(0.05)
            if "key f5" in text(app):
                break
        assert "key f5" in text(app)


@piloted
async def test_filter_key_lists_screens_and_what_is_refused_follow(settings):
    app, running = console(settings)
    async with running as pilot:
        await draw(app, pilot)
        await pilot.press("9", "f4", "a", "b", "enter")
        assert app.chosen.rows_view.filter == "ab"
        await pilot.press("escape")
        app.open_explore()
        await draw(app, pilot)
        assert isinstance(app.screen, ExploreScreen)
        assert "x next tab" in text(app)
        await pilot.press("x")
        assert app.screen.part.name == "groups"
        await pilot.press("x", "e")
        assert "[x] shows the groups" in list(app._notifications)[-1].message


@piloted
async def test_a_compact_board_acts_by_the_new_keys(settings):
    app, running = console(settings, (80, 24))
    async with running as pilot:
        await draw(app, pilot)
        app.chosen.rows_view.point_at("producer")
        asked = []
        app._main.pane("producer").action_stream = lambda: asked.append(1)
        await pilot.press("m", "ctrl+t")
        await pilot.pause()
        assert asked == [1]


@piloted
async def test_panes_are_called_by_their_new_keys_in_titles_tabs_board_and_footer(settings):
    keys = {"pane.seed": "ampersand", "pane.kpis": "f5", "pane.restore": "x", "pane.logs": "b"}
    for size, wanted in (
        ((120, 36), ["& Seed", "f5 KPIs", "2 Producer", "panes"]),
        ((80, 24), ["& seed", "f5 KPIs", " & … 0 panes"]),
    ):
        app, running = console(settings, size, keys)
        async with running as pilot:
            await draw(app, pilot)
            await pilot.press("x")
            await draw(app, pilot)
            for each in wanted:
                assert each in re.sub("  +", " ", text(app))
            await pilot.press("b")
            await draw(app, pilot)
            assert "[b Logs]" in text(app)
            assert "x board" in text(app)
            await pilot.press("x", "question_mark")
            listed = " ".join(str(label.render()) for label in app.screen.query(Label))
            assert "b Logs" in listed


@piloted
async def test_keys_of_forms_and_what_messages_call_them_follow(settings):
    keys = {"form.start": "f9", "form.next": "f8", "choice.next": "f7", "list.first": "f6"}
    app, running = console(settings, keys=keys)
    async with running as pilot:
        await draw(app, pilot)
        app._main.pane("producer").action_options()
        await draw(app, pilot)
        form = app.screen
        assert "f9 saves and starts" in text(app)
        before = form.focused
        await pilot.press("f8")
        assert form.focused is not before
        await pilot.press("f9")
        await draw(app, pilot)
        assert app.screen is not form
        assert form.started


@piloted
async def test_all_keys_are_listed_and_written_once(settings, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    app, running = console(settings)
    async with running as pilot:
        await draw(app, pilot)
        await pilot.press("colon", *"keymap", "enter")
        await draw(app, pilot)
        assert isinstance(app.screen, RowDetails)
        assert '"app.demo" = "f5"' in "\n".join(line.text for line in app.screen.lines)
        run_command("keymap write", app.commands())
        assert '\n"app.demo" = "f5"' in (tmp_path / "dropship" / "keymap.toml").read_text()
        with pytest.raises(UsageError, match="is there already"):
            run_command("keymap write", app.commands())
