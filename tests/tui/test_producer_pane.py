"""The producer pane: every key acts on a real producer and shows what it did."""

import pytest
from textual.widgets import Input

from core.jobs import produce, seed
from core.workers import RunState
from tui.dialogs.options_form import OptionsForm
from tui.panes.producer import _round
from tui.widgets.choice import Choice

pytestmark = pytest.mark.slow


def pane_of(here):
    """Return the pane."""
    (found,) = (pane for pane in here.console.panes if pane.NAME == "producer")
    return found


async def seeded(here, orders=400):
    """Generate files to publish."""
    controller = here.console.controller
    controller.generate(seed.Options(customers=20, products=10, orders=orders))
    await here.until(lambda: not controller.snapshot().seed.running)


def state(here):
    return here.console.controller.snapshot().producer.state


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
def test_start_pause_resume_and_stop_act_and_show(play, size):
    async def script(here):
        await seeded(here)
        pane_of(here).options = produce.Options(rate=20.0)
        await here.press("2", "s")
        await here.until(lambda: state(here) is RunState.RUNNING)
        await here.until(lambda: "2 Producer · running" in here.text)
        await here.until(lambda: "of 20/s" in here.text)
        await here.press("p")
        await here.until(lambda: "2 Producer · paused" in here.text, 5)
        await here.press("p")
        await here.until(lambda: state(here) is RunState.RUNNING, 5)
        await here.press("x")
        await here.until(lambda: "2 Producer · stopped" in here.text)

    play(script, size=size)


def test_rate_and_profile_change_while_it_runs(play):
    async def script(here):
        await seeded(here, orders=4_000)
        await here.press("2", "s")
        await here.until(lambda: state(here) is RunState.RUNNING)
        target = lambda: here.console.controller.snapshot().producer.rate_target  # noqa: E731
        for key, rate in (("+", 250), ("-", 200), ("<", 20), (">", 200), ("f", 0), ("f", 200)):
            if rate == 0:
                here.console.controller.producer.pause()
            await here.press(key)
            pane = pane_of(here)
            assert pane.options.rate == rate
            if rate:
                here.console.controller.producer.resume()
                await here.until(lambda wanted=rate: target() == wanted)
                await here.until(lambda wanted=rate: f"of {wanted}/s" in here.text)
        await here.press("n")
        await here.until(lambda: here.console.controller.snapshot().producer.profile == "wave")
        await here.until(lambda: "wave" in here.text)

    play(script)


def test_keys_set_the_next_run_while_nothing_runs(play):
    async def script(here):
        await here.press("2", "+", "n", "n")
        assert "250/s · burst" in here.text
        await here.press("f")
        assert "orders.csv · unlimited" in here.text

    play(script)


def test_the_form_gives_the_next_run_its_options_and_refuses_bad_ones(play):
    async def script(here):
        await seeded(here)
        await here.press("2", "o")
        screen = here.console.screen
        assert isinstance(screen, OptionsForm)
        screen.query_one("#field-mode", Choice).focus()
        await here.press("right")
        for name, text in (("rate", "0"), ("limit", "50"), ("poison", "2")):
            screen.query_one(f"#field-{name}", Input).value = text
        await here.press("enter")
        assert "2.0 cannot be used" in here.text
        assert here.console.focused.id == "field-poison"
        screen.query_one("#field-poison", Input).value = "0,5"
        await here.press("enter", "s")
        await here.until(lambda: state(here) is RunState.STOPPED)
        last = here.console.controller.snapshot().producer
        assert (last.mode, last.rate_target) == ("stream", 0)
        assert last.acked == 50 + last.injected["poison"]
        assert last.injected["poison"] > 0

    play(script)


def test_a_stream_after_a_replay_asks_and_takes_a_rate_of_its_own(play):
    async def script(here):
        await seeded(here)
        await here.press("2", "f", "s")
        await here.until(lambda: state(here) is RunState.STOPPED)
        await here.press("m")
        assert "Stream made-up events?" in here.text
        assert "5/s to orders_topic" in " ".join(here.text.split())
        assert here.console.controller.producer is None
        await here.press("y")
        await here.until(lambda: here.console.controller.snapshot().producer.mode == "stream")
        assert here.console.controller.snapshot().producer.rate_target == 5.0

    play(script)


def test_a_stream_asks_also_where_nothing_ran_here_and_a_refused_one_changes_nothing(play):
    async def script(here):
        await here.until(lambda: here.console.controller.ready)
        await here.press("2", "m")
        assert any("catalogue" in told for told in here.told)
        assert pane_of(here).options.mode == "replay"
        await seeded(here)
        await here.press("m")
        assert "Stream made-up events?" in here.text
        assert "made-up events at 200/s to orders_topic" in " ".join(here.text.split())
        await here.press("n")
        assert pane_of(here).options.mode == "replay"
        assert here.console.controller.producer is None

    play(script)


def test_what_the_next_start_publishes_is_seen_after_a_run(play):
    async def script(here):
        await seeded(here)
        await here.press("2", "f", "s")
        await here.until(lambda: state(here) is RunState.STOPPED)
        await here.press("colon", *"rate 321", "enter")
        await here.until(lambda: "next: orders.csv · 321/s" in here.text)

    play(script)


def test_a_step_of_the_rate_is_a_quarter():
    assert _round(300 * 1.25) == 375
    assert _round(375 * 0.8) == 300
    assert _round(9.99 * 1.25) == 12.5


def test_without_files_it_says_where_to_make_them(play):
    async def script(here):
        await here.press("2", "s")
        assert "There is no orders.csv yet" in here.text
        await here.press("m")
        await here.until(lambda: "There is no catalogue yet" in here.text)
        assert here.console.controller.producer is None

    play(script)


def test_a_full_broker_is_said_until_the_consumer_makes_room(play):
    async def script(here):
        await seeded(here, orders=120_000)
        pane_of(here).options = produce.Options(rate=0.0)
        await here.press("2", "s")
        await here.until(lambda: "broker full: start the consumer" in here.text, 60)
        await here.press("3", "s")
        await here.until(lambda: "broker full" not in here.text, 60)
        await here.press("2", "x")
        await here.until(lambda: state(here) is RunState.STOPPED)

    play(script)
