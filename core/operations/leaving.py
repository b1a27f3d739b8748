r"""Closing a controller without losing what its own broker holds: first a question, then the end.

    HERE -> LOOKING -> CHOOSING -> ASKING -> STORING -> CLOSING -> LEFT
                 \____________________________^ nothing would be lost, or a consumer is storing it

It chooses where work is under way that a service could go on with (`may_go_on`): that one begins
once all is closed here, with what stands in `Handover`.

While it asks and while it stores, one may stay after all. The steps that take time run in a thread
of their own; what a screen shows of them is a frozen snapshot.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from threading import Event, Lock

from core.clock import Clock
from core.consumer.unstored import lost_text
from core.errors import DropshipError
from core.failures import explained
from core.operations.drain import Drained, drain
from core.operations.handover import Handover
from core.operations.unstored_count import UnstoredCount
from core.operations.work_totals import WorkTotals
from core.operations.workers import Workers
from core.text import N_
from core.threads import WatchedThread
from core.workers import RunState

STORE_WITHIN_S = 60.0
"""How long an end that nobody can be asked about may store: a supervisor kills soon afterwards."""

log = logging.getLogger(__name__)


class Stage(StrEnum):
    """How far leaving is."""

    HERE = "here"
    LOOKING = "looking"
    CHOOSING = "choosing"
    ASKING = "asking"
    STORING = "storing"
    CLOSING = "closing"
    LEFT = "left"


_QUESTIONS = frozenset({Stage.CHOOSING, Stage.ASKING})


@dataclass(frozen=True)
class LeavingSnapshot:
    """One moment of it. progress: of storing. why: what kept the records from being stored."""

    stage: Stage = Stage.HERE
    progress: Drained = field(default_factory=Drained)
    why: str = ""


@dataclass(frozen=True)
class Farewell:
    """How a controller was left. unstored: records lost with our own broker, None without one.

    why: what kept them from being stored; empty where somebody chose to lose them. handover: what a
    service is to go on with.
    """

    done: WorkTotals
    unstored: int | None = None
    why: str = ""
    handover: Handover | None = None


class Leaving:
    """The steps of leaving. Controls return at once; one that does not fit does nothing.

    pause: ends whatever would start work again. close: ends everything, told whether the records
    that are not stored may be lost.
    """

    def __init__(
        self,
        workers: Workers,
        custody: UnstoredCount,
        clock: Clock,
        *,
        pause: Callable[[], None],
        close: Callable[[bool], None],
    ) -> None:
        self._workers = workers
        self._custody = custody
        self._clock = clock
        self._pause = pause
        self._close_all = close
        self._left: Callable[[], None] = _nothing
        self._lock = Lock()
        self._stay = Event()
        self._gave_way = False
        self._thread: WatchedThread | None = None
        self.may_go_on = False
        self.handover: Handover | None = None
        self.latest = LeavingSnapshot()

    def begin(self, left: Callable[[], None]) -> bool:
        """Leave, or ask first. left: called in a thread once all is closed."""
        with self._lock:
            if self.latest.stage is not Stage.HERE:
                return False
            self._left = left
            self._go(Stage.LOOKING, self._look)
            return True

    def store(self) -> bool:
        """Answer: store the records, then leave."""
        return self._answered(_QUESTIONS, Stage.STORING, self._store)

    def go_on(self) -> bool:
        """Answer: store the records, then leave the work to a service."""
        return self._answered(frozenset({Stage.CHOOSING}), Stage.STORING, self._store, go_on=True)

    def lose(self) -> bool:
        """Answer: leave without them."""
        self.handover = None
        return self._answered(
            frozenset({Stage.ASKING}), Stage.CLOSING, lambda: self._close(lose=True)
        )

    def stay(self) -> bool:
        """Answer, or change of mind while records are stored: do not leave."""
        with self._lock:
            stage = self.latest.stage
            self.handover = None
            if stage in _QUESTIONS:
                self.latest = LeavingSnapshot()
            elif stage is Stage.STORING:
                self._stay.set()
            return stage in {*_QUESTIONS, Stage.STORING}

    def give_way(self) -> None:
        """Let an end that asks nobody begin: no question is open any more, and nobody stays."""
        with self._lock:
            self._gave_way = True
            self._stay.set()
            if self.latest.stage is not Stage.CLOSING:
                self.handover = None
                self.latest = LeavingSnapshot(Stage.STORING)

    def store_within(self, seconds: float) -> str:
        """Store, so long at most; blocks. Return why not all of it is stored."""
        why = drain(
            self._workers,
            self._custody,
            self._clock,
            stop=Event(),
            show=self._show,
            within_s=seconds,
        )
        self.latest = LeavingSnapshot(Stage.CLOSING)
        return why

    def _answered(
        self,
        asked: frozenset[Stage],
        stage: Stage,
        step: Callable[[], None],
        *,
        go_on: bool = False,
    ) -> bool:
        with self._lock:
            if self.latest.stage not in asked:
                return False
            if go_on:
                self.handover = self._workers.handover()
            self._go(stage, step)
            return True

    def _go(self, stage: Stage, step: Callable[[], None]) -> None:
        self._stay.clear()
        self.latest = LeavingSnapshot(stage)
        self._thread = WatchedThread("leaving", step, on_failure=self._failed)
        self._thread.start()

    def _look(self) -> None:
        unstored: int | None = self._custody.latest
        with suppress(DropshipError):
            unstored = self._custody.count(self._workers.stored_offsets, ask=True)
        if self._gave_way:
            return
        if self.may_go_on and (self._workers.producer or self._workers.consumer):
            self.latest = LeavingSnapshot(Stage.CHOOSING)
        elif unstored and not self._workers.storing:
            log.info(N_("asked what becomes of records"), extra={"unstored": unstored})
            self.latest = LeavingSnapshot(Stage.ASKING)
        elif unstored is None:
            self._close(lose=False)
        else:
            self.latest = LeavingSnapshot(Stage.STORING)
            self._store()

    def _store(self) -> None:
        before = self._consumer_state()
        self._pause()
        self._workers.stop_producer()
        why = drain(self._workers, self._custody, self._clock, stop=self._stay, show=self._show)
        if self._gave_way:
            return
        if self._stay.is_set():
            self._put_back(before)
            self.latest = LeavingSnapshot()
        elif why:
            log.error(N_("records are not stored"), extra={"reason": why})
            self.latest = LeavingSnapshot(Stage.ASKING, self.latest.progress, why)
        else:
            self._close(lose=False)

    def _failed(self, error: BaseException) -> None:
        """Go on after a defect of ours: leave where all was being closed, else ask again."""
        if self.latest.stage is Stage.CLOSING:
            self._left()
        else:
            why, _hint = explained(error)
            self.latest = LeavingSnapshot(Stage.ASKING, self.latest.progress, why)

    def _consumer_state(self) -> RunState:
        consumer = self._workers.consumer
        return consumer.snapshot().state if consumer else RunState.IDLE

    def _put_back(self, before: RunState) -> None:
        """Leave the consumer as it was before it stored for us."""
        consumer = self._workers.consumer
        if consumer is None:
            return
        if before is RunState.PAUSED:
            consumer.pause()
        elif before is RunState.IDLE:
            consumer.stop()

    def _show(self, progress: Drained) -> None:
        self.latest = replace(self.latest, progress=progress)

    def _close(self, *, lose: bool) -> None:
        self.latest = LeavingSnapshot(Stage.CLOSING)
        self._close_all(lose)
        self.latest = LeavingSnapshot(Stage.LEFT)
        self._left()


def tell_lost(unstored: int | None, why: str = "") -> None:
    """Write into the log what is lost by leaving, and why."""
    if unstored:
        log.error(lost_text(unstored), extra={"unstored": unstored, "reason": why})


def _nothing() -> None:
    """Tell nobody."""
