"""The controller of a console that is attached: it shows and steers the pipeline of a service.

Each control is one short call over the socket of the service. One that cannot be reached does
nothing and returns what stands for nothing; the moment that is shown tells why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.clock import Clock, SystemClock
from core.config import Settings
from core.jobs.options import PublishOptions, SeedOptions
from core.operations.asking import Asking
from core.operations.history import Sample
from core.operations.leaving import Farewell
from core.operations.snapshot import ControllerSnapshot
from core.operations.work_totals import WorkTotals
from core.service.observer import Observer
from core.service.own_backends import OwnBackends
from core.service.remote import (
    Remote,
    RemoteConfiguration,
    RemoteConsumer,
    RemoteExplorer,
    RemoteLeaving,
    RemoteLetters,
    RemoteProducer,
    RemoteUpkeep,
)
from core.text import _
from core.validation.history import PastRun
from core.workers import FINAL_STATES

_READ_S = 30.0
"""How long may be waited in a thread of its own: for a history, a list out of the warehouse."""


class AttachedController:
    """See `core.operations.base.PipelineController`. Errors: NoServiceError."""

    def __init__(
        self, settings: Settings, *, clock: Clock | None = None, read_only: bool = False
    ) -> None:
        self.settings = settings
        self.read_only = read_only
        self._clock = clock or SystemClock()
        self._observer = Observer(settings, self._clock, read_only=read_only)
        self._remote = Remote(settings, self._observer, read_only=read_only)
        self._ask = self._remote.ask
        self.explorer = RemoteExplorer(settings, self._remote, self._observer)
        self.configuration = RemoteConfiguration(self._remote)
        self._own = OwnBackends(settings, self._clock)
        own = self._own
        self.asking = Asking(settings, self._clock, own.warehouse, own.broker, read_only=read_only)
        self.letters = RemoteLetters(self._remote)
        self.upkeep = RemoteUpkeep(self._remote)
        self.leaving = RemoteLeaving(self.close)
        self.farewell: Farewell | None = None
        self.failures: Mapping[str, BaseException] = {}
        self.done = WorkTotals()

    def snapshot(self) -> ControllerSnapshot:
        """Return the latest moment of the service; never waits."""
        return replace(
            self._observer.latest,
            at=self._clock.now(),
            attached=True,
            read_only=self.read_only,
            refused=(self._remote.refusals, _("read-only: nothing can be changed here")),
            leaving=self.leaving.latest,
        )

    @property
    def ready(self) -> bool:
        """Whether the service has broker and warehouse open."""
        return self._observer.latest.ready

    def open(self) -> bool:
        """Look for the service again; let it open what is not open yet."""
        return bool(self._ask("open"))

    def close(self) -> None:
        """Leave the service to itself."""
        self.asking.close()
        self._own.close()
        self._observer.close()
        self.farewell = Farewell(self.done)

    @staticmethod
    def count_unstored() -> int | None:
        """Return None: nothing ends with this console."""
        return None

    def generate(self, options: SeedOptions) -> bool:
        """Generate seed files."""
        return bool(self._ask("generate", options))

    def cancel_seed(self) -> None:
        """Give up generating."""
        self._ask("cancel_seed")

    def start_producer(self, options: PublishOptions) -> bool:
        """Start publishing. Errors: UsageError."""
        return bool(self._ask("start_producer", options))

    @property
    def producer(self) -> RemoteProducer | None:
        """The producer under way."""
        under_way = self._observer.latest.producer.state not in FINAL_STATES
        return RemoteProducer(self._remote, self._observer) if under_way else None

    def start_consumer(self) -> bool:
        """Start storing and merging."""
        return bool(self._ask("start_consumer"))

    def restart_merge(self) -> bool:
        """Start merging again."""
        return bool(self._ask("restart_merge"))

    @property
    def consumer(self) -> RemoteConsumer | None:
        """The consumer under way."""
        under_way = self._observer.latest.consumer.state not in FINAL_STATES
        return RemoteConsumer(self._remote, self._observer) if under_way else None

    def validate(self) -> bool:
        """Run all checks."""
        return bool(self._ask("validate"))

    def validate_every(self, seconds: float) -> None:
        """Run the checks every so many seconds."""
        self._ask("validate_every", seconds)

    def refresh_every(self, seconds: float) -> None:
        """Read the figures every so many seconds."""
        self._ask("refresh_every", seconds)

    def refresh(self) -> None:
        """Read the figures now."""
        self._ask("refresh")

    def past_validations(self, limit: int) -> list[PastRun]:
        """Return the latest validations, newest first. Errors: WarehouseError."""
        found: list[PastRun] = self._ask("past_validations", limit, nothing=[], within_s=_READ_S)
        return found

    def replay(self, event_ids: Sequence[str]) -> bool:
        """Publish dead letters again."""
        return bool(self._ask("replay", list(event_ids)))

    def cancel_replay(self) -> None:
        """End a replay."""
        self._ask("cancel_replay")

    def acknowledge(self, rule: str | None = None) -> int:
        """Mark an alert (None: all) as seen, for all consoles; return how many were not yet."""
        return int(self._ask("acknowledge", rule, nothing=0))

    def history(self) -> list[Sample]:
        """Return the samples kept of the last hours, oldest first."""
        found: list[Sample] = self._ask("history", nothing=[], within_s=_READ_S)
        return found

    def demonstrate(self, orders: int = 5_000, rate: float = 400.0) -> bool:
        """Run the whole pipeline at a rate that can be watched."""
        return bool(self._ask("demonstrate", orders, rate))

    def cancel_demo(self) -> None:
        """End the demonstration."""
        self._ask("cancel_demo")
