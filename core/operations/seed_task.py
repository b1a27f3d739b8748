"""Seed files made in the background, and the catalogue loaded from them."""

from dataclasses import replace

from core.clock import Clock
from core.config import Settings
from core.jobs import load, seed
from core.jobs.base import JobContext
from core.operations.backends import Backends
from core.operations.task import Task
from core.progress import NoProgress
from core.seed.spec import SeedResult


class SeedTask:
    """One generation at a time. `task` has its state, and cancels it."""

    def __init__(self, settings: Settings, backends: Backends, clock: Clock) -> None:
        self._settings = settings
        self._backends = backends
        self._clock = clock
        self.task: Task[SeedResult] = Task("seed", clock)

    def run(self, options: seed.Options) -> bool:
        """Generate, and load what was generated; False while that is under way already."""
        return self.task.run(lambda: self._generate(options))

    def _generate(self, options: seed.Options) -> SeedResult:
        """Errors: UsageError for a pipeline without a generator."""
        task = self.task
        context = JobContext(self._settings, progress=task, stop=task.stop, clock=self._clock)
        written = seed.run(context, options).written
        warehouse = self._backends.warehouse
        if warehouse is not None and not written.cancelled:
            # A first look at Snowflake: DuckDB makes the tables of a new file by itself.
            if not warehouse.rows("any_table", [self._settings.schema]):
                warehouse.setup()
            quiet = replace(context, progress=NoProgress())  # the task shows the files made
            load.load(quiet, warehouse, load.Options(input=options.output))
        return written
