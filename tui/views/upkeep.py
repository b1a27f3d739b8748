"""What a key of the warehouse pane does or did: merge now, load, setup, repair."""

from typing import Any

from core.jobs.load import LoadResult
from core.jobs.repair import repair_lines
from core.jobs.setup import SetupResult
from core.merge.snapshot import merged_line
from core.operations.snapshot import ControllerSnapshot
from core.operations.task import TaskSnapshot
from core.text import _, clean
from core.validation.repaired import Repair
from core.warehouse.model import MergeResult
from tui.styled_text import Line, Span, bar, cut, keys, line
from tui.views.frame import Frame, problem, wrap
from tui.views.remedies import told

_BAR = 20
_NAMED = 3
"""Records that are named as not repaired; the log has all of them."""


def upkeep(now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return how the task under way goes and how to end it, else what came of the last one."""
    latest = now.upkeep.latest
    if latest is None:
        return []
    name, task = latest
    titles = {
        "merge": _("merge now"),
        "load": _("load"),
        "setup": _("setup"),
        "repair": _("repair"),
    }
    if task.running:
        return [cut(_running(titles[name], task, frame), frame.width)]
    age = frame.formats.age(task.ended_at, now.at) if task.ended_at else "–"
    title = _("{task}, {age} ago").format(task=titles[name], age=age)
    if task.error:
        error = _("{part}: {line}").format(part=title, line=clean(task.error))
        if not task.remedies:
            return problem(error, clean(task.hint), frame.width)
        return [*problem(error, "", frame.width), *told(task.remedies, "", frame)]
    text = _("{part}: {line}").format(part=title, line=_outcome(task.result))
    left = isinstance(task.result, Repair) and task.result.left
    return [line(Span(part, "bad" if left else "ok")) for part in wrap(text, frame.width)]


def _running(title: str, task: TaskSnapshot[Any], frame: Frame) -> Line:
    form = frame.formats
    done = bar(task.fraction or 0.0, _BAR, ascii_only=frame.ascii_only)
    count = _("{done} of {total} {unit}").format(
        done=form.count(task.done), total=form.count(task.total or 0), unit=task.unit
    )
    cancel = keys(frame.keyed(_("[x] cancels"), {"x": "warehouse.cancel"}))
    end = Span(_("cancelling"), "wait") if task.cancelling else cancel
    note = Span(f"  {clean(task.note, 80)}" if task.note else "", "dim")
    return line(Span(f"{title}  ", "wait"), done, f"  {count}", note, "  ", end)


def _outcome(result: object) -> str:
    if isinstance(result, MergeResult):
        if not result.taken:
            return _("nothing to merge")
        return merged_line(result)
    if isinstance(result, Repair):
        if not result.repaired and not result.left:
            return _("no damaged record")
        return clean(_("; ").join(repair_lines(result, _NAMED)))
    if isinstance(result, LoadResult | SetupResult):
        return _("; ").join(result.summary().lines)
    return ""
