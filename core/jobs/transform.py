"""`transform`: merges new raw events into orders, once or again and again."""

from dataclasses import dataclass

from core.alerts.watch import AlertWatch
from core.jobs.backends import open_warehouse
from core.jobs.base import JobContext, Summary
from core.lifecycle import RunState
from core.text import _
from core.text.figures import count
from core.transform.worker import MergeSnapshot, merge_all
from core.warehouse.model import MergeResult
from core.warehouse.snowflake.task import TaskStatus, read_task


@dataclass(frozen=True)
class Options:
    """watch: merge every so many seconds until a stop; None is once."""

    watch: float | None = None


@dataclass(frozen=True)
class TransformResult:
    """The sum of the merges of this job. task: what merges inside Snowflake; None on DuckDB."""

    merged: MergeResult
    task: TaskStatus | None = None

    @property
    def bad(self) -> str:
        """Nothing: quarantined rows are for `validate` to judge."""
        return ""

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        merged = self.merged
        return {
            "inserted": merged.inserted,
            "updated": merged.updated,
            "stale": merged.stale,
            "quarantined": merged.quarantined,
            "duration_s": round(merged.duration_s, 3),
            "delay_s": round(merged.delay_s, 3),
            "task": None if self.task is None else self.task.fields(),
        }

    def summary(self) -> Summary:
        """Return one line with the counts."""
        merged = self.merged
        line = _(
            "{taken} raw events merged: {inserted} inserted, {updated} updated, {stale} stale, "
            "{quarantined} quarantined"
        )
        told = line.format(
            taken=count(merged.taken),
            inserted=count(merged.inserted),
            updated=count(merged.updated),
            stale=count(merged.stale),
            quarantined=count(merged.quarantined),
        )
        return Summary(lines=(told,) if self.task is None else (told, self.task.line))


def run(context: JobContext, options: Options) -> TransformResult:
    """Merge what is new; with `watch` until a stop is wanted."""
    with open_warehouse(context) as warehouse:
        total = merge_all(warehouse, context.stop)
        result = TransformResult(total, read_task(warehouse))
        alerts = AlertWatch(context.settings.thresholds, context.clock)
        moment = MergeSnapshot(RunState.RUNNING, total, total, int(total.taken > 0))
        context.meters.watch(merge=lambda: moment, alerts=alerts.latest)
        while options.watch is not None and not context.stopping:
            context.note(result.fields())
            context.show(result)
            context.wait(options.watch)
            last = merge_all(warehouse, context.stop)
            total = total.plus(last)
            # A merge that found nothing is no run, as in the console.
            runs, shown = (moment.runs + 1, last) if last.taken else (moment.runs, moment.last)
            moment = MergeSnapshot(RunState.RUNNING, total, shown, runs)
            alerts.see(merge=MergeSnapshot(last=last))
            result = TransformResult(total, read_task(warehouse))
    return result
