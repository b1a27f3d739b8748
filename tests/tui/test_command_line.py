"""The line behind the colon, and forms: by the keys."""

from textual.widgets import Input, Label, TextArea

from tui.dialogs.options_form import OptionsForm
from tui.screens.command_line import CommandLine
from tui.screens.sql import SqlScreen
from tui.screens.trace import TraceScreen


def test_commands_act_are_kept_and_say_what_is_wrong(play):
    async def script(here):
        await here.press("2", "colon")
        assert isinstance(here.console.screen, CommandLine)
        await here.press(*"rate 1.2k", "enter")
        assert here.console.screen.chosen.options.rate == 1_200
        await here.press("colon", *"prof wave", "enter")
        assert here.console.screen.chosen.options.profile == "wave"
        await here.press("colon", "up", "up")
        assert here.console.screen.query_one(Input).value == "rate 1.2k"
        await here.press("escape", "colon", *"rate fast", "enter")
        assert "fast cannot be used" in here.text
        await here.press("escape", "colon", *"ale", "tab")
        assert here.console.screen.query_one(Input).value == "alerts"
        await here.press("enter")
        await here.until(lambda: here.console.screen.chosen.NAME == "alerts")
        await here.press("5", "colon", *"every 15", "enter")
        assert here.console.controller.snapshot().figures_every_s == 15
        await here.press("colon", *"lang fr", "enter")
        await here.until(lambda: "Producteur" in here.text)

    play(script)


def test_a_command_asks_the_warehouse_and_another_traces_a_key(play):
    async def script(here):
        await here.press("colon", *"sql SELECT 1", "enter")
        await here.until(lambda: isinstance(here.console.screen, SqlScreen))
        assert here.console.screen.query_one(TextArea).text == "SELECT 1"
        await here.press("escape")
        await here.until(lambda: not isinstance(here.console.screen, SqlScreen))
        await here.press("colon", *"trace k1", "enter")
        await here.until(lambda: isinstance(here.console.screen, TraceScreen))
        assert "k1" in here.text

    play(script)


def test_a_form_judges_as_one_types_in_its_own_words_and_saves_without_starting(play):
    async def script(here):
        await here.press("2", "o")
        form = here.console.screen
        assert isinstance(form, OptionsForm)
        rate, limit = (form.query_one(f"#field-{name}", Input) for name in ("rate", "limit"))
        error = lambda name: str(form.query_one(f"#hint-field-{name}", Label).render())  # noqa: E731
        told = error("rate"), error("limit")
        rate.focus()
        rate.value, limit.value = "fast", "some"
        await here.draw()
        assert error("rate").startswith("'fast' cannot be used") or "fast" in error("rate")
        assert "some" in error("limit")
        assert "--" not in error("rate") + error("limit")
        rate.value, limit.value = "1,000", "1M"
        await here.draw()
        assert (error("rate"), error("limit")) == told
        await here.press("enter")
        pane = here.console.screen.chosen
        assert (pane.options.rate, pane.options.limit) == (1_000, 1_000_000)
        assert here.console.controller.producer is None
        assert "1,000/s" in here.text

    play(script)


def test_what_is_typed_behind_the_colon_is_seen(play):
    async def script(here):
        await here.press("colon", *"rate 4321")
        assert ":rate 4321" in here.text
        assert "2 Producer" in here.text  # the console behind it
        await here.press("escape")

    play(script, ready=False)
