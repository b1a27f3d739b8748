"""The task that merges inside Snowflake, as the console shows it: its state, runs and failures.

Two questions to Snowflake: SHOW TASKS says whether it is started and needs no warehouse;
TASK_HISTORY says what it did in the last seven days and, like every table function, wakes one. Both
tell only what the role may see (MONITOR on the task), and neither is worth an error: what cannot be
seen is said, and the merge itself is judged by the log of its runs.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core.errors import WarehouseError
from core.text import _, clean, ngettext
from core.warehouse.base import Warehouse
from core.warehouse.model import Row

TASK = "merge_orders_task"
_SHOWN = ("state", "last_suspended_reason", "warehouse")
_FAILED = frozenset({"FAILED", "FAILED_AND_AUTO_SUSPENDED"})
_OVER_FAILURES = "SUSPENDED_DUE_TO_ERRORS"


@dataclass(frozen=True)
class TaskRun:
    """One run. late_s: from when it was due to its start, took_s: to its end; None if unknown."""

    state: str
    due_at: datetime
    late_s: float | None
    took_s: float | None
    error: str = ""

    @property
    def failed(self) -> bool:
        """Whether it ended with an error."""
        return self.state in _FAILED


@dataclass(frozen=True)
class TaskStatus:
    """The task at one moment.

    state: `started`, `suspended`, `absent` (none, or none the role may see) or `unknown` (hidden:
    why). suspended_by: Snowflake's reason. runs: newest first.
    """

    state: str
    suspended_by: str = ""
    warehouse: str = ""
    runs: tuple[TaskRun, ...] = ()
    hidden: str = ""

    @property
    def failures(self) -> int:
        """Runs that failed since the last one that did not."""
        ended = [run for run in self.runs if run.took_s is not None or run.failed]
        return next((at for at, run in enumerate(ended) if not run.failed), len(ended))

    @property
    def last_error(self) -> str:
        """Why the latest failed run failed; empty where none did."""
        return next((run.error for run in self.runs if run.failed), "")

    @property
    def healthy(self) -> bool:
        """Whether it merges by itself: started, and its last run did not fail."""
        return self.state == "started" and self.failures == 0

    @property
    def line(self) -> str:
        """What a person should know, in one line."""
        if self.state == "absent":
            return _("task {task}: not there, or not visible to the role").format(task=TASK)
        if self.state == "unknown":
            return _("task {task}: {reason}").format(task=TASK, reason=self.hidden)
        return self._started() if self.state == "started" else self._suspended()

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        return {
            "state": self.state,
            "suspended_by": self.suspended_by,
            "failures": self.failures,
            "last_error": self.last_error,
        }

    def _started(self) -> str:
        if self.failures:
            return ngettext(
                "task {task}: {count} run failed: {reason}",
                "task {task}: {count} runs in a row failed: {reason}",
                self.failures,
            ).format(task=TASK, count=self.failures, reason=self.last_error)
        if self.hidden:
            return _("task {task}: started, its runs are not visible: {reason}").format(
                task=TASK, reason=self.hidden
            )
        late = next((run.late_s for run in self.runs if run.late_s is not None), None)
        if late is None:
            return _("task {task}: started, no run in the last seven days").format(task=TASK)
        return _("task {task}: started, its last run began {seconds:.1f} s late").format(
            task=TASK, seconds=late
        )

    def _suspended(self) -> str:
        if self.suspended_by == _OVER_FAILURES:
            return _("task {task}: suspended after too many failures: {reason}").format(
                task=TASK, reason=self.last_error or "-"
            )
        return _("task {task}: suspended; ALTER TASK ... RESUME starts it").format(task=TASK)


def read_task(warehouse: Warehouse) -> TaskStatus | None:
    """Return the state of the task; None where the warehouse has no tasks. Raises nothing."""
    if warehouse.label != "snowflake":
        return None
    try:
        shown = warehouse.rows("task_shown")
    except WarehouseError as error:
        return TaskStatus("unknown", hidden=clean(error.message, 200))
    if not shown:
        return TaskStatus("absent")
    ((told,),) = shown[:1]
    found: dict[str, object] = json.loads(str(told))
    state, reason, compute = (found.get(name) for name in _SHOWN)
    try:
        runs = _runs(warehouse.rows("task_runs"))
    except WarehouseError as error:
        return TaskStatus(_word(state), _text(reason), _text(compute), hidden=clean(error.message))
    return TaskStatus(_word(state), _text(reason), _text(compute), runs)


def _runs(rows: Sequence[Row]) -> tuple[TaskRun, ...]:
    return tuple(
        TaskRun(
            _text(state),
            due.replace(tzinfo=UTC),
            None if late is None else max(float(late), 0.0),
            None if took is None else max(float(took), 0.0),
            _text(error),
        )
        for state, due, late, took, error in rows
    )


def _word(state: object) -> str:
    return str(state).lower() if str(state).lower() in {"started", "suspended"} else "unknown"


def _text(value: object) -> str:
    return "" if value is None else clean(value, 300)
