"""The upkeep of a warehouse from a screen: merge now, load, create what is missing, repair.

What checks advise can be done where they are read: a console that holds the warehouse keeps the
jobs of the same name out. One of the four at a time, each in a task of its own.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from core.broker.base import Broker
from core.clock import Clock
from core.config import Settings
from core.errors import BrokerError, CancelledError, DropshipError
from core.jobs.base import JobContext
from core.jobs.load import LoadResult, load
from core.jobs.load import Options as Files
from core.jobs.repair import repair, repair_lines
from core.jobs.setup import SetupResult
from core.jobs.topic import prepare_topic
from core.operations.backends import Backends
from core.operations.task import Task
from core.operations.upkeep_snapshot import UpkeepSnapshot
from core.operations.workers import Workers
from core.text import _, ngettext
from core.text.amounts import raw_events
from core.text.number_format import count
from core.validation.repaired import Repair
from core.warehouse.base import Warehouse
from core.warehouse.model import MergeResult

_DRAIN_S = 30.0

log = logging.getLogger(__name__)


class Upkeep:
    """Starts the tasks and ends them. Any thread may call it.

    allowed: asked before anything is started. changed: called by a task that ended, when the
    warehouse may hold something else.
    """

    def __init__(
        self, settings: Settings, backends: Backends, workers: Workers, clock: Clock
    ) -> None:
        self._settings = settings
        self._backends = backends
        self._workers = workers
        self._clock = clock
        self.allowed: Callable[[], bool] = lambda: True
        self.changed: Callable[[], None] = lambda: None
        self._merge: Task[MergeResult] = Task("merge-now", clock)
        self._load: Task[LoadResult] = Task("load", clock)
        self._setup: Task[SetupResult] = Task("setup", clock)
        self._repair: Task[Repair] = Task("repair", clock)

    def snapshot(self) -> UpkeepSnapshot:
        """Return the present moment; never waits."""
        return UpkeepSnapshot(
            self._merge.latest, self._load.latest, self._setup.latest, self._repair.latest
        )

    @property
    def refusal(self) -> str:
        """Why nothing can be started now; empty when something can."""
        if self._backends.warehouse is None:
            return _("the warehouse is not open yet")
        if any(task.latest.running for task in self._tasks):
            return _("merge, load, setup or repair is under way: [x] cancels it")
        return ""

    @property
    def _may(self) -> bool:
        return self.allowed() and not self.refusal

    def merge(self) -> bool:
        """Merge what is in the raw table; return False where `refusal` says why not."""
        return self._may and self._merge.run(self._merge_now)

    def load(self, options: Files) -> bool:
        """Load customers and products from their files; False as `merge`."""
        return self._may and self._load.run(lambda: self._load_files(options))

    def set_up(self) -> bool:
        """Create the tables that are missing, and the topic on a cluster; False as `merge`."""
        return self._may and self._setup.run(self._create)

    def repair(self) -> bool:
        """Put damaged records back from what still holds their bytes; False as `merge`."""
        return self._may and self._repair.run(self._put_back)

    def cancel(self) -> bool:
        """End what is under way; what it did stays. Returns whether there was anything."""
        running = [task for task in self._tasks if task.latest.running]
        for task in running:
            task.cancel()
        return bool(running)

    def close(self) -> None:
        """Cancel what is under way and wait for its end."""
        self.cancel()
        for task in self._tasks:
            task.join(_DRAIN_S)

    @property
    def _tasks(self) -> tuple[Task[Any], ...]:
        return self._merge, self._load, self._setup, self._repair

    def _warehouse(self) -> Warehouse:
        if self._backends.warehouse is None:
            raise DropshipError(_("the warehouse is not open yet"))
        return self._backends.warehouse

    def _context(self, task: Task[Any]) -> JobContext:
        return JobContext(self._settings, progress=task, stop=task.stop, clock=self._clock)

    def _merge_now(self) -> MergeResult:
        task, name = self._merge, _("merge")
        ((backlog,),) = self._warehouse().rows("inspect_backlog")
        task.start(name, int(backlog), _("raw events"))
        try:
            total = self._workers.merge_now(
                task.stop, lambda so_far: task.update(name, so_far.taken)
            )
        finally:
            self.changed()
        if task.stop.is_set():
            raise CancelledError(
                _("cancelled after {events}; the rest waits where it is").format(
                    events=raw_events(total.taken)
                )
            )
        return total

    def _load_files(self, options: Files) -> LoadResult:
        context = self._context(self._load)
        try:
            return load(context, self._warehouse(), options, cancelled=context.cancelled)
        finally:
            self.changed()

    def _create(self) -> SetupResult:
        task, name = self._setup, _("setup")
        task.start(name, 2, _("steps"))
        task.update(name, 0, _("warehouse"))
        try:
            steps = self._warehouse().setup(again=True)
            topic = None
            if self._settings.kafka.bootstrap_servers is not None:
                if task.stop.is_set():
                    raise CancelledError(
                        _("cancelled: the warehouse objects are in place, the topic was left")
                    )
                task.update(name, 1, _("topic"))
                _warehouse, broker = self._backends.both()
                topic = prepare_topic(self._context(task), broker)
        finally:
            self.changed()
        return SetupResult((), executed=True, steps=steps, topic=topic)

    def _put_back(self) -> Repair:
        context = self._context(self._repair)
        try:
            found = repair(context, self._warehouse(), self._topic)
        finally:
            self.changed()
        _total, *left = repair_lines(found)
        for line in left:
            log.warning(line)
        if context.stopping:
            done = len(found.repaired)
            raise CancelledError(
                ngettext(
                    "cancelled after {count} repaired record; the rest is as it was",
                    "cancelled after {count} repaired records; the rest is as it was",
                    done,
                ).format(count=count(done))
            )
        return found

    @contextmanager
    def _topic(self) -> Iterator[Broker]:
        """Yield the broker of the controller, which stays open."""
        broker = self._backends.broker
        if broker is None:
            raise BrokerError(
                _("the broker is not open yet"),
                hint=_("damaged records are read again from the topic"),
            )
        yield broker
