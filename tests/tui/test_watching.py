"""A console whose warehouse others hold: it publishes, and claims nothing it never read."""

import pytest

from core.jobs import produce
from core.seed.generate import generate
from core.seed.spec import SeedSpec
from core.workers import RunState

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("keys", [("s",), ("m", "y")])
def test_publishing_needs_the_broker_only(play, settings, broker, warehouse, keys):
    generate(SeedSpec(customers=20, products=10, orders=30), settings.paths.seed)

    async def script(here):
        controller = here.console.controller
        await here.until(
            lambda: controller.snapshot().opening.error and controller.snapshot().broker_open
        )
        assert not controller.ready
        (pane,) = (pane for pane in here.console.panes if pane.NAME == "producer")
        mode = "replay" if keys == ("s",) else "stream"
        pane.options = produce.Options(mode=mode, rate=0, limit=30)
        await here.press("2", *keys)
        await here.until(lambda: controller.snapshot().producer.state is RunState.STOPPED)
        assert controller.snapshot().producer.acked == 30

    play(script, ready=False)
    assert sum(mark.high for mark in broker.watermarks("orders_topic").values()) == 30


def test_a_broker_that_is_away_and_a_held_warehouse_are_both_said(play, warehouse):
    async def script(here):
        controller = here.console.controller
        await here.until(lambda: controller.snapshot().opening_broker.error)
        await here.until(lambda: "in use by process" in " ".join(here.text.split()))
        await here.until(lambda: "no embedded broker runs" in " ".join(here.text.split()))

    play(script, ready=False, size=(160, 40))


def test_what_was_never_read_is_no_zero(play, warehouse):
    async def script(here):
        controller = here.console.controller
        await here.until(lambda: controller.snapshot().opening_broker.error)
        await here.until(lambda: controller.snapshot().history)
        latest = controller.snapshot().history[-1]
        assert (latest.produced, latest.consumed, latest.lag) == (None, None, None)
        assert controller.snapshot().behind_s is None
        await here.press("3", "z")
        strip = here.text.splitlines()[0]
        assert "lag ? · ?" in strip
        assert "0/s" not in here.text

    play(script, ready=False, size=(160, 40))
