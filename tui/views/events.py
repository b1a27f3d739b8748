"""The events pane: the newest records of the topic, or the dead letters."""

from datetime import datetime
from functools import partial
from typing import TypeVar

from core.clock import iso
from core.operations.inspect import DeadLetters, ListedLetter
from core.operations.poller import Reading
from core.operations.replay_result import ReplayResult
from core.operations.snapshot import ControllerSnapshot
from core.operations.tail_record import TailRecord
from core.pipeline.definition import Definition
from core.text import N_, _, clean, ngettext
from tui.formats import Formats
from tui.kept_rows import KeptRows, place_of, rows_of
from tui.row_table import Row, RowTable, column
from tui.styled_text import Line, Span, advice, cut, keys, line
from tui.views.blocks import rule
from tui.views.event_columns import event_fields, event_table
from tui.views.frame import Frame, lasting, problem, wrap
from tui.views.payload import pairs, parts, payload, preview

T = TypeVar("T")
Records = tuple[TailRecord, ...]


def events_head(
    now: ControllerSnapshot, frame: Frame, *, letters: bool, frozen: bool, fresh: int = 0
) -> list[Line]:
    """Return which of the two lists is shown, how fresh it is, and what is wrong with it.

    fresh: records that came since the list stands still below a cursor.
    """
    tabs = [(_("topic"), not letters), (_("dead letters"), letters)]
    spans = [
        Span(f"[{name}]  " if chosen else f" {name}   ", "bold" if chosen else "dim")
        for name, chosen in tabs
    ]
    explored = now.explored
    state = ""
    if frozen and not letters:
        state = frame.keyed(_("frozen: [space] resumes"), {_("space"): "events.hold"})
    if fresh and not letters and not frozen:
        text = ngettext("+{count} new: [g] shows it", "+{count} new: [g] shows them", fresh)
        state = frame.keyed(text.format(count=frame.formats.count(fresh)), {"g": "rows.first"})
    lines = [cut(line(*spans, Span(state, "wait")), frame.width)]
    if letters:
        lines += failing(explored.letters, now, frame) + _replay(now, frame)
        lines += _reasons(explored.letters.value, now, frame)
        if explored.letters.value is not None and not explored.letters.value.letters:
            lines.append(line(Span(_("no dead letters: every record could be used"), "ok")))
    else:
        lines += failing(explored.peek, now, frame)
        if explored.peek.value == ():
            lines.append(line(_("the topic is empty")))
            told = frame.keyed(_("press [d] for the demonstration"), {"d": "app.demo"})
            lines += advice(told, frame.width)
    return lines


def _reasons(found: DeadLetters | None, now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return how many letters wait for each reason, of all there are, as many as fit a line."""
    if found is None or not found.reasons:
        return []
    shown = line()
    for one in found.reasons:
        age = _("newest {age} ago").format(age=frame.formats.age(one.newest, now.at))
        count = Span(f"{frame.formats.count(one.letters)} ", "bold")
        part = line(count, Span(one.reason, "wait"), Span(f" {age}", "dim"))
        if shown.width and shown.width + part.width + 3 > frame.width:
            break
        shown = line(shown, "   ", part) if shown.width else part
    lines = [shown]
    if len(found.letters) < found.total:
        told = _("listed: the newest {count} of {total}").format(
            count=frame.formats.count(len(found.letters)), total=frame.formats.count(found.total)
        )
        lines.append(line(Span(told, "dim")))
    return [cut(each, frame.width) for each in lines]


def failing(reading: Reading[T], now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return what is wrong with a reading: what, since when; that the first one is under way."""
    if reading.error:
        hint = lasting(reading.failing_since, now.at, _("retrying automatically"), frame)
        return problem(clean(reading.error), hint, frame.width)
    return [] if reading.at else [line(Span(_("reading"), "dim"))]


def _replay(now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return how a replay goes, what holds it up and how to end it; or what came of the last."""
    task, form = now.explored.replay, frame.formats
    if task.running:
        text = _("replaying: {done} of {total}").format(
            done=form.count(task.done), total=form.count(task.total or 0)
        )
        cancel = keys(frame.keyed(_("[x] cancels"), {"x": "events.cancel"}))
        end = Span(_("cancelling"), "wait") if task.cancelling else cancel
        held = clean(task.note)
        lines = [line(Span(text, "wait"), "   ", end)]
        return lines + [line(Span(part, "wait")) for part in wrap(held, frame.width)]
    if task.error:
        lines = problem(clean(task.error), clean(task.hint), frame.width)
        if task.done:
            told = ngettext(
                "{count} was replayed before; the rest is still listed",
                "{count} were replayed before; the rest is still listed",
                task.done,
            )
            lines.append(line(Span(told.format(count=form.count(task.done)), "dim")))
        return lines
    if task.result is not None and task.ended_at is not None:
        told = _replayed(task.result, form, form.age(task.ended_at, now.at))
        return [line(Span(part, "dim")) for part in wrap(told, frame.width)]
    return []


def _replayed(result: ReplayResult, formats: Formats, age: str) -> str:
    """Return what came of a replay."""
    count = formats.count(result.published)
    if result.cancelled:
        return _(
            "cancelled {age} ago: {count} replayed, {left} not, which are still listed"
        ).format(age=age, count=count, left=formats.count(result.left))
    told = _("{count} replayed {age} ago; records still invalid return here").format(
        count=count, age=age
    )
    if result.gone:
        told += _("; {count} were not listed any more").format(count=formats.count(result.gone))
    return told


def records_table(
    records: Records,
    formats: Formats,
    definition: Definition | None = None,
    kept: KeptRows | None = None,
) -> RowTable:
    """Return the newest records, newest first.

    definition: of the pipeline that they are events of, where they are shown by their fields. kept:
    see `event_table`.
    """
    fields = event_fields(definition) if definition is not None else ()
    if fields:
        return event_table(records, formats, fields, kept)
    columns = (
        column(N_("time"), 15, drop=2),
        column(N_("part"), 4, right=True),
        column(N_("offset"), 10, right=True),
        column(N_("key"), 16, drop=3),
        column(N_("size"), 9, right=True, drop=4),
        column(N_("value"), 28, stretch=True),
    )
    rows = rows_of(records, partial(_record_row, formats=formats), kept, formats)
    return RowTable(columns, tuple(rows), "first", name="records")


def _record_row(record: TailRecord, formats: Formats) -> Row:
    return Row(
        place_of(record),
        (
            Span(_time(record.at), "dim"),
            str(record.partition),
            formats.count(record.offset),
            preview(record.key, 60) if record.key is not None else Span("–", "dim"),
            formats.bytes(record.size),
            Span(preview(None), "wait") if record.value is None else preview(_told(record)),
        ),
        record,
    )


def letters_table(found: DeadLetters | None, formats: Formats) -> RowTable:
    """Return the dead letters, newest first."""
    columns = (
        column(N_("received"), 14, drop=3),
        column(N_("reason"), 18),
        column(N_("part"), 4, right=True, drop=2),
        column(N_("offset"), 10, right=True),
        column(N_("size"), 9, right=True, drop=4),
        column(N_("detail"), 28, stretch=True),
    )
    rows = tuple(_letter_row(listed, formats) for listed in (found.letters if found else ()))
    return RowTable(columns, rows, "first", name="letters")


def _letter_row(listed: ListedLetter, formats: Formats) -> Row:
    letter = listed.letter
    return Row(
        letter.event_id,
        (
            Span(formats.day_time(letter.received_at), "dim"),
            Span(clean(letter.reason, 60), "wait"),
            str(letter.partition),
            formats.count(letter.offset),
            formats.bytes(listed.size),
            clean(letter.detail, 400),
        ),
        listed,
    )


def record_details(record: TailRecord, frame: Frame) -> list[Line]:
    """Return a record in full: place, key, headers, value."""
    facts = [
        (_("partition"), str(record.partition)),
        (_("offset"), frame.formats.count(record.offset)),
        (_("time"), iso(record.at) if record.at else "–"),
        (_("size"), frame.formats.bytes(record.size)),
        (_("key"), "–" if record.key is None else preview(record.key, 70_000)),
    ]
    lines = pairs(facts, frame.width) + _headers(record.headers, frame)
    lines += [line(), rule(_("value"), frame)]
    return lines + payload(_told(record), record.size, frame.width, frame.formats)


def _told(record: TailRecord) -> bytes | None:
    """Return what is shown of a value: JSON where it stands for some."""
    return record.value if record.text is None else record.text


def letter_details(listed: ListedLetter, frame: Frame) -> list[Line]:
    """Return a dead letter in full: why, where from, the original bytes."""
    letter = listed.letter
    facts = [
        (_("reason"), clean(letter.reason)),
        (_("detail"), clean(letter.detail, 70_000)),
        (_("found by"), _("merge") if letter.stage == "merge" else _("consumer")),
        (_("topic"), clean(letter.topic)),
        (_("partition"), str(letter.partition)),
        (_("offset"), frame.formats.count(letter.offset)),
        (_("received"), iso(letter.received_at)),
        (_("event"), clean(letter.event_id)),
        (_("key"), "–" if letter.key is None else preview(letter.key, 70_000)),
    ]
    lines = pairs(facts, frame.width) + _headers(tuple(letter.headers), frame)
    lines += [line(), rule(_("original value"), frame)]
    told = letter.payload if listed.text is None else listed.text
    return lines + payload(told, listed.size, frame.width, frame.formats)


def record_parts(record: TailRecord) -> list[tuple[str, str]]:
    """Return what of a record can be copied apart, by name."""
    return parts(record.key, record.headers, _told(record))


def letter_parts(listed: ListedLetter) -> list[tuple[str, str]]:
    """Return what of a dead letter can be copied apart, by name."""
    letter = listed.letter
    told = letter.payload if listed.text is None else listed.text
    return parts(letter.key, tuple(letter.headers), told)


def _headers(headers: tuple[tuple[str, bytes | None], ...], frame: Frame) -> list[Line]:
    if not headers:
        return []
    found = [
        (clean(name, 40), "–" if value is None else preview(value, 70_000))
        for name, value in headers
    ]
    width = min(max(len(name) for name, _value in found) + 2, 42)
    return [line(), rule(_("headers"), frame), *pairs(found, frame.width, width)]


def _time(at: datetime | None) -> str:
    return f"{at:%H:%M:%S}.{at.microsecond // 1_000:03d}Z" if at else "–"
