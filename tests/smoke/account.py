"""What the probes of the smoke test work on: two warehouses on one account, and ways to wait."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from core.clock import Clock
from core.warehouse.snowflake.session import Connection
from core.warehouse.snowflake.warehouse import SnowflakeWarehouse

_LOOK_S = 0.5
HOPED, OTHER, NOT_SHOWN = "as hoped", "OTHER", "not shown"


@dataclass(frozen=True)
class Answer:
    """What was seen of one question. outcome: HOPED, OTHER or NOT_SHOWN (this server cannot)."""

    outcome: str
    seen: str


def answer(seen: str, *, hoped: bool) -> Answer:
    """Return an answer that is as hoped, or not."""
    return Answer(HOPED if hoped else OTHER, seen)


class Account:
    """Two sessions in a schema of their own. task_s: how long to wait for a task, 0 not at all."""

    def __init__(
        self,
        first: SnowflakeWarehouse,
        second: SnowflakeWarehouse,
        *,
        clock: Clock,
        environ: dict[str, str],
        task_s: float,
    ) -> None:
        self.first = first
        self.second = second
        self.clock = clock
        self.environ = environ
        self.task_s = task_s
        self._never = Event()

    @property
    def one(self) -> Connection:
        """The session of the calling thread in the first warehouse."""
        return self.first._sessions.mine()

    @property
    def two(self) -> Connection:
        """The session of the calling thread in the second warehouse."""
        return self.second._sessions.mine()

    @property
    def schema(self) -> str:
        """The schema with its database, quoted."""
        return self.first._identifiers.schema

    def pause(self, seconds: float) -> bool:
        """Wait; return whether to stop, which nobody asks for."""
        return self.clock.wait(self._never, seconds)

    def until(self, condition: Callable[[], object], seconds: float) -> float | None:
        """Wait for a condition, looked at twice a second; return after how long, None if never."""
        began = self.clock.monotonic()
        while not condition():
            if self.clock.monotonic() - began >= seconds:
                return None
            self.pause(_LOOK_S)
        return self.clock.monotonic() - began
