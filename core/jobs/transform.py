"""`transform`: merges new raw events into orders, once or again and again."""

from dataclasses import dataclass, replace

from core.alerts.headless import HeadlessAlerts
from core.errors import WarehouseError
from core.failures import explained
from core.jobs.backends import open_warehouse
from core.jobs.base import JobContext, Summary
from core.jobs.options import TransformOptions
from core.merge.snapshot import MergeFigures, MergeSnapshot, merged_line
from core.merge.worker import merge_all
from core.warehouse.model import MergeResult
from core.warehouse.snowflake.task import TaskStatus, read_tasks
from core.workers import RunState

Options = TransformOptions


@dataclass(frozen=True)
class TransformResult:
    """The merges of this job: their sum, and how they stood at last.

    tasks: what works inside Snowflake, the merge first; none on DuckDB. deletes: rows of the
    pipeline can be deleted, so that the result tells how many were.
    """

    last: MergeSnapshot
    tasks: tuple[TaskStatus, ...] = ()
    deletes: bool = False

    @property
    def bad(self) -> str:
        """Nothing: quarantined rows are for `validate` to judge."""
        return ""

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        merged = self.last.total
        return {
            "inserted": merged.inserted,
            "updated": merged.updated,
            **({"deleted": merged.deleted} if self.deletes else {}),
            "stale": merged.stale,
            "quarantined": merged.quarantined,
            "duration_s": round(merged.duration_s, 3),
            "delay_s": round(merged.delay_s, 3),
            "task": self._task(of_sink=False),
            "sink_task": self._task(of_sink=True),
            "merge": _state(self.last),
        }

    def summary(self) -> Summary:
        """Return one line with the counts."""
        told = merged_line(self.last.total)
        return Summary(lines=(told, *(task.line for task in self.tasks)))

    def _task(self, *, of_sink: bool) -> dict[str, object] | None:
        return next((task.fields() for task in self.tasks if task.of_sink == of_sink), None)


def run(context: JobContext, options: Options) -> TransformResult:
    """Merge what is new; with `watch` until a stop is wanted. Kept figures are made anew before.

    Errors: whatever ended a merge; what earlier ones took is noted.
    """
    with open_warehouse(context) as warehouse:
        figures = MergeFigures(context.clock)
        deletes = context.settings.pipeline.definition.deletes
        alerts = HeadlessAlerts(context.settings.thresholds, context.clock)

        def present(state: RunState = RunState.RUNNING) -> MergeSnapshot:
            return replace(figures.latest, state=state, backlog=warehouse.merge_backlog())

        def told(run: MergeResult) -> None:
            figures.took(run)
            context.note(TransformResult(present(), deletes=deletes).fields())

        def merge() -> TransformResult:
            try:
                merge_all(warehouse, context.stop, told)
            except BaseException as error:
                message, hint = explained(error)
                figures.failed(message, passes=False)
                failed = replace(present(RunState.FAILED), error=message, hint=hint)
                answers = isinstance(error, WarehouseError) and not error.transient
                tasks = read_tasks(warehouse) if answers else ()
                context.note(TransformResult(failed, tasks, deletes).fields())
                raise
            return TransformResult(present(RunState.STOPPED), read_tasks(warehouse), deletes)

        if options.rebuild_kpis:
            warehouse.rebuild_kept()
        context.meters.watch(merge=present, alerts=alerts.latest)
        result = merge()
        while options.watch is not None and not context.stopping:
            context.note(result.fields())
            context.show(result)
            context.wait(options.watch)
            result = merge()
            alerts.see(merge=present())
    return result


def _state(last: MergeSnapshot) -> dict[str, object]:
    """Return how the merge stands: its state, what it waits for or failed with, what is left."""
    backlog = last.backlog
    return {
        "state": last.state.value,
        "runs": last.runs,
        "last_merge": last.last_merge,
        "backlog": None if backlog is None else backlog.events,
        "oldest_at": None if backlog is None else backlog.oldest_at,
        "waiting_for": last.waiting_for,
        "error": last.error,
        "hint": last.hint,
        "errors": last.errors,
    }
