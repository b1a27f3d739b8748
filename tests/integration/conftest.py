"""What tests of several folders begin with."""

from collections.abc import Iterator

import pytest

from core.config import Settings
from core.operations.controller import Controller
from tests.support.waiting import wait_until


@pytest.fixture
def controller(settings: Settings) -> Iterator[Controller]:
    """A controller that has opened its broker and its warehouse, or could not."""
    opened = Controller(settings)
    opened.open()
    wait_until(lambda: opened.ready or opened.snapshot().opening.error)
    yield opened
    opened.close()
