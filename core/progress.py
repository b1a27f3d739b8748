"""Progress, as a seam: long work reports to whoever wants to show it."""

from collections.abc import Callable
from typing import Protocol


class Progress(Protocol):
    """What long work tells about itself. Called from any thread; must return at once."""

    def start(self, task: str, total: int | None, unit: str) -> None:
        """Begin a task of `total` units (None: unknown); a task of that name restarts."""
        ...

    def update(self, task: str, done: int, note: str = "") -> None:
        """Say how many units are done in all, with a short note (a reason for waiting, say).

        Never a rate: who shows progress measures one, and shows the note whatever it says.
        """
        ...

    def finish(self, task: str) -> None:
        """End the task."""
        ...


class NoProgress:
    """Shows nothing."""

    def start(self, task: str, total: int | None, unit: str) -> None:
        """Ignore."""

    def update(self, task: str, done: int, note: str = "") -> None:
        """Ignore."""

    def finish(self, task: str) -> None:
        """Ignore."""


Cancelled = Callable[[], bool]
"""Asked between chunks by work that can be cancelled; True means stop cleanly now."""


def never_cancelled() -> bool:
    """Return False: for callers that do not cancel."""
    return False
