"""Another context is chosen in the console: the present one is left, then the other is opened."""

import argparse
from pathlib import Path

import pytest

from core.cli.parsing import main_parser
from core.config.contexts import Context
from tests.support.console import piloted, still_console
from tests.support.moments import moment
from tui.dialogs.choose import ChooseScreen
from tui.switching import arguments_for


@pytest.fixture
def named(tmp_path: Path, settings, monkeypatch) -> Path:
    folder = tmp_path / "config" / "dropship"
    folder.mkdir(parents=True)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder.parent))
    file = folder / "contexts.toml"
    file.write_text(
        f'[here]\ndata_dir = "{settings.paths.data}"\n[other]\ndata_dir = "{tmp_path}/other/data"\n'
    )
    return file


async def typed(app, pilot, text: str) -> None:
    await pilot.pause()
    await pilot.press("colon", *text, "enter")
    await pilot.pause()


@piloted
async def test_a_context_that_is_named_is_opened_after_a_clean_end(named, settings, tmp_path):
    app = still_console(settings, moment())
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await typed(app, pilot, "context here")
        assert "already" in [told.message for told in app._notifications][-1]
        assert app.next_context is None
        await typed(app, pilot, "context other")
        for _time in range(100):
            if app.controller.farewell is not None:
                break
            await pilot.pause(0.05)
    assert app.controller.farewell is not None
    assert app.next_context.data_dir == tmp_path / "other" / "data"


@piloted
async def test_contexts_are_listed_and_escape_stays(named, settings):
    app = still_console(settings, moment())
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        await pilot.press("X")
        await pilot.pause()
        assert isinstance(app.screen, ChooseScreen)
        await pilot.press("escape")
        await pilot.pause()
        assert app.next_context is None
        await typed(app, pilot, "context")
        assert isinstance(app.screen, ChooseScreen)
        await pilot.press("j", "enter")
        await pilot.pause()
        assert app.next_context.name == "other"


@piloted
async def test_a_wrong_file_is_told_and_the_console_stays(named, settings):
    named.write_text("[here]\n")
    app = still_console(settings, moment())
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await pilot.pause()
        await pilot.press("X")
        await pilot.pause()
        told = [one.message for one in app._notifications][-1]
        assert "contexts.toml:1: context here" in told
        assert "docs/console.md" in told
        assert app.next_context is None


def test_the_options_of_another_context_are_its_own_and_those_of_the_screen_stay():
    given = main_parser().parse_args(
        ["--data-dir", "a", "--log-file", "x", "--lang", "fr", "--ascii", "--read-only"]
    )
    assert isinstance(given, argparse.Namespace)
    context = Context("b", Path("/b/data"), Path("/b/.env"), None, Path("/b/reports"))
    made = main_parser().parse_args(arguments_for(context, given))
    assert (made.data_dir, made.env_file) == (Path("/b/data"), Path("/b/.env"))
    assert (made.reports_dir, made.pipeline, made.log_file) == (Path("/b/reports"), None, None)
    assert (made.lang, made.ascii, made.read_only, made.no_color) == ("fr", True, True, False)
