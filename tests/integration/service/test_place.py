"""The lock of a service: who only asks about it never keeps one from starting."""

import fcntl
from pathlib import Path
from threading import Event

import pytest

from core.config.settings import Paths
from core.errors import UsageError
from core.service.place import claimed, is_free, service_of
from tests.support.consuming import HandClock


class Releasing(HandClock):
    """A clock whose first wait lets a lock go."""

    def __init__(self, asking: "object") -> None:
        super().__init__()
        self._asking = asking

    def wait(self, event: Event, seconds: float) -> bool:
        self._asking.close()
        return super().wait(event, seconds)


def test_a_service_starts_while_somebody_asks_whether_one_runs(tmp_path: Path) -> None:
    paths = Paths(tmp_path, tmp_path / "reports")
    paths.service_lock.touch()
    asking = paths.service_lock.open()
    fcntl.flock(asking, fcntl.LOCK_SH | fcntl.LOCK_NB)  # as `is_free` does, for an instant
    with claimed(paths, Releasing(asking)):
        assert not is_free(paths)
        assert service_of(paths) is not None
    assert is_free(paths)


def test_a_second_service_is_refused_after_a_moment(tmp_path: Path) -> None:
    paths, clock = Paths(tmp_path, tmp_path / "reports"), HandClock()
    with claimed(paths, HandClock()):
        with pytest.raises(UsageError, match="a service already runs"), claimed(paths, clock):
            pass
        assert 0 < sum(clock.waits) < 1
