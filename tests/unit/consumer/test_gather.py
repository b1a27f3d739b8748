"""What the gatherer asks of the client while there is nothing to read."""

from datetime import timedelta
from typing import Any

from core.clock import SystemClock
from core.consumer.gather import Gatherer
from core.consumer.options import ConsumeOptions


class SetClock(SystemClock):
    """A clock that is set by hand, beside a true monotonic one."""

    wrong_by = timedelta()

    def now(self):
        return super().now() + self.wrong_by


class EmptyTopic:
    """A client that never gets a record."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.commits: list[Any] = []

    def consume(self, _most: int, seconds: float) -> list[Any]:
        self.waits.append(seconds)
        return []

    def commit(self, *, offsets: list[Any], asynchronous: bool) -> None:
        self.commits.append((offsets, asynchronous))


class NoFailure:
    def raise_failure(self) -> None:
        """Nothing failed."""


def test_an_idle_client_is_not_waited_in_and_is_woken_when_the_clock_is_set_back():
    clock, client, pauses = SetClock(), EmptyTopic(), []
    gatherer = Gatherer(client, ConsumeOptions("topic", "group"), clock, pauses.append)
    woken = []
    for wrong_s in (0, 86_400, 86_400, 0, 0, -86_400, -86_400):
        clock.wrong_by = timedelta(seconds=wrong_s)
        assert gatherer.gather(NoFailure(), 10) == []
        woken.append(len(client.commits))
    assert woken == [0, 0, 0, 1, 1, 2, 2]
    assert client.commits == [([], True)] * 2
    assert set(client.waits) == {0}
    assert len(pauses) == 7
