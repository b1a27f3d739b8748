"""Checks of a controller: one at a time, when asked or every so often, each with its reports."""

import logging
from typing import get_args

from core.clock import Clock
from core.config import Settings
from core.errors import DropshipError
from core.jobs import validate
from core.jobs.base import JobContext
from core.jobs.option_groups import Format
from core.operations.backends import Backends
from core.operations.task import Task
from core.text import _
from core.validation.content_ledger import ContentLedger
from core.validation.history import PastRun, past_runs
from core.validation.last_validation import last_run
from core.validation.model import ValidationResult, nothing_there

log = logging.getLogger(__name__)

_FORMATS = get_args(Format)


class ValidationTask:
    """Runs all checks in a task of its own. Any thread may call it.

    every_s: seconds from one validation to the next, 0 only when asked. reports: files of the last.
    """

    def __init__(self, settings: Settings, backends: Backends, clock: Clock) -> None:
        self._settings = settings
        self._backends = backends
        self._clock = clock
        self._ended_at = 0.0
        self._content = ContentLedger()
        self.task: Task[ValidationResult] = Task("validate", clock)
        self.every_s = 0.0
        self.reports: tuple[str, ...] = ()

    def take_settings(self, settings: Settings) -> None:
        """Check by other settings from the next run on."""
        self._settings = settings

    @property
    def due(self) -> bool:
        """Whether it is time for the next one."""
        return bool(self.every_s) and self._clock.monotonic() >= self._ended_at + self.every_s

    def run(self) -> bool:
        """Start a validation; return False while back ends are missing or one is under way."""
        return self._backends.ready and self.task.run(self._run)

    def recall(self) -> None:
        """Take the last stored validation for the verdict, until there is one of this process."""
        warehouse = self._backends.warehouse
        if warehouse is None or self.task.latest.result is not None:
            return
        limits, folder = self._settings.thresholds, self._settings.paths.reports
        try:
            found = last_run(warehouse, limits, folder, self._settings.pipeline.definition)
        except DropshipError as error:
            log.warning(
                _("the last validation cannot be read: {reason}").format(reason=error.message)
            )
            return
        if found is not None and self.task.recall(found[0]):
            self.reports = tuple(str(file) for file in found[1])

    def past(self, limit: int) -> list[PastRun]:
        """Return the latest validations, newest first. Errors: WarehouseError."""
        warehouse = self._backends.warehouse
        return [] if warehouse is None else past_runs(warehouse, limit)

    def _run(self) -> ValidationResult | None:
        task = self.task
        context = JobContext(self._settings, progress=task, stop=task.stop, clock=self._clock)
        try:
            warehouse, broker = self._backends.both()
            view = validate.view_of(context, broker)
            options = validate.Options(format=_FORMATS)
            result = validate.check(
                context, warehouse, view, options, self._content, tell_of_nothing=False
            )
        finally:
            self._ended_at = self._clock.monotonic()
        self.reports = tuple(str(file) for file in result.reports)
        # Nothing to check is no verdict: no warning, no alert, no report.
        return None if nothing_there(result.found, view) else result.found
