"""Waiting on conditions, with a deadline that only a failure meets."""

import time
from collections.abc import Callable
from threading import Event

_TICK = Event()


def wait_until(condition: Callable[[], object], *, seconds: float = 20.0, what: str = "") -> None:
    """Return once the condition holds; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what or "the condition never held"
        _TICK.wait(0.01)
