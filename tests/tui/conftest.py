"""The console on embedded back ends of its own, drawn by hand."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from time import monotonic
from typing import Any

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from core.config import Settings
from core.operations.backends import Backends
from core.operations.controller import Controller
from core.text import use_language
from tui.app import Console
from tui.formats import Formats

_LETTERS = {
    "question_mark": "?",
    "colon": ":",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "asterisk": "*",
    "slash": "/",
    "space": " ",
}

Script = Callable[["Session"], Coroutine[Any, Any, None]]


class Session:
    """A running console and what drives it."""

    def __init__(self, console: Console, pilot: Pilot[int]) -> None:
        self.console = console
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys and draw. Pilot's own way waits for an idle processor: the core is not."""
        for key in keys:
            self.type_ahead(key)
            await self.settle()
        await self.draw()

    def type_ahead(self, *keys: str) -> None:
        """Type without waiting for anything."""
        driver = self.console._driver
        assert driver is not None
        for key in keys:
            name = _character_to_key(key) if len(key) == 1 else key
            letter = key if len(key) == 1 else _LETTERS.get(key)
            event = events.Key(name, letter)
            event.set_sender(self.console)
            driver.send_message(event)

    async def settle(self) -> None:
        """Let every message be dealt with, and every key."""
        for _ in range(2):
            await self.pilot.pause(0.001)
        while self.console.keys_wait:
            await self.pilot.pause(0.001)

    async def draw(self) -> None:
        """Draw the present moment."""
        await self.settle()
        self.console.tick()
        await self.settle()

    async def until(self, condition: Callable[[], object], seconds: float = 30.0) -> None:
        """Draw until something holds."""
        deadline = monotonic() + seconds
        while not condition():
            assert monotonic() < deadline, f"never came true; the screen shows:\n{self.text}"
            await self.pilot.pause(0.02)
            self.console.tick()

    async def back(self) -> None:
        """Leave every dialog."""
        while len(self.console.screen_stack) > 2:
            await self.press("escape")

    @property
    def told(self) -> list[str]:
        """The messages that were shown for a while, the last one last."""
        return [told.message for told in self.console._notifications]

    @property
    def text(self) -> str:
        """What the terminal shows."""
        width, height = self.console.size
        rows = [
            "".join(segment.text for segment in strip)
            for strip in self.console.screen._compositor.render_strips()
        ]
        assert len(rows) == height
        assert all(len(row) <= width for row in rows)
        return "\n".join(rows)


@pytest.fixture
def play(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Controller]]:
    """Run a script in a console; returns its controller, closed."""
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)

    def run(
        script: Script,
        *,
        code: str = "en",
        size: tuple[int, int] = (120, 36),
        ready: bool = True,
        ascii_only: bool = False,
        read_only: bool = False,
        backends: Backends | None = None,
    ) -> Controller:
        use_language(code)
        controller = Controller(settings, read_only=read_only, backends=backends)
        console = Console(controller, Formats(code), ascii_only=ascii_only, timer=False)

        async def session() -> None:
            async with console.run_test(size=size, notifications=True) as pilot:
                here = Session(console, pilot)
                await here.draw()
                if ready:
                    await here.until(
                        lambda: controller.ready and controller.snapshot().figures.value
                    )
                await script(here)

        try:
            asyncio.run(session())
        finally:
            controller.close()
        return controller

    yield run
    use_language("en")
