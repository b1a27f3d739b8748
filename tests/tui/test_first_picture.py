"""What comes before the console's first picture, and what waits for it."""

import asyncio

from core.operations.controller import Controller
from tui.app import Console
from tui.formats import Formats


def picture_of(console):
    """Return what the screen shows."""
    strips = console.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


def test_nothing_is_opened_before_the_first_picture(settings):
    seen = []

    def drawn():
        seen.append((picture_of(console), controller.snapshot().opening))

    controller = Controller(settings)
    console = Console(controller, Formats("en"), timer=False, drawn=drawn)

    async def session():
        async with console.run_test(size=(120, 36)) as pilot:
            await pilot.pause()
            console.tick()
            await pilot.pause()
            assert controller.snapshot().opening.running or controller.ready

    try:
        asyncio.run(session())
    finally:
        controller.close()
    ((picture, opening),) = seen
    for title in ("1 Seed", "2 Producer", "3 Consumer", "4 Validation", "5 KPIs"):
        assert title in picture
    assert not opening.running
    assert opening.ended_at is None


def test_panes_that_are_not_seen_come_when_they_are_chosen(play):
    async def script(here):
        found = [pane for pane in here.console.panes if pane.NAME == "events"]
        assert not found[0].is_attached
        await here.press("6")
        assert found[0].is_attached
        assert found[0].has_focus
        assert "6 Events" in here.text

    play(script, ready=False)
