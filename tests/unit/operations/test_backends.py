"""What is opened while all is being closed is closed too."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from core.errors import CancelledError
from core.jobs.base import JobContext
from core.operations.backends import Backends


def test_what_is_opened_while_all_is_closed_is_closed_at_once() -> None:
    backends, events = Backends(), []

    @contextmanager
    def slow() -> Iterator[str]:
        backends.close()
        events.append("opened")
        try:
            yield "warehouse"
        finally:
            events.append("closed")

    with pytest.raises(CancelledError, match="is ending"):
        backends._kept(ExitStack(), slow())
    assert events == ["opened", "closed"]


def test_nothing_is_opened_once_all_is_closed(settings) -> None:
    backends = Backends()
    backends.close()
    with pytest.raises(CancelledError):
        backends.open_warehouse(JobContext(settings))
    assert not settings.paths.warehouse_file.exists()
