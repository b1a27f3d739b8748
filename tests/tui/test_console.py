"""What works everywhere: keys, help, palette, exports, read-only, trouble at the opening."""

import asyncio
import csv
import json

import pytest
from textual import events
from textual.command import CommandPalette

from core.broker.connect import connect_broker  # noqa: F401 - imported before threads do
from core.clock import SystemClock
from core.jobs import produce
from core.operations.controller import Controller
from core.text import _
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.workers import RunState
from tui.app import Console
from tui.dialogs.confirm import ConfirmScreen
from tui.formats import Formats
from tui.screens.help import HelpScreen


def test_help_names_every_key(play):
    async def script(here):
        await here.press("question_mark")
        assert isinstance(here.console.screen, HelpScreen)
        shown = "\n".join(str(label.render()) for label in here.console.screen.query("Label"))
        for pane in here.console.panes:
            assert f"{pane.NUMBER} {_(pane.TITLE)}" in shown
            for entry in pane.own_bindings():
                assert _(entry.tooltip or entry.description) in shown
        await here.press("escape")
        assert not isinstance(here.console.screen, HelpScreen)

    play(script)


@pytest.mark.slow
def test_the_palette_finds_an_action_of_another_pane_and_does_it(play):
    async def script(here):
        await here.press("ctrl+p")
        assert isinstance(here.console.screen, CommandPalette)
        await here.press(*"alertsacknowledgeall")
        await here.until(lambda: "Alerts: acknowledge all" in here.text)
        await here.press("enter", "enter")
        await here.until(lambda: not isinstance(here.console.screen, CommandPalette))
        await here.until(lambda: here.console.screen.chosen.NAME == "alerts")

    play(script)


def test_an_empty_board_says_what_to_press_and_the_key_asks_first(play):
    async def script(here):
        await here.until(lambda: "press d to run the whole pipeline" in here.text)
        await here.press("d")
        assert isinstance(here.console.screen, ConfirmScreen)
        assert "Run the whole pipeline?" in here.text
        await here.press("n")
        assert not here.console.controller.snapshot().demo.running

    play(script)


def test_the_demonstration_is_shown_and_its_outcome_announced(play, monkeypatch):
    monkeypatch.setattr("tui.demonstrating._ORDERS", 200)
    monkeypatch.setattr("tui.demonstrating._RATE", 400.0)

    async def script(here):
        await here.press("d", "y")
        await here.until(lambda: "demo 2/4" in here.text)
        await here.until(lambda: "The demonstration is done: PASS." in here.text, 60)
        await here.until(lambda: "PASS" in here.text.splitlines()[0])

    play(script)


def test_a_read_only_console_refuses_aloud_and_changes_nothing(play, settings):
    connect_once(settings)

    async def script(here):
        await here.until(lambda: here.console.controller.snapshot().figures.value)
        assert "read-only" in here.text.splitlines()[0]
        await here.press("1", "g")
        await here.back()
        await here.until(lambda: here.console.controller.generate(seed_options()) is False)
        await here.until(lambda: "nothing can be changed here" in here.text)

    controller = play(script, read_only=True, ready=False)
    assert not controller.start_consumer()
    assert not controller.validate()
    assert not controller.demonstrate()
    assert not controller.start_producer(produce.Options())
    assert not (settings.paths.data / "seed").exists()
    assert not (settings.paths.data / "history.sqlite").exists()
    assert not (settings.paths.broker_file).exists()


def seed_options():
    from core.jobs import seed

    return seed.Options()


def connect_once(settings):
    """Make the warehouse, as an earlier run would have."""
    warehouse = DuckDbWarehouse(settings, clock=SystemClock())
    warehouse.setup()
    warehouse.close()


@pytest.mark.slow
def test_a_held_warehouse_is_shown_with_its_holder_and_r_opens_it_later(play, settings):
    holder = DuckDbWarehouse(settings, clock=SystemClock())

    async def script(here):
        await here.until(lambda: here.console.controller.snapshot().opening.error)
        await here.draw()
        assert "r reconnects now" in here.text
        assert "in use by process" in " ".join(here.text.split())
        holder.close()
        await here.press("r")
        await here.until(lambda: here.console.controller.ready)
        await here.until(lambda: "reconnects now" not in here.text)

    play(script, ready=False)


@pytest.mark.slow
def test_a_theme_is_remembered(play):
    async def choose(here):
        assert here.console.theme == "textual-dark"
        await here.press("t")
        assert here.console.theme == "textual-light"

    async def look(here):
        assert here.console.theme == "textual-light"

    play(choose)
    play(look)


def test_panes_and_history_are_written_as_csv_and_json(play, settings):
    async def script(here):
        here.console.go_to("consumer")
        await here.until(lambda: here.console.controller.snapshot().watch.value)
        await here.press("w")
        await here.until(lambda: list(here.console.exports.glob("consumer_*.json")))
        await here.until(lambda: len(here.console.controller.snapshot().history) > 1)
        await here.press("W")
        await here.until(lambda: list(here.console.exports.glob("history_*.json")))
        await here.press("P")
        await here.until(lambda: "Saved" in here.text)

    play(script)
    exports = settings.paths.data / "exports"
    (table,) = exports.glob("consumer_*.csv")
    (objects,) = exports.glob("consumer_*.json")
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    same = json.loads(objects.read_text(encoding="utf-8"))
    assert [row["partition"] for row in rows] == [str(row["partition"]) for row in same]
    assert len(rows) > 0
    (samples,) = exports.glob("history_*.json")
    assert set(json.loads(samples.read_text())[0]) >= {"at", "produced", "consumed", "lag"}
    (picture,) = exports.glob("screen_*.svg")
    shown = picture.read_text(encoding="utf-8")
    assert shown.startswith("<svg")
    assert "url(" not in shown.replace("url(#", "")


def test_the_text_of_a_pane_is_copied(play):
    async def script(here):
        await here.press("8", "y")
        assert here.console.clipboard.startswith("✓ no active alerts")

    play(script)


@pytest.mark.slow
@pytest.mark.parametrize("ascii_only", [False, True])
def test_every_size_shows_something_and_nothing_too_wide(play, ascii_only):
    async def script(here):
        for width, height in ((20, 5), (40, 12), (60, 20), (80, 24), (120, 36), (200, 60)):
            await here.pilot.resize_terminal(width, height)
            for number in ("2", "5", "8"):
                await here.press(number)
                assert here.text.strip()
            footer = here.text.splitlines()[-1]
            if width >= 40 and height >= 12:
                assert "? help" in footer
                assert "q quit" in footer

    play(script, ascii_only=ascii_only)


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
def test_keys_typed_at_once_after_a_number_go_to_that_pane(play, size):
    async def script(here):
        await here.press("2")
        assert here.console.screen.chosen.NAME == "producer"
        here.type_ahead("3", "s")
        await here.until(
            lambda: here.console.controller.snapshot().consumer.state is RunState.RUNNING, 8
        )
        assert here.console.controller.producer is None
        here.type_ahead("4", "/")
        await here.until(lambda: here.console.screen.chosen.NAME == "validation", 8)
        await here.until(lambda: here.console.screen.chosen.rows_view.typing, 8)

    play(script, size=size)


@pytest.mark.slow
def test_the_doctor_does_not_take_the_screen_for_the_terminal(play):
    async def script(here):
        await here.press("0", "r")
        doctor = lambda: here.console.controller.snapshot().explored.doctor  # noqa: E731
        await here.until(lambda: doctor().result and not doctor().running)
        (encoding,) = (one for one in doctor().result if one.name == "encoding")
        assert encoding.detail == "UTF-8"

    play(script)


def test_keys_that_come_together_are_taken_one_after_the_other(play):
    async def script(here):
        here.type_ahead(
            "2", "colon", *"rate", "space", *"77", "enter", "9", "slash", *"disk", "enter"
        )
        await here.until(lambda: here.console.chosen.NAME == "logs")
        await here.until(lambda: here.console.chosen.rows_view.filter == "disk")
        assert here.console._main.pane("producer").options.rate == 77
        assert here.console.screen.id == "main"

    play(script, ready=False)


def test_keys_that_come_before_the_first_picture_are_not_lost(settings):
    def typed():
        for key in ("colon", *"rate", "space", *"55", "ctrl+j"):  # Enter, to a shell
            letter = {"space": " "}.get(key, key if len(key) == 1 else None)
            event = events.Key(key, letter)
            event.set_sender(console)
            console.post_message(event)

    controller = Controller(settings)
    console = Console(controller, Formats("en"), timer=False, drawn=typed)

    async def session():
        async with console.run_test(size=(120, 36)) as pilot:
            await pilot.pause()
            console.tick()
            for _ in range(100):
                await pilot.pause(0.02)
                if console._main.pane("producer").options.rate == 55:
                    break
            assert console._main.pane("producer").options.rate == 55

    try:
        asyncio.run(session())
    finally:
        controller.close()
