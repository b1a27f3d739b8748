"""The KPI pane: figures of a real warehouse, how old they are, and how often they are read."""

import pytest

from core.jobs import produce, seed

pytestmark = pytest.mark.slow


def test_figures_fill_while_events_flow_and_the_full_view_draws_them(play):
    async def script(here):
        controller = here.console.controller
        controller.generate(seed.Options(customers=20, products=10, orders=300))
        await here.until(lambda: not controller.snapshot().seed.running)
        controller.start_consumer()
        controller.start_producer(produce.Options(rate=0))
        await here.until(lambda: controller.snapshot().merge.total.taken == 300)
        await here.press("5", "r", "z")
        await here.until(lambda: "revenue a day in euros" in here.text)
        assert "top products" in here.text
        assert "categories" in here.text
        assert "┈┈┈" in here.text
        await here.until(lambda: " 300 " in here.text)

    play(script)


def test_an_interval_is_chosen_and_shown(play):
    async def script(here):
        controller = here.console.controller
        await here.press("5")
        assert "every 2 s" in here.text
        await here.press("i")
        assert all(f"every {seconds} s" in here.text for seconds in (1, 2, 5, 15, 60))
        await here.press("j", "enter")
        assert controller.snapshot().figures_every_s == 5
        await here.press("i", "j", "escape")
        assert controller.snapshot().figures_every_s == 5
        await here.press("colon", *"every 7", "enter", "i")
        assert "every 7 s" in here.text
        await here.press("home", "enter")
        await here.until(lambda: "manual" in here.text)

    play(script)
