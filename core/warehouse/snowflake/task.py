"""The tasks inside Snowflake, as the console shows them: their state, runs, failures and backlog.

Two tasks: the merge's, and that of an engine's records where one brings them in. SHOW TASKS says
whether they are started and needs no warehouse; TASK_HISTORY says what they did in the last seven
days and, like every table function, wakes one. Both tell only what the role may see (MONITOR on the
task), and neither is worth an error: what cannot be seen is said, and the merge itself is judged by
the log of its runs.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.clock import utc
from core.errors import WarehouseError
from core.text import _, clean, ngettext
from core.text.number_format import count
from core.warehouse.backlog import MergeBacklog
from core.warehouse.base import Warehouse
from core.warehouse.model import Row

SINK_TASK = "take_from_sink_task"
_MERGE_TASK = re.compile(r"merge_\w+_task", re.ASCII)
"""Each pipeline has a schema of its own, and names this task after its rows."""
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
    """A task at one moment.

    state: `started`, `suspended`, `absent` (none, or none the role may see) or `unknown` (hidden:
    why). suspended_by: Snowflake's reason. runs: newest first; empty too where nobody asked.
    warehouse: on which it runs; empty where it is serverless. backlog: records that wait for it, of
    the engine's task alone; None: not known.
    """

    state: str
    suspended_by: str = ""
    warehouse: str = ""
    runs: tuple[TaskRun, ...] = ()
    hidden: str = ""
    name: str = "merge_task"
    backlog: MergeBacklog | None = None

    @property
    def of_sink(self) -> bool:
        """Whether it takes an engine's records on, and is not the merge."""
        return self.name == SINK_TASK

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
    def gave_up(self) -> bool:
        """Whether Snowflake suspended it after too many failures."""
        return self.state == "suspended" and self.suspended_by == _OVER_FAILURES

    @property
    def healthy(self) -> bool:
        """Whether it works by itself: started, and its last run did not fail."""
        return self.state == "started" and self.failures == 0

    @property
    def is_in_trouble(self) -> bool:
        """Whether it is there and does not work: it is suspended, or its last run failed."""
        return self.state in {"started", "suspended"} and not self.healthy

    @property
    def line(self) -> str:
        """What a person should know, in one line."""
        if self.state == "absent":
            return _("task {task}: not there, or not visible to the role").format(task=self.name)
        if self.state == "unknown":
            return _("task {task}: {reason}").format(task=self.name, reason=self.hidden)
        told = self._started() if self.state == "started" else self._suspended()
        waiting = 0 if self.backlog is None else self.backlog.events
        if not waiting:
            return told
        return ngettext(
            "{told}; {count} record waiting", "{told}; {count} records waiting", waiting
        ).format(told=told, count=count(waiting))

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        return {
            "state": self.state,
            "suspended_by": self.suspended_by,
            "failures": self.failures,
            "last_error": self.last_error,
            "waiting": None if self.backlog is None else self.backlog.events,
        }

    def _started(self) -> str:
        if self.failures:
            return ngettext(
                "task {task}: {count} run failed: {reason}",
                "task {task}: {count} runs in a row failed: {reason}",
                self.failures,
            ).format(task=self.name, count=self.failures, reason=self.last_error)
        if self.hidden:
            return _("task {task}: started, its runs are not visible: {reason}").format(
                task=self.name, reason=self.hidden
            )
        late = next((run.late_s for run in self.runs if run.late_s is not None), None)
        if late is None:
            return _("task {task}: started, no run in the last seven days").format(task=self.name)
        return _("task {task}: started, its last run began {seconds:.1f} s late").format(
            task=self.name, seconds=late
        )

    def _suspended(self) -> str:
        if self.gave_up:
            return _("task {task}: suspended after too many failures: {reason}").format(
                task=self.name, reason=self.last_error or "-"
            )
        return _("task {task}: suspended; ALTER TASK ... RESUME starts it").format(task=self.name)


def read_tasks(warehouse: Warehouse, *, runs: bool = True) -> tuple[TaskStatus, ...]:
    """Return the merge's task, then that of the engine where it is there; none without tasks.

    runs: what they did too, which costs a question to the warehouse for each; of one that gave up
    it is asked in any case. Raises nothing.
    """
    if not warehouse.engine.has_tasks:
        return ()
    try:
        shown = [json.loads(str(told)) for (told,) in warehouse.rows("tasks_shown")]
    except WarehouseError as error:
        return (TaskStatus("unknown", hidden=clean(error.message, 200)),)
    found = {str(one.get("name", "")).lower(): one for one in shown}
    tasks = [
        _read(warehouse, name, one, runs=runs)
        for name, one in found.items()
        if _MERGE_TASK.fullmatch(name)
    ][:1] or [TaskStatus("absent")]
    if SINK_TASK in found:
        tasks.append(_read(warehouse, SINK_TASK, found[SINK_TASK], runs=runs))
    return tuple(tasks)


def _read(warehouse: Warehouse, name: str, shown: dict[str, object], *, runs: bool) -> TaskStatus:
    status = TaskStatus(
        _word(shown.get("state")),
        _text(shown.get("last_suspended_reason")),
        _text(shown.get("warehouse")),
        name=name,
    )
    if status.of_sink:
        status = replace(status, backlog=_waiting(warehouse))
    if not runs and not status.gave_up:
        return status
    try:
        query = "sink_task_runs" if status.of_sink else "task_runs"
        return replace(status, runs=_runs(warehouse.rows(query)))
    except WarehouseError as error:
        return replace(status, hidden=clean(error.message))


def _waiting(warehouse: Warehouse) -> MergeBacklog | None:
    """Return what the engine has brought and no run has taken on; None where it is not visible."""
    try:
        ((waiting, oldest),) = warehouse.rows("sink_waiting")
    except WarehouseError:
        return None
    return MergeBacklog(int(waiting), None if oldest is None else utc(oldest))


def _runs(rows: Sequence[Row]) -> tuple[TaskRun, ...]:
    return tuple(
        TaskRun(
            _text(state),
            utc(due),
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
