"""The question at the end: what it says, what it takes for an answer, and what stays open."""

import pytest

from core.jobs import produce, seed
from core.operations.leaving import Stage
from core.workers import RunState
from tests.support.oracle import engine
from tui.screens.leave import LeaveScreen

pytestmark = pytest.mark.slow


async def published(here, orders=400):
    """Publish orders that nobody stores."""
    controller = here.console.controller
    controller.generate(seed.Options(customers=20, products=10, orders=orders))
    await here.until(lambda: not controller.snapshot().seed.running)
    controller.start_producer(produce.Options(rate=0))
    await here.until(lambda: controller.snapshot().producer.state is RunState.STOPPED)


def focused(here):
    """Return the id of what Enter presses."""
    return here.console.focused and here.console.focused.id


@pytest.mark.parametrize(("code", "size"), [("en", (120, 36)), ("fr", (80, 24)), ("en", (80, 24))])
def test_the_question_names_the_number_and_what_losing_means(play, code, size):
    async def script(here):
        await published(here)
        await here.press("q")
        asked = {
            "en": "400 records are not stored",
            "fr": "400 enregistrements ne sont pas stockés",
        }
        gone = {"en": "gone for good", "fr": "définitif"}
        await here.until(lambda: asked[code] in " ".join(here.text.split()))
        assert gone[code] in here.text
        await here.until(lambda: focused(here) == "store")
        await here.press("escape")
        await here.until(lambda: not isinstance(here.console.screen, LeaveScreen))
        assert here.console.controller.snapshot().leaving.stage is Stage.HERE

    play(script, code=code, size=size)


def test_the_number_follows_what_comes_while_the_question_is_open(play):
    async def script(here):
        await published(here)
        await here.press("q")
        await here.until(lambda: "400 records are not stored" in here.text)
        here.console.controller.start_producer(produce.Options(rate=0))
        await here.until(lambda: "800 records are not stored" in here.text)
        await here.press("k")

    play(script)


def test_the_palette_asks_too(play):
    async def script(here):
        await published(here)
        await here.press("ctrl+p")
        here.type_ahead(*"quit")
        await here.until(lambda: "key q" in here.text)
        await here.press("down", "enter")
        await here.until(lambda: "400 records are not stored" in here.text)
        await here.press("escape")

    play(script)


def test_a_failed_store_says_why_and_asks_again(play, settings):
    async def script(here):
        await published(here)
        warehouse = engine(here.console.controller._backends.warehouse)
        with warehouse._db.transaction() as cursor:
            cursor.execute("ALTER TABLE mon_schema.consumer_offsets DROP COLUMN updated_at")
        await here.press("q")
        await here.until(lambda: "400 records are not stored" in here.text)
        await here.press("s")
        await here.until(lambda: "Storing failed" in here.text)
        assert "400 records are not stored" in here.text
        await here.until(lambda: focused(here) == "store")
        await here.press("k")

    play(script)
