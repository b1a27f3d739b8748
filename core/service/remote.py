"""What an attached console holds of the parts of a service: each control is one short call."""

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any

from core.config import Settings
from core.config.secrets import Redactor
from core.dlq.edits import Edit
from core.errors import ConfigError, UsageError
from core.jobs.options import LoadOptions
from core.operations.configuration import SavedSettings
from core.operations.effective_settings import EffectiveSetting
from core.operations.leaving import LeavingSnapshot
from core.operations.letter_work import Chosen
from core.operations.logtail import LogTail
from core.producer.modes import Profile
from core.service.client import Connection, NoServiceError
from core.service.controls import CONTROLS
from core.service.observer import Observer
from core.service.wire import MOST_ASKED
from core.text import _
from core.threads import WatchedThread

_CONTROL_S = 2.0
"""How long a key may wait for a service that hangs."""
_SPARE = 65_536
"""Bytes of a request that are for everything but its letters."""


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


class RemoteProducer:
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


class RemoteConsumer:
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


class RemoteExplorer:
    """What the looking panes hold."""

    def __init__(self, settings: Settings, remote: Remote, observer: Observer) -> None:
        self._remote = remote
        self.look_at = observer.look_at
        self.log = LogTail(Redactor(settings.secrets))

    def look_again(self) -> None:
        """Take the wanted reading as soon as possible."""
        self._remote.ask("look_again")

    def examine(self) -> bool:
        """Let the doctor of the service look at everything."""
        return bool(self._remote.ask("examine"))


class RemoteConfiguration:
    """The settings that the service works with; it changes its own file."""

    def __init__(self, remote: Remote) -> None:
        self._ask = remote.ask

    def listed(self) -> tuple[EffectiveSetting, ...]:
        """Return every setting, secrets masked."""
        found: tuple[EffectiveSetting, ...] = self._ask("settings", nothing=())
        return found

    def faults(self, changes: Mapping[str, str]) -> dict[str, str]:
        """Return what is wrong with new values, by name."""
        silent = dict.fromkeys(changes, _("the service does not answer"))
        found: dict[str, str] = self._ask("setting_faults", dict(changes), nothing=silent)
        return found

    def save(self, changes: Mapping[str, str]) -> SavedSettings:
        """Let the service write new values. Errors: ConfigError, StorageError."""
        saved: SavedSettings | None = self._ask("save_settings", dict(changes))
        if saved is None:
            raise ConfigError(_("the service does not answer, or this console is read-only"))
        return saved


class RemoteUpkeep:
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


class RemoteLetters:
    """What is done about dead letters."""

    def __init__(self, remote: Remote) -> None:
        self._ask = remote.ask

    def replay(self, chosen: Chosen, edits: Sequence[Edit] = ()) -> bool:
        """Publish letters again, some of them with another payload. Errors: UsageError."""
        _fits(chosen, edits)
        return bool(self._ask("replay_chosen", chosen, list(edits)))

    def dismiss(self, chosen: Chosen, why: str, who: str) -> bool:
        """Decide that nothing is to be done about letters. Errors: UsageError."""
        _fits(chosen)
        return bool(self._ask("dismiss", chosen, why, who))

    def restore(self, chosen: Chosen) -> bool:
        """Take dismissals back. Errors: UsageError."""
        _fits(chosen)
        return bool(self._ask("restore_letters", chosen))

    def cancel(self) -> None:
        """End a decision under way."""
        self._ask("cancel_decision")


def _fits(chosen: Chosen, edits: Sequence[Edit] = ()) -> None:
    """Refuse what is more than a service takes at once. Errors: UsageError."""
    size = sum(len(one) + 8 for one in chosen.ids)
    size += sum(len(edit.payload) + len(edit.event_id) + 16 for edit in edits)
    if size > MOST_ASKED - _SPARE:
        raise UsageError(
            _("these are too many dead letters, or too large ones, to be sent at once"),
            hint=_("choose fewer, or narrow the list and take all that match"),
        )


class RemoteLeaving:
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
