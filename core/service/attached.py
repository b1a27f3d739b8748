"""The controller of a console that is attached: it shows and steers the pipeline of a service.

Each control is one short call over the socket of the service. One that cannot be reached does
nothing and returns what stands for nothing; the moment that is shown tells why.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any

from core.clock import Clock, SystemClock
from core.config import Settings
from core.config.secrets import Redactor
from core.jobs.options import LoadOptions, PublishOptions, SeedOptions
from core.operations.effective_settings import EffectiveSetting
from core.operations.history import Sample
from core.operations.leaving import Farewell, LeavingSnapshot
from core.operations.logtail import LogTail
from core.operations.snapshot import ControllerSnapshot
from core.operations.work_totals import WorkTotals
from core.producer.modes import Profile
from core.service.client import Connection, NoServiceError
from core.service.controls import CONTROLS
from core.service.observer import Observer
from core.text import _
from core.threads import WatchedThread
from core.validation.history import PastRun
from core.workers import FINAL_STATES

_CONTROL_S = 2.0
"""How long a key may wait for a service that hangs."""
_READ_S = 30.0
"""The same for what is read in a thread of its own: a history, a list out of the warehouse."""


class Remote:
    """Asks for controls, and counts those that a read-only console refuses."""

    def __init__(self, settings: Settings, observer: Observer, *, read_only: bool) -> None:
        self._paths = settings.paths
        self._observer = observer
        self.read_only = read_only
        self.refusals = 0

    def ask(self, control: str, *arguments: Any, nothing: Any = None, within_s: float = 0) -> Any:
        """Ask; return `nothing` where there is no answer. Errors: those of the control."""
        known = CONTROLS[control]
        if known.changes and self.read_only:
            self.refusals += 1
            return nothing
        try:
            with Connection(
                self._paths, read_only=self.read_only, within_s=within_s or _CONTROL_S
            ) as connection:
                found = connection.ask(control, arguments, known.result)
        except NoServiceError:
            found = nothing
        self._observer.now()
        return found


class _Producer:
    """The producer of the service."""

    def __init__(self, remote: Remote, observer: Observer) -> None:
        self._ask = remote.ask
        self.snapshot = lambda: observer.latest.producer

    def pause(self) -> None:
        """Publish nothing for a while."""
        self._ask("pause_producer")

    def resume(self) -> None:
        """Go on after a pause."""
        self._ask("resume_producer")

    def stop(self) -> None:
        """End cleanly."""
        self._ask("stop_producer")

    def set_rate(self, rate: float) -> None:
        """Take another rate. Errors: UsageError."""
        self._ask("set_rate", rate)

    def set_profile(self, profile: Profile) -> None:
        """Take another course of the rate. Errors: UsageError."""
        self._ask("set_profile", profile)


class _Consumer:
    """The consumer of the service."""

    def __init__(self, remote: Remote, observer: Observer) -> None:
        self._ask = remote.ask
        self.snapshot = lambda: observer.latest.consumer

    def pause(self) -> None:
        """Store nothing for a while."""
        self._ask("pause_consumer")

    def resume(self) -> None:
        """Go on after a pause."""
        self._ask("resume_consumer")

    def stop(self) -> None:
        """End cleanly."""
        self._ask("stop_consumer")


class _Explorer:
    """What the looking panes hold."""

    def __init__(self, settings: Settings, remote: Remote, observer: Observer) -> None:
        self._remote = remote
        self.look_at = observer.look_at
        self.log = LogTail(Redactor(settings.secrets))
        self.where: Mapping[str, str] = {}

    def settings(self) -> tuple[EffectiveSetting, ...]:
        """Return the settings that the service works with."""
        found: tuple[EffectiveSetting, ...] = self._remote.ask("settings", nothing=())
        return found

    def look_again(self) -> None:
        """Take the wanted reading as soon as possible."""
        self._remote.ask("look_again")

    def examine(self) -> bool:
        """Let the doctor of the service look at everything."""
        return bool(self._remote.ask("examine"))


class _Upkeep:
    """Merge, load, setup and repair."""

    def __init__(self, remote: Remote) -> None:
        self._ask = remote.ask

    @property
    def refusal(self) -> str:
        """Why nothing can be started now; empty when something can."""
        return str(self._ask("upkeep_refusal", nothing=_("the service does not answer")))

    def merge(self) -> bool:
        """Merge what is in the raw table."""
        return bool(self._ask("merge"))

    def load(self, options: LoadOptions) -> bool:
        """Load reference files."""
        return bool(self._ask("load", options))

    def set_up(self) -> bool:
        """Create what is missing."""
        return bool(self._ask("set_up"))

    def repair(self) -> bool:
        """Put damaged records back."""
        return bool(self._ask("repair"))

    def cancel(self) -> bool:
        """End what is under way."""
        return bool(self._ask("cancel_upkeep"))


class _Leaving:
    """The way out, which asks nothing: the service goes on."""

    def __init__(self, close: Callable[[], None]) -> None:
        self._close = close
        self._guard = Lock()
        self._begun = False
        self.latest = LeavingSnapshot()

    def begin(self, left: Callable[[], None]) -> bool:
        """Leave. left: called in a thread once the connection is closed."""

        def go() -> None:
            self._close()
            left()

        with self._guard:
            begun, self._begun = self._begun, True
        if not begun:
            WatchedThread("leaving", go).start()
        return not begun

    def store(self) -> bool:
        """Answer a question that there is not."""
        return False

    lose = go_on = stay = store


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
        self.explorer = _Explorer(settings, self._remote, self._observer)
        self.upkeep = _Upkeep(self._remote)
        self.leaving = _Leaving(self.close)
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
    def producer(self) -> _Producer | None:
        """The producer under way."""
        under_way = self._observer.latest.producer.state not in FINAL_STATES
        return _Producer(self._remote, self._observer) if under_way else None

    def start_consumer(self) -> bool:
        """Start storing and merging."""
        return bool(self._ask("start_consumer"))

    def restart_merge(self) -> bool:
        """Start merging again."""
        return bool(self._ask("restart_merge"))

    @property
    def consumer(self) -> _Consumer | None:
        """The consumer under way."""
        under_way = self._observer.latest.consumer.state not in FINAL_STATES
        return _Consumer(self._remote, self._observer) if under_way else None

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
