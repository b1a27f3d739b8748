"""The consumer pane: its keys act on a real consumer and show what they did."""

import pytest

from core.errors import WarehouseError
from core.jobs import produce, seed
from core.workers import RunState
from tests.support.refusing import refusing

pytestmark = pytest.mark.slow


def state(here):
    return here.console.controller.snapshot().consumer.state


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
def test_start_pause_resume_and_stop_act_and_show(play, size):
    async def script(here):
        await here.press("3")
        assert "press s to start consuming" in here.text
        await here.press("s")
        await here.until(lambda: "3 Consumer · running" in here.text)
        await here.press("p")
        await here.until(lambda: "3 Consumer · paused" in here.text, 5)
        await here.press("s")
        await here.until(lambda: state(here) is RunState.RUNNING, 5)
        await here.press("x")
        await here.until(lambda: "3 Consumer · stopped" in here.text)

    play(script, size=size)


def test_dead_letters_are_counted_by_reason_in_the_full_view(play):
    async def script(here):
        controller = here.console.controller
        controller.generate(seed.Options(customers=20, products=10, orders=200))
        await here.until(lambda: not controller.snapshot().seed.running)
        await here.press("3", "s", "z")
        controller.start_producer(produce.Options(rate=0, poison=1.0))
        await here.until(lambda: controller.snapshot().consumer.dead_lettered == 200)
        await here.until(lambda: "dead letters     200" in here.text)
        for reason in controller.snapshot().consumer.dead_reasons:
            assert f"  {reason}" in here.text or " more" in here.text

    play(script, size=(160, 50))


def test_a_start_that_cannot_be_says_why(play, warehouse):
    async def script(here):
        await here.until(lambda: here.console.controller.snapshot().opening.error)
        for keys in (("3", "s"), ("4", "v")):
            here.console.clear_notifications()
            await here.press(*keys)
            assert [
                "in use by process" in told.message for told in here.console._notifications
            ] == [True]
        assert state(here) is RunState.IDLE

    play(script, ready=False)


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
def test_a_consumer_that_failed_says_why_in_pane_strip_and_alert(play, size):
    async def script(here):
        controller = here.console.controller
        controller.generate(seed.Options(customers=20, products=10, orders=4_000))
        await here.until(lambda: not controller.snapshot().seed.running)
        warehouse = refusing(controller)
        warehouse.error = WarehouseError("the warehouse file is full", hint="make room on the disk")
        await here.press("3", "s")
        controller.start_producer(produce.Options(rate=100))
        await here.until(lambda: "the consumer failed: the warehouse file is full" in here.text)
        assert "make room on the disk" in here.text
        assert "s starts it again" in here.text
        await here.until(lambda: "\u25b2 1" in here.text)
        if size[0] == 80:
            await here.until(lambda: "STOP" in here.text and " OK" not in here.text)
        await here.press("8")
        await here.until(lambda: "failed: the warehouse file is" in here.text)
        warehouse.error = None
        await here.press("3", "s")
        await here.until(lambda: controller.snapshot().consumer.inserted > 0)
        assert "the consumer failed" not in here.text

    play(script, size=size)
