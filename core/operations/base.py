"""The seam between a screen and the pipeline: what a console holds, in this process or attached.

`core.operations.controller.Controller` works in the process of the console;
`core.service.attached.AttachedController` steers that of a service. Controls return at once, and
one that does not fit the present state does nothing and returns False.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from core.config import Settings
from core.consumer.snapshot import ConsumerSnapshot
from core.dlq.edits import Edit
from core.jobs.options import LoadOptions, PublishOptions, SeedOptions
from core.operations.asking import Asking
from core.operations.configuration import SavedSettings
from core.operations.effective_settings import EffectiveSetting
from core.operations.history import Sample
from core.operations.leaving import Farewell, LeavingSnapshot
from core.operations.letter_work import Chosen
from core.operations.logtail import LogTail
from core.operations.snapshot import ControllerSnapshot
from core.operations.work_totals import WorkTotals
from core.producer.modes import Profile
from core.producer.snapshot import ProducerSnapshot
from core.validation.history import PastRun


class RunningProducer(Protocol):
    """A producer under way."""

    def pause(self) -> None:
        """Publish nothing for a while."""

    def resume(self) -> None:
        """Go on after a pause."""

    def stop(self) -> None:
        """End cleanly."""

    def set_rate(self, rate: float) -> None:
        """Take another rate, events per second. Errors: UsageError."""

    def set_profile(self, profile: Profile) -> None:
        """Take another course of the rate. Errors: UsageError."""

    def snapshot(self) -> ProducerSnapshot:
        """Return the present moment."""
        ...


class RunningConsumer(Protocol):
    """A consumer under way."""

    def pause(self) -> None:
        """Store nothing for a while."""

    def resume(self) -> None:
        """Go on after a pause."""

    def stop(self) -> None:
        """End cleanly."""

    def snapshot(self) -> ConsumerSnapshot:
        """Return the present moment."""
        ...


class Exploring(Protocol):
    """What the looking panes hold; see `core.operations.explorer.Explorer`."""

    @property
    def log(self) -> LogTail:
        """The end of the log of this process."""
        ...

    def look_at(self, what: str) -> None:
        """Keep one reading fresh."""

    def look_again(self) -> None:
        """Take it as soon as possible."""

    def examine(self) -> bool:
        """Let the doctor look at everything."""
        ...


class Configuring(Protocol):
    """The settings of the pipeline's process; see `core.operations.configuration.Configuration`."""

    def listed(self) -> tuple[EffectiveSetting, ...]:
        """Return every setting, secrets masked."""
        ...

    def faults(self, changes: Mapping[str, str]) -> dict[str, str]:
        """Return what is wrong with new values, by name."""
        ...

    def save(self, changes: Mapping[str, str]) -> SavedSettings:
        """Write new values into the file. Errors: ConfigError, StorageError."""
        ...


class UpkeepControl(Protocol):
    """Merge, load, setup and repair; see `core.operations.upkeep.Upkeep`."""

    @property
    def refusal(self) -> str:
        """Why nothing can be started now."""
        ...

    def merge(self) -> bool:
        """Merge what is in the raw table."""
        ...

    def load(self, options: LoadOptions) -> bool:
        """Load reference files."""
        ...

    def set_up(self) -> bool:
        """Create what is missing."""
        ...

    def repair(self) -> bool:
        """Put damaged records back."""
        ...

    def cancel(self) -> bool:
        """End what is under way."""
        ...


class LettersControl(Protocol):
    """What is done about dead letters; see `core.operations.letter_work.LetterWork`."""

    def replay(self, chosen: Chosen, edits: Sequence[Edit] = ()) -> bool:
        """Publish letters again, some of them with another payload."""
        ...

    def dismiss(self, chosen: Chosen, why: str, who: str) -> bool:
        """Decide that nothing is to be done about letters."""
        ...

    def restore(self, chosen: Chosen) -> bool:
        """Take dismissals back."""
        ...

    def cancel(self) -> None:
        """End a decision under way."""


class LeavingControl(Protocol):
    """The way out; see `core.operations.leaving.Leaving`."""

    @property
    def latest(self) -> LeavingSnapshot:
        """How far it is."""
        ...

    def begin(self, left: Callable[[], None]) -> bool:
        """Leave, or ask first."""
        ...

    def store(self) -> bool:
        """Answer: store, then leave."""
        ...

    def go_on(self) -> bool:
        """Answer: store, then leave the work to a service."""
        ...

    def lose(self) -> bool:
        """Answer: leave without what is not stored."""
        ...

    def stay(self) -> bool:
        """Answer: do not leave."""
        ...


class PipelineController(Protocol):
    """Every control of the pipeline, and its whole state; see the implementations."""

    @property
    def settings(self) -> Settings: ...  # noqa: D102 - as the implementations say, here and below
    @property
    def read_only(self) -> bool: ...  # noqa: D102
    @property
    def explorer(self) -> Exploring: ...  # noqa: D102
    @property
    def configuration(self) -> Configuring: ...  # noqa: D102
    @property
    def asking(self) -> Asking: ...  # noqa: D102
    @property
    def letters(self) -> LettersControl: ...  # noqa: D102
    @property
    def upkeep(self) -> UpkeepControl: ...  # noqa: D102
    @property
    def leaving(self) -> LeavingControl: ...  # noqa: D102
    @property
    def farewell(self) -> Farewell | None: ...  # noqa: D102
    @property
    def ready(self) -> bool: ...  # noqa: D102
    @property
    def done(self) -> WorkTotals: ...  # noqa: D102
    @property
    def producer(self) -> RunningProducer | None: ...  # noqa: D102
    @property
    def consumer(self) -> RunningConsumer | None: ...  # noqa: D102
    @property
    def failures(self) -> Mapping[str, BaseException]: ...  # noqa: D102

    def open(self) -> bool: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102
    def count_unstored(self) -> int | None: ...  # noqa: D102
    def generate(self, options: SeedOptions) -> bool: ...  # noqa: D102
    def cancel_seed(self) -> None: ...  # noqa: D102
    def start_producer(self, options: PublishOptions) -> bool: ...  # noqa: D102
    def start_consumer(self) -> bool: ...  # noqa: D102
    def restart_merge(self) -> bool: ...  # noqa: D102
    def validate(self) -> bool: ...  # noqa: D102
    def validate_every(self, seconds: float) -> None: ...  # noqa: D102
    def refresh_every(self, seconds: float) -> None: ...  # noqa: D102
    def refresh(self) -> None: ...  # noqa: D102
    def past_validations(self, limit: int) -> list[PastRun]: ...  # noqa: D102
    def replay(self, event_ids: Sequence[str]) -> bool: ...  # noqa: D102
    def cancel_replay(self) -> None: ...  # noqa: D102
    def acknowledge(self, rule: str | None = None) -> int: ...  # noqa: D102
    def history(self) -> list[Sample]: ...  # noqa: D102
    def demonstrate(self, orders: int = 5_000, rate: float = 400.0) -> bool: ...  # noqa: D102
    def cancel_demo(self) -> None: ...  # noqa: D102
    def snapshot(self) -> ControllerSnapshot: ...  # noqa: D102
