"""A console without a terminal or a timer, over a controller that shows what a test gives it."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from core.config import Settings
from core.operations.controller import Controller
from core.operations.snapshot import ControllerSnapshot
from tui.app import Console
from tui.formats import Formats


class StillDesk(Controller):
    """A controller that opens nothing and shows the moment it was given."""

    def __init__(self, settings: Settings, now: ControllerSnapshot) -> None:
        super().__init__(settings)
        self.now = now
        self.replayed: list[list[str]] = []
        self.cancelled = 0

    def open(self) -> bool:
        """Open nothing."""
        return False

    @property
    def ready(self) -> bool:
        """As the moment says."""
        return self.now.ready

    def snapshot(self) -> ControllerSnapshot:
        """Return the moment."""
        return self.now

    def replay(self, event_ids) -> bool:
        """Note what is to be published again."""
        self.replayed.append(list(event_ids))
        return True

    def cancel_replay(self) -> None:
        """Note that the replay is to end."""
        self.cancelled += 1


def still_console(settings: Settings, now: ControllerSnapshot) -> Console:
    """Return a console that draws when told."""
    return Console(StillDesk(settings, now), Formats("en"), timer=False)


def piloted(script: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Let a test be a coroutine."""

    @wraps(script)
    def test(*given: Any, **named: Any) -> None:
        asyncio.run(script(*given, **named))

    return test
