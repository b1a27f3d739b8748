"""The seed pane: options, what they refuse, generating with a question before it replaces."""

import pytest
from textual.widgets import Input

from core.jobs import seed
from tui.dialogs.confirm import ConfirmScreen
from tui.dialogs.options_form import OptionsForm

pytestmark = pytest.mark.slow


def pane_of(here):
    """Return the pane."""
    (found,) = (pane for pane in here.console.panes if pane.NAME == "seed")
    return found


def small(here, orders=60):
    """Give the pane options that take no time."""
    pane = pane_of(here)
    pane.options = seed.Options(customers=20, products=10, orders=orders)
    return pane


async def type_into(here, name, text):
    """Replace the text of a field."""
    field = here.console.screen.query_one(f"#field-{name}", Input)
    field.focus()
    field.value = ""
    await here.press(*text)


def test_the_form_names_the_wrong_option_in_place_and_keeps_what_was_typed(play):
    async def script(here):
        await here.press("1", "o")
        await type_into(here, "orders", "many")
        await here.press("enter")
        assert isinstance(here.console.screen, OptionsForm)
        assert "many cannot be used" in here.text
        assert "--" not in here.text
        assert here.console.screen.query_one("#row-field-orders").has_class("-wrong")
        assert here.console.focused.id == "field-orders"
        await type_into(here, "orders", "60")
        await type_into(here, "end", "2023-01-01")
        await here.press("enter")
        assert "2023-01-01 lies before" in here.text
        assert "--" not in here.text
        await here.press("escape")
        assert not isinstance(here.console.screen, OptionsForm)
        assert pane_of(here).options == seed.Options()

    play(script)


def test_the_options_are_remembered_and_generated(play, settings):
    async def script(here):
        pane = small(here)
        await here.press("1", "o")
        await type_into(here, "orders", "1")
        await here.press("2", "3", "ctrl+s")
        assert pane.options.orders == 123
        await here.until(lambda: here.console.controller.snapshot().seed.result)
        await here.until(lambda: "orders.csv" in here.text and "123" in here.text)
        await here.press("o")
        assert here.console.screen.query_one("#field-orders", Input).value == "123"

    play(script)
    assert len((settings.paths.seed / "orders.csv").read_text().splitlines()) == 124


def test_files_that_are_there_are_replaced_after_a_yes_only(play):
    async def script(here):
        controller = here.console.controller
        small(here)
        await here.press("1", "g")
        await here.until(lambda: controller.snapshot().seed.result)
        first = controller.snapshot().seed.ended_at
        await here.press("g")
        assert isinstance(here.console.screen, ConfirmScreen)
        assert "orders.csv" in here.text
        await here.press("n")
        assert controller.snapshot().seed.ended_at == first
        await here.press("g", "y")
        await here.until(lambda: controller.snapshot().seed.ended_at != first)

    play(script)


def test_the_full_view_previews_the_files_of_an_earlier_session(play, settings):
    folder = settings.paths.seed
    folder.mkdir(parents=True)
    (folder / "customers.csv").write_text("id,name\nCUST_000001,\x1b[31mRed\n")

    async def script(here):
        await here.press("1", "z")
        await here.until(lambda: "CUST_000001" in here.text)
        assert "\x1b" not in here.text
        assert "\ufffd[31mRed" in here.text

    play(script)


def test_generating_can_be_cancelled(play, settings):
    async def script(here):
        small(here, orders=3_000_000)
        await here.press("1", "g")
        await here.until(lambda: here.console.controller.snapshot().seed.done > 0)
        await here.press("c")
        await here.until(lambda: not here.console.controller.snapshot().seed.running)
        await here.until(lambda: "cancelled" in here.text)

    play(script)
    assert list(settings.paths.seed.glob("*.csv")) == []
