"""How a worker thread is owned: started, paused, resumed, stopped, joined, and its failure kept.

A worker (producer, consumer, merge loop) runs `body` in one thread of its own. Other threads steer
it by the methods here, which only set events and return at once; the body looks at `stopping` and
`paused` between two small steps (at most 100 ms apart), so that a key acts within 200 ms.
`Worker` and `PausableWorker` are what those others hold.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from threading import Event, Lock

from core.clock import Clock, SystemClock
from core.errors import DropshipError
from core.failures import explained
from core.text import _
from core.threads import WatchedThread


class RunState(StrEnum):
    """Where a worker is in its life."""

    IDLE = "idle"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    HELD = "held"  # waits for room: backpressure
    WAITING = "waiting"  # waits for a broker or warehouse that is out of reach
    DRAINING = "draining"
    STOPPED = "stopped"
    FAILED = "failed"


def state_name(state: RunState) -> str:
    """Return a state as people read it."""
    names = {
        RunState.IDLE: _("idle"),
        RunState.STARTING: _("starting"),
        RunState.RUNNING: _("running"),
        RunState.PAUSED: _("paused"),
        RunState.HELD: _("held"),
        RunState.WAITING: _("waiting"),
        RunState.DRAINING: _("draining"),
        RunState.STOPPED: _("stopped"),
        RunState.FAILED: _("failed"),
    }
    return names[state]


FINAL_STATES = frozenset({RunState.IDLE, RunState.STOPPED, RunState.FAILED})


@dataclass(frozen=True)
class WorkerStatus:
    """The state of a worker, since when (UTC), and what ended one that failed, with a hint."""

    state: RunState = RunState.IDLE
    since: datetime | None = None
    error: str = ""
    hint: str = ""


class Lifecycle:
    """One thread with a stop event, a pause event and a state that anyone may read.

    What ends it by an exception is kept: `moment` tells it as text, `error` is the exception.
    """

    def __init__(self, name: str, body: Callable[[], None], clock: Clock | None = None) -> None:
        self._name = name
        self._body = body
        self._clock = clock or SystemClock()
        self._stop = Event()
        self._resume = Event()
        self._resume.set()
        self._lock = Lock()
        self._thread: WatchedThread | None = None
        self.error: BaseException | None = None
        self.moment = WorkerStatus()
        """The present state; swapped in whole, so reading it never waits."""

    @property
    def state(self) -> RunState:
        """The present state."""
        return self.moment.state

    @property
    def stop_event(self) -> Event:
        """Set once a stop is wanted; for interruptible waits."""
        return self._stop

    @property
    def stopping(self) -> bool:
        """Whether a stop is wanted."""
        return self._stop.is_set()

    @property
    def paused(self) -> bool:
        """Whether a pause is wanted."""
        return not self._resume.is_set()

    def enter(self, state: RunState) -> None:
        """Set the state; called by the body only."""
        if state is not self.moment.state:
            self.moment = WorkerStatus(state, self._clock.now())

    def start(self) -> None:
        """Start the thread. A worker runs once; make a new one to run again."""
        with self._lock:
            if self._thread is not None:
                raise RuntimeError(f"{self._name} was already started")
            self.enter(RunState.STARTING)
            self._thread = WatchedThread(self._name, self._run)
            self._thread.start()

    def pause(self) -> None:
        """Ask for a pause; the body keeps its connections."""
        self._resume.clear()

    def resume(self) -> None:
        """End a pause."""
        self._resume.set()

    def stop(self) -> None:
        """Ask for a clean end; returns at once."""
        self._stop.set()
        self._resume.set()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end, at most `timeout` seconds; return whether it has ended."""
        thread = self._thread
        if thread is None:
            return True
        thread.join(timeout)
        return not thread.is_alive()

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._body()
        except DropshipError as error:
            self._fail(error)  # the owner shows it, or raises it again
        except BaseException as error:
            self._fail(error)
            raise
        else:
            self.enter(RunState.STOPPED)

    def _fail(self, error: BaseException) -> None:
        self.error = error
        self.moment = WorkerStatus(RunState.FAILED, self._clock.now(), *explained(error))


class Worker:
    """What others hold of a thread that works: start, stop, join, and what ended it.

    A worker is one of these with a `_run` of its own, which looks at `_life`.
    """

    def __init__(self, name: str, clock: Clock | None = None) -> None:
        self._life = Lifecycle(name, self._run, clock)

    def start(self) -> None:
        """Start the thread. A worker runs once."""
        self._life.start()

    def stop(self) -> None:
        """Ask for a clean end; returns at once."""
        self._life.stop()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end, at most `timeout` seconds; return whether it came."""
        return self._life.join(timeout)

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._life.alive

    @property
    def error(self) -> BaseException | None:
        """What ended the worker, None for a clean end."""
        return self._life.error

    def _run(self) -> None:
        """Work until the end or until `_life.stopping`."""
        raise NotImplementedError


class PausableWorker(Worker):
    """A worker whose `_run` heeds `_life.paused` too."""

    def pause(self) -> None:
        """Do nothing for a while; connections stay."""
        self._life.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        self._life.resume()
