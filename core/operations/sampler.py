"""The thread that looks at everything once a second: history, alerts, and what is due."""

from collections.abc import Callable, Mapping
from threading import Event

from core.clock import Clock
from core.operations.recorder import Recorder
from core.operations.snapshot import ControllerSnapshot
from core.threads import WatchedThread, failures, forget, report, reported

_NAME = "sampler"
_EVERY_S = 1.0

Look = Callable[[], tuple[ControllerSnapshot, Mapping[str, BaseException]]]
"""The present moment, and what ended the workers that failed."""


class Sampler:
    """Looks until `closing` is set, whatever happens: the alerts hang on it.

    due: starts what the moment asks for. A look that fails is told, and the next one is tried.
    """

    def __init__(
        self,
        recorder: Recorder,
        look: Look,
        due: Callable[[ControllerSnapshot], object],
        closing: Event,
        clock: Clock,
    ) -> None:
        self._recorder = recorder
        self._look = look
        self._due = due
        self._closing = closing
        self._clock = clock
        self._thread = WatchedThread(_NAME, self._run)

    def start(self) -> None:
        """Start looking; safe to repeat from one thread at a time."""
        if self._thread.ident is None:
            self._thread.start()

    def join(self, timeout_s: float) -> None:
        """Wait for the end."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        broken = False
        with reported(_NAME):
            self._recorder.begin()
        while not self._closing.is_set():
            try:
                now, failed = self._look()
                self._recorder.look(now, failed)
                self._due(now)
            except Exception as error:  # noqa: BLE001 - reported, and tried again
                if not broken:
                    report(_NAME, error)
                broken = True
                self._recorder.alerts.tell_failures(failures())
            else:
                if broken:
                    forget(_NAME)
                broken = False
            self._clock.wait(self._closing, _EVERY_S)
