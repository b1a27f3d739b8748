"""The seed pane: generating the three CSV files."""

from core.operations.snapshot import DeskSnapshot
from core.seed.spec import SeedResult
from core.text import _, clean
from tui.lines import Line, Span, advice, bar, ends, fit, keys, line
from tui.views.frame import Frame, problem


def seed(now: DeskSnapshot, frame: Frame) -> list[Line]:
    """Return progress while generating, else the files, else what to press."""
    task = now.seed
    if task.running:
        return _progress(now, frame)
    if task.error:
        return problem(task.error, task.hint, frame.width)
    if task.result is not None and not task.result.cancelled:
        return _files(task.result, now, frame)
    cancelled = task.result is not None
    first = _("cancelled: the earlier files are as they were") if cancelled else _("no data yet")
    return [
        line(first),
        line(),
        *advice(_("press [g] to generate, [d] for the whole demonstration"), frame.width),
    ]


def _progress(now: DeskSnapshot, frame: Frame) -> list[Line]:
    task, form = now.seed, frame.formats
    fraction = task.fraction or 0.0
    rows = _("{done} of {total} rows").format(
        done=form.count(task.done), total=form.count(task.total or 0)
    )
    left = _("{span} left").format(span=form.span(task.left_s)) if task.left_s is not None else ""
    share = form.percent(fraction)
    return [
        line(
            bar(fraction, frame.width - 7, ascii_only=frame.ascii_only), fit(share, 7, right=True)
        ),
        line(rows),
        line(Span(f"{form.rate(task.rate)}   {left}", "dim")),
        line(),
        keys(_("[c] cancel")) if not task.cancelling else line(Span(_("cancelling"), "wait")),
    ]


def _files(result: SeedResult, now: DeskSnapshot, frame: Frame) -> list[Line]:
    form = frame.formats
    rows = []
    for file in result.files:
        name = fit(clean(file.path.name), 14)
        count = fit(form.count(file.rows), 11, right=True)
        size = fit(form.bytes(file.bytes), 10, right=True)
        rows.append(line(name, count, Span(size, "dim"), Span(f"  {file.sha256[:8]}", "dim")))
    age = form.age(now.seed.ended_at, now.at) if now.seed.ended_at else ""
    last = ends(
        line(Span(_("seed {seed}").format(seed=result.seed), "dim")),
        line(Span(_("{age} ago").format(age=age), "dim")),
        frame.width,
    )
    return [*rows, line(), last]
