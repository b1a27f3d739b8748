"""The topic explorer by its keys on a real cluster: a group's offsets are reset after a yes."""

import asyncio
from dataclasses import replace

import pytest

from core.config import KafkaSettings, Settings
from core.errors import UsageError
from core.operations.controller import Controller
from tests.kafka.test_offset_reset import commit
from tests.support.kafka_work import Work
from tests.tui.conftest import Session
from tui.app import Console
from tui.dialogs.confirm import ConfirmScreen
from tui.formats import Formats
from tui.screens.explore import ExploreScreen
from tui.screens.offsets import OffsetsScreen


def played(work: Work, settings: Settings, script, *, read_only: bool) -> None:
    kafka = KafkaSettings(
        work.servers, topic=work.topic, group_id=work.group, client=dict(work.settings)
    )
    controller = Controller(replace(settings, kafka=kafka), read_only=read_only)
    console = Console(controller, Formats("en"), timer=False)

    async def session() -> None:
        async with console.run_test(size=(120, 36), notifications=True) as pilot:
            here = Session(console, pilot)
            await here.draw()
            await here.until(lambda: controller.snapshot().broker_open)
            await script(here)

    try:
        asyncio.run(session())
    finally:
        controller.close()


async def previewed(here: Session, group: str, place: str) -> OffsetsScreen:
    """Go to the groups, choose one, write a place."""
    await here.press("colon", *"groups", "enter")
    screen = here.console.screen
    assert isinstance(screen, ExploreScreen)
    await here.until(lambda: screen.known.result and screen.known.result.done)
    screen.draw_now()
    screen.rows_view.point_at(group)
    await here.press("e")
    offsets = here.console.screen
    assert isinstance(offsets, OffsetsScreen)
    await here.press(*place, "enter")
    await here.until(lambda: offsets.plan is not None)
    offsets.draw_now()
    return offsets


@pytest.fixture
def group(work: Work) -> str:
    work.make_topic(1)
    work.publish([b"%d" % number for number in range(8)], partition=0)
    name = f"{work.topic}-reports"
    commit(work, name, p0=6)
    return name


def test_a_reset_is_previewed_confirmed_and_done(
    work: Work, settings: Settings, group: str
) -> None:
    async def script(here: Session) -> None:
        offsets = await previewed(here, group, "begin")
        assert "6 records read again, 0 records skipped" in here.text
        await here.press("s")
        assert isinstance(here.console.screen, ConfirmScreen)
        await here.press("n")
        assert work.cluster.committed(work.topic, group) == {0: 6}
        await here.press("s", "y")
        await here.until(lambda: offsets.now.result.done)
        offsets.draw_now()
        await here.draw()
        assert "the offsets were reset" in here.text
        assert work.cluster.committed(work.topic, group) == {0: 0}

    played(work, settings, script, read_only=False)


def test_read_only_shows_the_preview_and_resets_nothing(
    work: Work, settings: Settings, group: str
) -> None:
    async def script(here: Session) -> None:
        offsets = await previewed(here, group, "0@2")
        assert "4 records read again" in here.text
        await here.press("s")
        assert here.console.screen is offsets
        assert any("read-only" in told for told in here.told)
        with pytest.raises(UsageError):
            here.console.controller.asking.reset(offsets.plan)
        assert work.cluster.committed(work.topic, group) == {0: 6}

    played(work, settings, script, read_only=True)
