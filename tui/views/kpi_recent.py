"""The newest rows of the KPI pane: time and name to the left, numbers to the right."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len

from core.kpis.model import KpiRows, Value, title_of, unit_of
from core.pipeline.base import told
from core.pipeline.kpis import NUMERIC, Column
from core.text import clean
from tui.styled_text import Line, Span, ends, fit, line, plain
from tui.views.blocks import rule
from tui.views.frame import Frame
from tui.views.kpi_blocks import Block
from tui.views.kpi_values import bounded, shown

_SECONDS_FROM = 70
"""In less than this width seconds give way to the name."""
_LEAST_NAME, _EACH_NAME = 12, 20
_HEADING = 12

_Row = Sequence[Value]


@dataclass(frozen=True)
class _Group:
    """Numbers that stand together, as `2 × €39.90`. cells: a text a row, all of one width."""

    title: str
    cells: tuple[str, ...]
    has_unit: bool

    @property
    def width(self) -> int:
        """Cells that it takes."""
        return max(map(cell_len, self.cells), default=0)


def recent_block(part: KpiRows, frame: Frame, width: int) -> Block:
    """Return the newest rows as a block of this width."""
    return Block(len(part.rows) + 1, lambda room: recent_rows(part, frame, width, room))


def recent_rows(part: KpiRows, frame: Frame, width: int, room: int) -> list[Line]:
    """Return as many of the newest rows as there is room for, under their title."""
    kpi = part.kpi
    columns = [column for column in kpi.columns if not column.hidden]
    when = next((each for each in columns if each.type in {"timestamp", "date"}), None)
    texts = [each for each in columns if each.type not in NUMERIC and each is not when]
    texts.sort(key=lambda column: column.name != part.lead)
    rows = part.rows[: max(room - 1, 0)]
    times = [_time(kpi.place(when.name), when, row, frame, width) for row in rows] if when else []
    time = max(map(cell_len, times), default=-1) + 1
    groups = _groups(part, columns, rows, frame)
    heading = len(groups) > 1 or not all(group.has_unit for group in groups)
    if heading:
        groups = [_widened(group) for group in groups]
    while len(groups) > 1 and width - time - _width(groups) < _LEAST_NAME:
        groups.pop()
    left = width - time - _width(groups) - 1
    roomy = not groups or (frame.full and width > _SECONDS_FROM)
    texts = texts[: max(left // _EACH_NAME, 1) if roomy else 1]
    lines = [rule(title_of(kpi), frame, width)]
    if heading:
        names = [title_of(column) for column in texts]
        titles = _amount([group.title for group in groups], groups)
        stamp = title_of(when) if when else ""
        lines.append(_dim(_line(stamp, names, titles, (time, left), width)))
    for number, row in enumerate(rows[: max(room - len(lines), 0)]):
        names = [shown(column, row[kpi.place(column.name)], frame) for column in texts]
        stamp = times[number] if times else ""
        amount = _amount([group.cells[number] for group in groups], groups)
        lines.append(_line(stamp, names, amount, (time, left), width))
    return lines


def _line(
    stamp: str, names: Sequence[str], amount: str, columns: tuple[int, int], width: int
) -> Line:
    """Return one row. columns: cells of its time, and of its names together."""
    size, left = columns
    name = fit(names[0], max(left, 4)) if names else ""
    if len(names) > 1:
        name = "".join(fit(each, left // len(names) - 1) + " " for each in names)
    first = [Span(fit(stamp, size), "dim"), name] if size else [name]
    return ends(line(*first), line(amount), width)


def _amount(cells: Sequence[str], groups: Sequence[_Group]) -> str:
    return "  ".join(
        fit(cell, group.width, right=True) for cell, group in zip(cells, groups, strict=True)
    )


def _dim(whole: Line) -> Line:
    return line(*(Span(span.text, "dim") for span in whole.spans))


def _time(place: int, column: Column, row: _Row, frame: Frame, width: int) -> str:
    text = shown(column, row[place], frame)
    short = column.type == "timestamp" and width <= _SECONDS_FROM and row[place] is not None
    return text[: -len(":00")] if short else text


def _groups(
    part: KpiRows, columns: Sequence[Column], rows: Sequence[_Row], frame: Frame
) -> list[_Group]:
    """Return the numbers of rows, those that are joined to the next one together."""
    groups: list[_Group] = []
    cells, title, joint = ("",) * len(rows), "", ""
    for column in (each for each in columns if each.type in NUMERIC):
        place = part.kpi.place(column.name)
        texts = [bounded(column, row[place], frame) for row in rows]
        size = max(map(cell_len, texts), default=0)
        cells = tuple(
            cell + joint + fit(text, size, right=True)
            for cell, text in zip(cells, texts, strict=True)
        )
        title = f"{title}{joint}{title_of(column)}"
        joint = clean(told(column.then))
        if joint:
            joint = f" {plain(joint) if frame.ascii_only else joint} "
            continue
        groups.append(_Group(title, cells, bool(unit_of(column))))
        cells, title = ("",) * len(rows), ""
    return groups


def _widened(group: _Group) -> _Group:
    """Return a group in which its heading has room, up to a point."""
    size = max(group.width, min(cell_len(group.title), _HEADING))
    return replace(group, cells=tuple(fit(cell, size, right=True) for cell in group.cells))


def _width(groups: Sequence[_Group]) -> int:
    return sum(group.width + 2 for group in groups) - 2 if groups else 0
