"""The warehouse pane: what it holds, how long questions take, how the merge keeps up."""

from datetime import datetime
from typing import TypeVar

from core.operations.inspect import Inspection
from core.operations.poller import Reading
from core.operations.snapshot import ControllerSnapshot
from core.text import N_, _, clean
from core.warehouse.snowflake.task import TaskStatus
from core.workers import RunState
from tui.formats import Formats
from tui.row_table import Column, Row, RowTable, column
from tui.styled_text import EMPTY, Line, Role, Span, cut, line
from tui.views.billing import billing
from tui.views.events import failing
from tui.views.frame import Frame
from tui.views.merge import merge_line, merge_trouble
from tui.views.payload import pairs
from tui.views.upkeep import upkeep

PARTS = ("tables", "merges", "offsets", "gaps")
_TITLES = {
    "tables": N_("tables"),
    "merges": N_("merges"),
    "offsets": N_("offsets"),
    "gaps": N_("gaps"),
}
_SLOW_S = 1.0
T = TypeVar("T")


def warehouse_head(now: ControllerSnapshot, frame: Frame, part: str) -> list[Line]:
    """Return which list is shown, sizes, backlog, and how long questions take."""
    spans = [
        Span(f"[{_(_TITLES[name])}]  ", "bold")
        if name == part
        else Span(f" {_(_TITLES[name])}   ", "dim")
        for name in PARTS
    ]
    reading = now.explored.inspection
    lines = [line(*spans), *upkeep(now, frame), *failing(reading, now, frame)]
    found = reading.value
    if now.merge.state is not RunState.IDLE:
        restart = frame.keyed(
            _("[s] of the consumer pane starts it again"), {"s": "consumer.start"}
        )
        lines += [merge_line(now, frame), *merge_trouble(now, frame, restart)]
    if found is not None:
        lines += [_state(now, found, frame.formats), _merge(now, found, frame.formats)]
        lines += [_task(now, task, frame.formats) for task in found.tasks]
        lines += [*billing(now, frame), _questions(now, frame), *_empty(found, part)]
    return [cut(entry, frame.width) for entry in lines]


def _empty(found: Inspection, part: str) -> list[Line]:
    """Return that a list has no rows, and what that means; nothing where it has some."""
    told = {
        "merges": (found.runs, _("no merge has run yet")),
        "offsets": (found.offsets, _("no offset is stored yet: nothing was consumed")),
        "gaps": (found.gaps, _("no gaps: no record was lost before it was read")),
    }
    rows, text = told.get(part, (found.tables, _("no tables yet")))
    return [] if rows else [EMPTY, line(Span(text, "dim"))]


def _task(now: ControllerSnapshot, task: TaskStatus, formats: Formats) -> Line:
    """Return how a task inside Snowflake stands, and how long the first record waits for it."""
    told = line(Span(task.line, "dim" if task.healthy else "wait"))
    if task.backlog is None or task.backlog.oldest_at is None:
        return told
    waits = _(" for {span}").format(span=formats.span(task.backlog.age_s(now.at)))
    return line(told, Span(waits, "dim"))


def _state(now: ControllerSnapshot, found: Inspection, formats: Formats) -> Line:
    lost = sum(gap.to_offset - gap.from_offset for gap in found.gaps)
    lost_spans = (
        Span(_("  lost offsets "), "dim"),
        Span(formats.count(lost), "bad" if lost else "dim"),
    )
    if now.warehouse != "duckdb":
        credits_ = _("  Snowflake credits: {text}").format(text=found.credits or "–")
        return line(*lost_spans, Span(credits_, "dim"))
    return line(
        Span(_("file "), "dim"),
        Span(formats.bytes(found.file_bytes)),
        Span(_("  write-ahead log "), "dim"),
        Span(formats.bytes(found.log_bytes)),
        *lost_spans,
    )


def _merge(now: ControllerSnapshot, found: Inspection, formats: Formats) -> Line:
    last = found.runs[0] if found.runs else None
    if last is None:
        return line(Span(_("no merge yet  backlog "), "dim"), formats.count(found.backlog))
    return line(
        Span(_("merge backlog "), "dim"),
        Span(formats.count(found.backlog), "wait" if found.backlog else "dim"),
        Span(_("  last "), "dim"),
        _("{age} ago").format(age=formats.age(last.started_at, now.at)),
        Span(_("  took "), "dim"),
        formats.milliseconds(last.duration_s * 1_000),
        Span(_("  delay "), "dim"),
        formats.milliseconds(last.delay_s * 1_000),
    )


def _questions(now: ControllerSnapshot, frame: Frame) -> Line:
    """Return how long the latest questions took, or that they fail; as many as fit whole."""
    checks, formats = now.validation.result, frame.formats
    shown = line(Span(_("query times"), "dim"))
    parts: list[Line] = []
    explored = now.explored
    readings = (
        (_("KPIs"), *_of(now.figures)),
        (_("this pane"), *_of(explored.inspection)),
        (_("dead letters"), *_of(explored.letters)),
        (_("topic"), *_of(now.watch)),
        (_("peek"), *_of(explored.peek)),
    )
    for name, at, seconds, error in readings:
        if not at and not error:
            continue
        role: Role = "bad" if error else "wait" if seconds > _SLOW_S else "text"
        took = _("fails") if error else formats.milliseconds(seconds * 1_000)
        parts.append(line(Span(f"  {name} ", "dim"), Span(took, role)))
    if checks is not None:
        took = formats.milliseconds(checks.elapsed_s * 1_000)
        parts.append(line(Span("  " + _("validation") + " ", "dim"), Span(took)))
    for part in parts:
        if shown.width + part.width > frame.width:
            break
        shown = line(shown, part)
    return shown


def _of(reading: Reading[T]) -> tuple[datetime | None, float, str]:
    return reading.at, reading.took_s, reading.error


def warehouse_table(found: Inspection | None, part: str, formats: Formats) -> RowTable:
    """Return the rows of one part."""
    if found is None:
        return RowTable((Column("", 1),), ())
    if part == "merges":
        return _merges(found, formats)
    if part == "offsets":
        return _offsets(found, formats)
    if part == "gaps":
        return _gaps(found, formats)
    return _tables(found, formats)


def _tables(found: Inspection, formats: Formats) -> RowTable:
    columns = (
        column(N_("table"), 20),
        column(N_("rows"), 14, right=True),
        column(N_("on disk"), 12, right=True),
    )
    rows = tuple(
        Row(
            table.name,
            (table.name, formats.count(table.rows), _bytes(table.bytes, formats)),
            table,
        )
        for table in found.tables
    )
    return RowTable(columns, rows, name="tables")


def _bytes(size: int, formats: Formats) -> str:
    """Return a size; rows that are only in the log yet have none."""
    return formats.bytes(size) if size else "–"


def _merges(found: Inspection, formats: Formats) -> RowTable:
    deletes = any(run.deleted for run in found.runs)
    columns = (
        column(N_("started"), 14),
        column(N_("inserted"), 10, right=True),
        column(N_("updated"), 10, right=True),
        *((column(N_("deleted"), 10, right=True),) if deletes else ()),
        column(N_("stale"), 8, right=True),
        column(N_("quarantined"), 11, right=True),
        column(N_("took"), 9, right=True, drop=2),
        column(N_("delay"), 9, right=True, drop=1),
    )
    rows = tuple(
        Row(
            run.started_at.isoformat(),
            (
                Span(formats.day_time(run.started_at), "dim"),
                formats.count(run.inserted),
                formats.count(run.updated),
                *((formats.count(run.deleted),) if deletes else ()),
                formats.count(run.stale),
                Span(formats.count(run.quarantined), "wait" if run.quarantined else "text"),
                formats.milliseconds(run.duration_s * 1_000),
                formats.milliseconds(run.delay_s * 1_000),
            ),
            run,
        )
        for run in found.runs
    )
    return RowTable(columns, rows, "first", name="merges")


def _offsets(found: Inspection, formats: Formats) -> RowTable:
    columns = (
        column(N_("topic"), 12, stretch=True),
        column(N_("source"), 16, drop=2),
        column(N_("part"), 4, right=True),
        column(N_("from"), 9, right=True, drop=3),
        column(N_("next"), 12, right=True),
        column(N_("without record"), 14, right=True, drop=4),
        column(N_("stored at"), 14, drop=1),
    )
    rows = tuple(
        Row(
            f"{one.source_id}/{one.partition}",
            (
                clean(one.topic, 120),
                Span(clean(one.source_id, 40), "dim"),
                str(one.partition),
                formats.count(one.start_offset),
                formats.count(one.next_offset),
                formats.count(one.skipped),
                Span(formats.day_time(one.updated_at), "dim"),
            ),
            one,
        )
        for one in sorted(found.offsets, key=lambda one: (one.topic, one.source_id, one.partition))
    )
    return RowTable(columns, rows, name="offsets")


def _gaps(found: Inspection, formats: Formats) -> RowTable:
    columns = (
        column(N_("noticed"), 14),
        column(N_("topic"), 14, drop=1),
        column(N_("part"), 4, right=True),
        column(N_("first lost"), 12, right=True),
        column(N_("last lost"), 12, right=True),
        column(N_("reason"), 12, stretch=True),
    )
    rows = tuple(
        Row(
            f"{gap.topic}/{gap.partition}/{gap.from_offset}",
            (
                Span(formats.day_time(gap.noticed_at), "dim"),
                clean(gap.topic, 120),
                str(gap.partition),
                formats.count(gap.from_offset),
                formats.count(gap.to_offset - 1),
                Span(clean(gap.reason, 200), "bad"),
            ),
            gap,
        )
        for gap in found.gaps
    )
    return RowTable(columns, rows, name="gaps")


def row_details(table: RowTable, row: Row, width: int) -> list[Line]:
    """Return a row with a line for each column."""
    texts = [cell.text if isinstance(cell, Span) else cell for cell in row.cells]
    names = [one.title for one in table.columns]
    return pairs(list(zip(names, texts, strict=True)), width, 18)
