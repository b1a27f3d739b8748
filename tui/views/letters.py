"""The desk of dead letters: reasons with their counts and trends, letters with their marks."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from core.clock import iso
from core.dlq.edits import DiffLine
from core.operations.inspect import ListedLetter
from core.operations.letter_work import Decided
from core.operations.snapshot import ControllerSnapshot
from core.operations.task import TaskSnapshot
from core.query.letters import PAGE, Desk, DeskLetter, Narrowing
from core.text import N_, _, clean, ngettext
from tui.formats import Formats
from tui.row_table import Column, Row, RowTable, column
from tui.styled_text import Line, Role, Span, cut, line, sparkline
from tui.views.events import letter_details
from tui.views.frame import Frame
from tui.views.payload import pairs, wrapped

ALL = "(all)"
"""The key of the row that stands for all reasons."""
_SIGNS: Mapping[str, Role] = {"-": "bad", "+": "ok", " ": "dim"}
_SLICES = ((86_400, "d"), (3_600, "h"), (60, "min"))


def counted(letters: int, formats: Formats) -> str:
    """Return a number of dead letters in words."""
    text = ngettext("{count} dead letter", "{count} dead letters", letters)
    return text.format(count=formats.count(letters))


def desk_head(desk: Desk, now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return how many wait and were dismissed, and what narrows the list."""
    narrowing, formats = desk.narrowing, frame.formats
    waiting = _("{count} pending").format(count=formats.count(desk.waiting))
    dismissed = _("{count} dismissed").format(count=formats.count(desk.dismissed))
    pieces: list[str | Span] = [
        " ",
        Span(_("Dead letters"), "bold"),
        " · ",
        Span(waiting, "dim" if narrowing.dismissed else "bold"),
        " · ",
        Span(dismissed, "bold" if narrowing.dismissed else "dim"),
    ]
    told = narrowed(narrowing)
    if told:
        pieces.append(Span(f" · {told}", "accent"))
    return [cut(line(*pieces), frame.width), *work_lines(now, frame)]


def narrowed(narrowing: Narrowing) -> str:
    """Return what narrows a list, as it could be typed."""
    parts = []
    if narrowing.reason is not None:
        parts.append(f"reason:{clean(narrowing.reason, 40)}")
    if narrowing.topic is not None:
        parts.append(f"topic:{clean(narrowing.topic, 60)}")
    if narrowing.partition is not None:
        parts.append(f"partition:{narrowing.partition}")
    if narrowing.since is not None:
        parts.append(f"since:{iso(narrowing.since)}")
    if narrowing.until is not None:
        parts.append(f"until:{iso(narrowing.until)}")
    if narrowing.words:
        parts.append(clean(narrowing.words, 60))
    return " ".join(parts)


def work_lines(now: ControllerSnapshot, frame: Frame) -> list[Line]:
    """Return how a replay or a decision goes, or what came of the one that ended last."""
    formats, width = frame.formats, frame.width
    replay, decision = now.explored.replay, now.explored.decision
    if (running := next((one for one in (replay, decision) if one.running), None)) is not None:
        return [cut(_running(running, frame), width)]
    ended = [task for task in (replay, decision) if task.ended_at is not None]
    if not ended:
        return [line()]
    last = max(ended, key=lambda task: iso(task.ended_at) if task.ended_at else "")
    if last.error:
        hint = f" · {clean(last.hint)}" if last.hint else ""
        return [cut(line(" ", Span(clean(last.error) + hint, "bad")), width)]
    if last is replay and replay.result is not None:
        done = replay.result
        told = _("{count} of {asked} replayed").format(
            count=formats.count(done.published), asked=formats.count(done.asked)
        )
        cancelled = done.cancelled
    elif decision.result is not None:
        told, cancelled = decided(decision.result, formats), decision.result.cancelled
    else:
        return [line()]
    sign = Span(" · " + _("cancelled"), "wait") if cancelled else Span("")
    return [cut(line(" ", Span(told, "ok"), sign), width)]


def _running(task: TaskSnapshot[Any], frame: Frame) -> Line:
    count = frame.formats.count
    told = _("{step}: {done} of {total}").format(
        step=clean(task.step, 60), done=count(task.done), total=count(task.total or 0)
    )
    cancel = frame.keyed(_("[x] cancels"), {"x": "desk.cancel"})
    end = _("cancelling") if task.cancelling else cancel
    held = f" · {clean(task.note, 200)}" if task.note else ""
    return line(" ", Span(told, "wait"), Span(held, "wait"), f"   {end}")


def decided(result: Decided, formats: Formats) -> str:
    """Return what a decision changed."""
    if result.dismissed:
        text = ngettext("{count} dismissed", "{count} dismissed", result.changed)
    else:
        text = ngettext("{count} taken back", "{count} taken back", result.changed)
    return text.format(count=formats.count(result.changed))


def slice_told(seconds: int) -> str:
    """Return the time of one part of a trend."""
    for size, unit in _SLICES:
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def reasons_table(
    desk: Desk, now: ControllerSnapshot, formats: Formats, *, ascii_only: bool
) -> RowTable:
    """Return all letters that match by reason, the most frequent first; all of them before."""
    trend = _("trend, {slice} each").format(slice=slice_told(desk.slice_s)) if desk.slice_s else ""
    slices = max((len(one.slices) for one in desk.reasons), default=0)
    columns = (
        column(N_("reason"), 20),
        column(N_("letters"), 9, right=True),
        Column(trend, max(slices, 18), drop=2, name="trend"),
        column(N_("newest"), 12, drop=1, stretch=True),
    )
    everyone = [sum(parts) for parts in zip(*(one.slices for one in desk.reasons), strict=False)]
    letters = sum(one.letters for one in desk.reasons)

    def row(key: str, cells: tuple[str, int, Sequence[int], str]) -> Row:
        name, count, parts, age = cells
        drawn = _trend(parts, ascii_only=ascii_only)
        return Row(key, (Span(name, "wait"), formats.count(count), drawn, Span(age, "dim")), key)

    rows = [row(ALL, (_("all reasons"), letters, everyone, ""))]
    for one in desk.reasons:
        age = _("{age} ago").format(age=formats.age(one.newest, now.at))
        rows.append(row(one.reason, (clean(one.reason, 60), one.letters, one.slices, age)))
    return RowTable(columns, tuple(rows), name="reasons")


def _trend(slices: Sequence[int], *, ascii_only: bool) -> Span:
    shown = [each or None for each in slices]
    drawn = sparkline(shown, len(shown), ascii_only=ascii_only).text if shown else ""
    return Span(drawn, "other")


def letters_rows(
    desk: Desk,
    formats: Formats,
    marked: Collection[str],
    edited: Collection[str],
    *,
    ascii_only: bool,
) -> RowTable:
    """Return the letters of a page; a sign says which are marked, and which edited."""
    mark, pen = ("x", "e") if ascii_only else ("✓", "✎")
    last = (
        column(N_("dismissed, why"), 24, stretch=True)
        if desk.narrowing.dismissed
        else column(N_("detail"), 24, stretch=True)
    )
    several = len({one.letter.topic for one in desk.page}) > 1
    topic = [column(N_("topic"), 14, drop=5)] if several else []
    columns = (
        Column("", 2),
        column(N_("received"), 14, drop=3),
        column(N_("reason"), 18),
        *topic,
        column(N_("part"), 4, right=True, drop=2),
        column(N_("offset"), 10, right=True),
        column(N_("size"), 9, right=True, drop=4),
        last,
    )
    rows = tuple(
        _letter_row(
            one,
            formats,
            (mark if one.letter.event_id in marked else " ")
            + (pen if one.letter.event_id in edited else " "),
            with_topic=several,
        )
        for one in desk.page
    )
    return RowTable(columns, rows, name="desk")


def _letter_row(one: DeskLetter, formats: Formats, signs: str, *, with_topic: bool) -> Row:
    letter = one.letter
    told = clean(letter.detail, 400)
    if one.dismissed_at is not None:
        at = formats.day_time(one.dismissed_at)
        told = f"{at} {clean(one.by, 40)}: {clean(one.why, 300)}"
    return Row(
        letter.event_id,
        (
            Span(signs, "accent"),
            Span(formats.day_time(letter.received_at), "dim"),
            Span(clean(letter.reason, 60), "wait"),
            *([clean(letter.topic, 60)] if with_topic else []),
            str(letter.partition),
            formats.count(letter.offset),
            formats.bytes(one.size),
            told,
        ),
        one,
    )


def page_line(desk: Desk, marked: int, edited: int, formats: Formats) -> Line:
    """Return which letters of how many are listed, and how many are marked or edited."""
    first = desk.number * PAGE
    shown = len(desk.page)
    if not shown:
        return line(" ", Span(_("no dead letters match"), "dim"))
    told = _("{first} to {last} of {total}").format(
        first=formats.count(first + 1),
        last=formats.count(first + shown),
        total=formats.count(desk.matching),
    )
    pieces: list[str | Span] = [" ", Span(told, "bold")]
    if marked:
        text = ngettext("{count} marked", "{count} marked", marked)
        pieces.append(Span(" · " + text.format(count=formats.count(marked)), "accent"))
    if edited:
        text = ngettext("{count} edited", "{count} edited", edited)
        pieces.append(Span(" · " + text.format(count=formats.count(edited)), "accent"))
    return line(*pieces)


def desk_letter_details(one: DeskLetter, frame: Frame) -> list[Line]:
    """Return a dead letter in full; who dismissed it, and why, first."""
    lines: list[Line] = []
    if one.dismissed_at is not None:
        facts = [
            (_("dismissed"), iso(one.dismissed_at)),
            (_("by"), clean(one.by, 200)),
            (_("why"), clean(one.why, 600)),
        ]
        lines = [*pairs(facts, frame.width), line()]
    return lines + letter_details(listed(one), frame)


def listed(one: DeskLetter) -> ListedLetter:
    """Return a letter of the desk as lists of them have it."""
    return ListedLetter(one.letter, one.size, one.text)


def chosen_lines(
    letters: Sequence[DeskLetter], edited: int, left_out: int, topic: str
) -> list[str]:
    """Return what a replay of some letters does. left_out: those of the merge, as they are."""
    lines = [_("to {topic}, with their keys and headers:").format(topic=clean(topic, 60))]
    reasons = Counter(clean(one.letter.reason, 40) for one in letters)
    lines += [f"  {count} × {reason}" for reason, count in reasons.most_common(5)]
    if edited:
        text = ngettext("{count} with an edited payload", "{count} with edited payloads", edited)
        lines.append(text.format(count=edited))
    if left_out:
        lines.append(
            _("{count} skipped: rejected by the merge, already in the raw table").format(
                count=left_out
            )
        )
    return lines


def difference_lines(changes: Sequence[DiffLine], width: int) -> list[Line]:
    """Return what an edit changes: lines that went, lines that came, and a few around."""
    if all(one.sign == " " for one in changes):
        return [line(Span(_("nothing is changed"), "dim"))]
    near = {
        place + step
        for place, one in enumerate(changes)
        if one.sign != " "
        for step in (-2, -1, 0, 1, 2)
    }
    lines: list[Line] = []
    left_out = False
    for place, one in enumerate(changes):
        if place not in near:
            left_out = True
            continue
        if left_out:
            lines.append(line(Span("  …", "dim")))
            left_out = False
        pieces = wrapped(clean(one.text, 10_000), max(width - 2, 4))
        lines += [line(Span(f"{one.sign} {piece}", _SIGNS[one.sign])) for piece in pieces]
    return lines
