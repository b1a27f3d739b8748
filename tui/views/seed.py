"""The seed pane: generating the three CSV files, and what they hold."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from core.operations.snapshot import ControllerSnapshot
from core.seed.preview import FilePreview
from core.text import _, clean, ngettext
from tui.styled_text import EMPTY, Line, Span, advice, bar, cut, ends, fit, keys, line
from tui.views.blocks import Column, rule, table
from tui.views.frame import Frame, problem, wrap

_LEAST_PREVIEW = 3
_WIDEST_CELL = 34
_NARROWEST_CELL = 9
_SHA = 64


class _File(NamedTuple):
    """What is shown of a file; None where it was not counted or summed."""

    name: str
    rows: int | None
    bytes: int
    sha256: str | None


def seed(now: ControllerSnapshot, frame: Frame, found: Sequence[FilePreview] = ()) -> list[Line]:
    """Return progress while generating, else the files, else what to press.

    found: the files as they lie in the folder, read earlier.
    """
    task = now.seed
    if task.running:
        return _progress(now, frame)
    lines: list[Line] = []
    if task.error:
        lines = [*problem(task.error, task.hint, frame.width), EMPTY]
    elif task.result is not None and task.result.cancelled:
        text = _("cancelled: the earlier files are as they were")
        lines = [*(line(Span(part, "wait")) for part in wrap(text, frame.width)), EMPTY]
    files, when = present(now, found)
    if not files:
        text = frame.keyed(
            _("press [g] to generate, [o] for options, [d] for the whole demonstration"),
            {"g": "seed.generate", "o": "seed.options", "d": "app.demo"},
        )
        return [*lines, line(_("no data yet")), EMPTY, *advice(text, frame.width)]
    if len(lines) + len(files) > frame.height and not frame.full:
        return lines[: frame.height]  # some of the files would mislead
    lines += _files(files, frame)
    lines.append(_origin(now, when, frame))
    if frame.full:
        lines += _previews(found, frame, frame.height - len(lines))
    return [cut(entry, frame.width) for entry in lines[: frame.height]]


def present(
    now: ControllerSnapshot, found: Sequence[FilePreview]
) -> tuple[list[_File], datetime | None]:
    """Return the files, of this session or of an earlier one, and when they were made."""
    result = now.seed.result
    if result is not None and not result.cancelled:
        made = [
            _File(clean(file.path.name), file.rows, file.bytes, file.sha256)
            for file in result.files
        ]
        return made, now.seed.ended_at
    there = [_File(clean(file.path.name), file.count, file.bytes, file.sha256) for file in found]
    return there, max((file.modified for file in found), default=None)


def _progress(now: ControllerSnapshot, frame: Frame) -> list[Line]:
    task, form = now.seed, frame.formats
    fraction = task.fraction or 0.0
    rows = ngettext("{done} of {total} row", "{done} of {total} rows", task.total or 0).format(
        done=form.count(task.done), total=form.count(task.total or 0)
    )
    left = _("{span} left").format(span=form.span(task.left_s)) if task.left_s is not None else ""
    share = form.percent(fraction)
    return [
        line(
            bar(fraction, frame.width - 7, ascii_only=frame.ascii_only), fit(share, 7, right=True)
        ),
        ends(line(rows), line(Span(clean(task.note), "dim")), frame.width),
        line(Span(f"{form.rate(task.rate)}   {left}", "dim")),
        EMPTY,
        keys(frame.keyed(_("[c] cancel"), {"c": "seed.cancel"}))
        if not task.cancelling
        else line(Span(_("cancelling"), "wait")),
    ]


def _files(files: Sequence[_File], frame: Frame) -> list[Line]:
    """Return a row a file; the checksum has the room that is left, all of it where it fits."""
    form = frame.formats
    counts = ["–" if file.rows is None else form.count(file.rows) for file in files]
    columns = [
        Column(_("file"), 13),
        Column(_("rows"), max(7, *map(len, counts)), right=True),
        Column(_("size"), 9, right=True),
    ]
    room = min(frame.width - sum(column.width + 1 for column in columns) - 1, _SHA)
    if room >= len("sha256"):
        columns.append(Column(" sha256", room + 1))
    rows = [
        (
            file.name,
            count,
            Span(form.bytes(file.bytes), "dim"),
            Span(" " + (file.sha256 or "–")[:room], "dim"),
        )
        for file, count in zip(files, counts, strict=True)
    ]
    return table(columns, rows, heading=frame.full or frame.height > len(files) + 1)


def _origin(now: ControllerSnapshot, when: datetime | None, frame: Frame) -> Line:
    result = now.seed.result
    known = result is not None and not result.cancelled
    text = _("seed {seed}").format(seed=result.seed) if known and result else ""
    age = _("{age} ago").format(age=frame.formats.age(when, now.at)) if when else ""
    return ends(line(Span(text, "dim")), line(Span(age, "dim")), frame.width)


def _previews(found: Sequence[FilePreview], frame: Frame, room: int) -> list[Line]:
    """Return the first rows of each file, each with an equal share of the room."""
    lines: list[Line] = []
    for index, file in enumerate(found):
        each = (room - len(lines)) // (len(found) - index)
        if each < _LEAST_PREVIEW:
            break
        lines.append(rule(clean(file.path.name), frame))
        lines += _rows(file, each - 1, frame.width)
    return lines


def _rows(file: FilePreview, height: int, room: int) -> list[Line]:
    if not file.header:
        return [line(Span(_("the file is empty"), "wait"))]
    shown = file.rows[: height - 1]
    columns: list[Column] = []
    for place, name in enumerate(file.header):
        cells = [row[place] for row in shown if place < len(row)]
        wanted = min(max([len(name), *map(len, cells)]), _WIDEST_CELL) + 1
        left = room - sum(column.width + 1 for column in columns)
        if left < min(wanted, _NARROWEST_CELL):
            break
        columns.append(Column(name, min(wanted, left), right=_numeric(cells)))
    return table(columns, shown)


def _numeric(cells: Sequence[str]) -> bool:
    return bool(cells) and all(cell.replace(".", "", 1).isdigit() for cell in cells)
