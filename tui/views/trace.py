"""Where a key is, as one table: a line for each place that knows of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.operations.tail_record import TailRecord
from core.operations.trace import Trace, changed_fields
from core.pipeline.definition import Definition
from core.text import N_, _, clean, ngettext
from core.warehouse.questions import ColumnAsked, Found
from tui.formats import Formats
from tui.row_table import Row, RowTable, column
from tui.styled_text import Line, Role, Span, line
from tui.views.event_columns import EventFields, event_fields, event_told
from tui.views.events import record_details
from tui.views.found_row import cell_lines
from tui.views.frame import Frame
from tui.views.payload import preview

PLACES = {
    "records": N_("topic"),
    "events": N_("raw events"),
    "letters": N_("dead letters"),
    "row": N_("row"),
    "references": N_("references"),
}
_LONGEST = 400


@dataclass(frozen=True)
class FoundRow:
    """A row of the warehouse that knows of the key. table: where it stands."""

    table: str
    columns: tuple[ColumnAsked, ...]
    cells: tuple[object, ...]


def trace_head(found: Trace, running: bool, formats: Formats) -> list[Line]:
    """Return how much was found in each place, and what could not be looked at."""
    counts: list[str | Span] = [" ", Span(clean(found.key, 80), "bold"), "   "]
    for place, rows in (
        ("records", None if found.records is None else len(found.records)),
        ("events", _count(found.events)),
        ("letters", _count(found.letters)),
        ("row", _count(found.row)),
    ):
        figure = formats.count(rows)
        role: Role = "dim" if not rows else "wait" if place == "letters" else "ok"
        counts += [Span(f"{_(PLACES[place])} ", "dim"), Span(figure, role), "   "]
    if running:
        counts.append(Span(_("looking"), "wait"))
    lines = [line(*counts)]
    for place, message in found.problems:
        told = f" {_(PLACES.get(place, place))}: {clean(message, _LONGEST)}"
        lines.append(line(Span(told, "bad")))
    if found.unread:
        told = ngettext(
            "{count} record of the topic is not stored yet and was not looked through",
            "{count} records of the topic are not stored yet and were not looked through",
            found.unread,
        )
        lines.append(line(" ", Span(told.format(count=formats.count(found.unread)), "wait")))
    return lines


def _count(found: Found | None) -> int | None:
    return None if found is None else len(found.rows)


def trace_table(found: Trace, definition: Definition) -> RowTable:
    """Return the places, in the order that an event takes; of a topic the oldest first."""
    fields = event_fields(definition)
    tables = definition.tables
    columns = (
        column(N_("place"), 16),
        column(N_("time"), 23, drop=2),
        column(N_("part/offset"), 14, drop=1),
        column(N_("what it says"), 30, stretch=True),
    )
    rows = [
        *_records(found.records or (), fields),
        *_events(found.events, tables.events, fields),
        *_letters(found.letters),
        *_rows("row", tables.rows, found.row),
    ]
    for table, reference in found.references:
        rows += _rows(f"reference/{table}", table, reference)
    return RowTable(columns, tuple(rows), "first", name="trace")


def _records(records: Sequence[TailRecord], fields: EventFields) -> Iterator[Row]:
    for one in sorted(records, key=lambda one: (one.at is None, one.at, one.partition, one.offset)):
        where = f"{one.partition}/{one.offset}"
        at = one.at.isoformat(" ", "milliseconds").removesuffix("+00:00") if one.at else "–"
        value = one.value if one.text is None else one.text
        shown = event_told(value, fields) or preview(value)
        yield Row(f"record/{where}", (Span(_("topic"), "accent"), at, where, shown), one)


def _events(found: Found | None, table: str, fields: EventFields) -> Iterator[Row]:
    before: str | None = None
    for number, row in enumerate(found.rows if found else (), start=1):
        cells = _by_name(found, row)
        text = str(cells["payload"])
        changes = "" if before is None else _told_changes(changed_fields(before, text))
        version = _("version {number}").format(number=number)
        before = text
        whole = event_told(text.encode(), fields) or preview(text.encode())
        said = f"{version} · {changes or whole}"
        kept = FoundRow(table, found.columns if found else (), row)
        yield _row(f"event/{cells['event_id']}", Span(_("raw event"), "ok"), said, kept)


def _told_changes(changes: Sequence[tuple[str, str, str]]) -> str:
    if not changes:
        return _("the same once more")
    parts = (f"{clean(path, 60)} {clean(old, 40)} → {clean(new, 40)}" for path, old, new in changes)
    return ", ".join(parts)


def _letters(found: Found | None) -> Iterator[Row]:
    for row in found.rows if found else ():
        cells = _by_name(found, row)
        said = f"{clean(cells['reason'], 40)} · {clean(cells['detail'], 200)}"
        if cells["replayed_at"] is not None:
            said += " · " + _("replayed")
        key = f"letter/{cells['event_id']}/{cells['stage']}"
        kept = FoundRow("dead_letters", found.columns if found else (), row)
        yield _row(key, Span(_("dead letters"), "wait"), said, kept)


def _row(key: str, place: Span, said: str, kept: FoundRow) -> Row:
    cells = {
        column.name.lower(): cell for column, cell in zip(kept.columns, kept.cells, strict=True)
    }
    where = f"{cells['kafka_partition']}/{cells['kafka_offset']}"
    at = cells.get("created_at", cells.get("received_at"))
    return Row(key, (place, clean(at, 23), where, said), kept)


def _rows(key: str, table: str, found: Found | None) -> Iterator[Row]:
    for number, row in enumerate(found.rows if found else ()):
        said = "  ".join(
            f"{clean(column.name, 40).lower()} {clean(cell, 60)}"
            for column, cell in zip(found.columns if found else (), row, strict=True)
        )
        cells = (Span(clean(table, 40), "bold"), "", "", said)
        yield Row(f"{key}/{number}", cells, FoundRow(table, found.columns if found else (), row))


def _by_name(found: Found | None, row: tuple[object, ...]) -> dict[str, object]:
    columns = found.columns if found else ()
    return {column.name.lower(): cell for column, cell in zip(columns, row, strict=True)}


def trace_details(source: object, frame: Frame) -> list[Line]:
    """Return one of the places in full."""
    if isinstance(source, TailRecord):
        return record_details(source, frame)
    if isinstance(source, FoundRow):
        return cell_lines(source.columns, source.cells, frame)
    return []
