"""The merge loop: new raw events into orders, every so often, in a thread of its own."""

import logging
from collections.abc import Callable
from dataclasses import replace
from threading import Event

from core.clock import Clock, SystemClock, growing_waits
from core.errors import DropshipError
from core.merge.snapshot import MergeFigures, MergeSnapshot
from core.text import N_, clean
from core.warehouse.base import Warehouse
from core.warehouse.model import MergeResult
from core.workers import RunState, Worker

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 10.0
"""Between attempts at the end, as those at a batch."""

log = logging.getLogger(__name__)


def merge_all(
    warehouse: Warehouse, stop: Event, told: Callable[[MergeResult], None] = lambda _run: None
) -> MergeResult:
    """Merge until nothing new is left or a stop is wanted; return the sum of the runs.

    Beside a stream there is always something new: as much is taken as is known to wait after a run,
    and no more.
    told: takes each run as soon as it is over, so that nothing is lost when a later one fails.
    """
    total = MergeResult()
    left: int | None = None
    while not stop.is_set() and left != 0:
        run = warehouse.merge()
        told(run)
        if not run.taken:
            break
        total = total.plus(run)
        if left is not None:
            left = max(left - run.taken, 0)
        elif (backlog := warehouse.merge_backlog()) is not None:
            left = backlog.events or None  # another process may know of more: look again
    return total


class MergeWorker(Worker):
    """Merges every `interval_s` seconds until stopped, and all that is left at the end.

    A failure that passes is tried again, as long as it takes: the raw events wait where they are.
    At the end somebody waits, so there it may last for `give_up_after_s` seconds.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        *,
        interval_s: float = 1.0,
        give_up_after_s: float = 30.0,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        super().__init__("merge", self._clock)
        self._warehouse = warehouse
        self._interval_s = interval_s
        self._give_up_after_s = give_up_after_s
        self._figures = MergeFigures(self._clock)

    def snapshot(self) -> MergeSnapshot:
        """Return the present moment, also before the first event and after the end."""
        life = self._life.moment
        return replace(
            self._figures.latest,
            state=life.state,
            since=life.since,
            error=life.error,
            hint=life.hint,
            backlog=self._warehouse.merge_backlog(),
        )

    def _run(self) -> None:
        self._life.enter(RunState.RUNNING)
        try:
            while not self._life.stopping:
                self._merge()
                self._clock.wait(self._life.stop_event, self._interval_s)
            self._life.enter(RunState.DRAINING)
            self._drain()
        except DropshipError as error:
            self._figures.failed(error.message, passes=False)
            log.exception(
                N_("the merge failed"),
                extra={"reason": clean(error.message), "hint": clean(error.hint)},
            )
            raise
        except BaseException as error:
            self._figures.failed(str(error), passes=False)
            raise

    def _merge(self) -> None:
        """Merge what is new; a failure that passes is told once and leaves the state."""
        try:
            while not self._life.stopping:
                run = self._warehouse.merge()
                self._took(run)
                if not run.taken or not self._is_behind(run):
                    break
        except DropshipError as error:
            if not error.transient:
                raise
            self._life.enter(RunState.WAITING)
            self._waits(error)

    def _drain(self) -> None:
        """Merge all that is left, again and again while it fails for what passes.

        Errors: what does not pass, and what lasts longer than allowed without any run in between.
        """
        failing: tuple[int, float] | None = None  # runs so far, and since when
        waits = growing_waits(_FIRST_WAIT_S, _LONGEST_WAIT_S)
        while True:
            try:
                merge_all(self._warehouse, Event(), self._took)
            except DropshipError as error:
                runs, now = self._figures.latest.runs, self._clock.monotonic()
                if failing is None or failing[0] != runs:
                    failing, waits = (runs, now), growing_waits(_FIRST_WAIT_S, _LONGEST_WAIT_S)
                if not error.transient or now - failing[1] >= self._give_up_after_s:
                    raise
                self._waits(error)
                self._clock.wait(Event(), next(waits))
            else:
                return

    def _waits(self, error: DropshipError) -> None:
        """Tell once for what the next attempt waits."""
        reason = clean(error.message)
        told = reason == self._figures.latest.waiting_for
        self._figures.failed(reason, passes=True)
        if not told:
            log.warning(N_("the merge waits"), extra={"reason": reason})

    def _is_behind(self, run: MergeResult) -> bool:
        """Return whether as much waits as a run took, so that the next one is due at once.

        Where less does, merging it at once would make many small runs, which cost far more than a
        few large ones.
        """
        backlog = self._warehouse.merge_backlog()
        return backlog is None or backlog.events >= run.taken

    def _took(self, run: MergeResult) -> None:
        resumes = bool(self._figures.latest.waiting_for)
        self._figures.took(run)
        if self._life.state is RunState.WAITING:
            self._life.enter(RunState.RUNNING)
        if resumes:
            log.info(N_("the merge resumes"))
