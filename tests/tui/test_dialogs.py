"""Every question of the console changes nothing when it is answered with Enter."""

import ast
from pathlib import Path

import pytest

from core.jobs import seed
from tui.dialogs.confirm import ConfirmScreen

pytestmark = pytest.mark.slow

TUI = Path(__file__).parents[2] / "tui"


async def refused(here, title):
    """Answer the question on the screen with Enter."""
    screen = here.console.screen
    assert isinstance(screen, ConfirmScreen)
    assert screen._title == title
    await here.press("enter")
    assert not isinstance(here.console.screen, ConfirmScreen)


def test_enter_neither_starts_nor_cancels_the_demonstration(play):
    async def script(here):
        controller = here.console.controller
        await here.press("d")
        await refused(here, "Run the whole pipeline?")
        assert controller.snapshot().demo.ended_at is None
        controller.demonstrate(orders=2_000, rate=20)
        await here.press("d")
        await refused(here, "Cancel the demonstration?")
        assert controller.snapshot().demo.running
        assert not controller.snapshot().demo.cancelling
        controller.cancel_demo()
        await here.until(lambda: not controller.snapshot().demo.running)

    play(script)


def test_enter_replaces_no_file(play):
    async def script(here):
        controller = here.console.controller
        controller.generate(seed.Options(customers=20, products=10, orders=30))
        await here.until(
            lambda: controller.snapshot().seed.result and not controller.snapshot().seed.running
        )
        orders = controller.settings.paths.seed / "orders.csv"
        before = orders.read_bytes()
        await here.press("1", "g")
        await refused(here, "Replace the seed files?")
        assert not controller.snapshot().seed.running
        assert orders.read_bytes() == before

    play(script)


def test_there_is_one_kind_of_question():
    """Whoever asks does it by `confirm`, whose dialog has its focus on no."""
    asking = [
        file.name
        for file in TUI.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ConfirmScreen"
    ]
    assert asking == ["saying.py"]
