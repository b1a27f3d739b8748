"""Text as the views make it: lines of spans, each with a role instead of a colour.

Views are pure functions from a snapshot to lines, without Textual: easy to test and cheap to
compare. A widget turns roles into the theme's styles, and draws only lines that changed.
"""

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import zip_longest
from typing import Literal, NamedTuple

from rich.cells import cell_len, chop_cells, set_cell_size

Role = Literal["text", "dim", "bold", "ok", "wait", "bad", "accent", "other"]
"""ok, wait and bad say how things are. As series accent is what was published, ok what was stored,
on every screen; everything else is drawn in text, dim or bold."""


class Span(NamedTuple):
    """A piece of one line. Text must be harmless already (`core.text.clean`).

    action: what a click on it does, as Textual names actions; never made from outside text.
    """

    text: str
    role: Role = "text"
    action: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a pane."""

    spans: tuple[Span, ...] = ()

    @cached_property
    def text(self) -> str:
        """The line without its roles."""
        return "".join(span.text for span in self.spans)

    @cached_property
    def width(self) -> int:
        """Cells that the line takes."""
        return sum(
            len(span.text) if span.text.isascii() else cell_len(span.text) for span in self.spans
        )


EMPTY = Line()

_BLANK: tuple[str, Role] = (" ", "text")


def changed_cells(before: Line, after: Line) -> tuple[int, int]:
    """Return the first cell in which two lines differ, and the cells from it to the last one.

    For a line with characters that take two cells, or none, that is the whole line.
    """
    if not (_even(before.text) and _even(after.text)):
        return 0, max(before.width, after.width)
    both = zip_longest(_cells(before), _cells(after), fillvalue=_BLANK)
    changed = [place for place, (was, now) in enumerate(both) if was != now]
    return (changed[0], changed[-1] - changed[0] + 1) if changed else (0, 0)


def _even(text: str) -> bool:
    """Whether each character takes one cell."""
    return text.isascii() or all(map(_is_one_cell, set(text)))


@lru_cache(maxsize=4096)
def _is_one_cell(character: str) -> bool:
    return cell_len(character) == 1


def _cells(whole: Line) -> list[tuple[str, Role]]:
    """Return what each cell shows; a blank looks the same in every role."""
    return [
        _BLANK if character == " " else (character, span.role)
        for span in whole.spans
        for character in span.text
    ]


_PLAIN = str.maketrans("·–−×…▲▼△●○◎◐▸▪■✓✗•→←↑↓\u00a0\u202f─▶", "---x~^v^*oo~>##+x*><^v  ->")


def plain(text: str) -> str:
    """Return text with our own signs as ASCII of the same width; words stay as they are."""
    return text.translate(_PLAIN)


def plain_line(whole: Line) -> Line:
    """Return a line with our own signs as ASCII."""
    return Line(tuple(span._replace(text=plain(span.text)) for span in whole.spans))


Piece = str | Span | Line


def line(*pieces: Piece) -> Line:
    """Return a line made of strings, spans and lines."""
    return Line(tuple(_spans(pieces)))


def _spans(pieces: Iterable[Piece]) -> Iterable[Span]:
    for piece in pieces:
        if isinstance(piece, Line):
            yield from piece.spans
        elif isinstance(piece, Span):
            yield piece
        else:
            yield Span(piece)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return text in exactly `width` cells: cut with an ellipsis, or padded."""
    if width <= 0:
        return ""
    size = len(text) if text.isascii() else cell_len(text)
    if size > width:
        return set_cell_size(text, width - 1) + "…"
    padding = " " * (width - size)
    return padding + text if right else text + padding


def fit_end(text: str, width: int) -> str:
    """Return the end of a text that is too long."""
    return text if len(text) <= width else "…" + fit(text[-(width - 1) :], width - 1).rstrip()


def linked(whole: Line, action: str) -> Line:
    """Return a line that does something when it is clicked, where its parts do nothing yet."""
    return Line(
        tuple(span if span.action else span._replace(action=action) for span in whole.spans)
    )


def action_at(whole: Line, place: int) -> str:
    """Return what a click on a cell of a line does; empty for nothing."""
    for span in whole.spans:
        place -= cell_len(span.text)
        if place < 0:
            return span.action
    return ""


def ends(left: Line, right: Line, width: int) -> Line:
    """Return a line with one part at each end; the left one gives way."""
    room = width - right.width - 1
    shown = cut(left, room)
    gap = max(width - shown.width - right.width, 1)
    return line(shown, " " * gap, right)


def cut(whole: Line, width: int) -> Line:
    """Return as much of a line as fits."""
    if whole.width <= width:
        return whole
    spans: list[Span] = []
    room = max(width, 0)
    for span in whole.spans:
        size = cell_len(span.text)
        if size > room:
            spans.append(span._replace(text=fit(span.text, room)))
            break
        spans.append(span)
        room -= size
    return Line(tuple(spans))


def parted(whole: Line, place: int) -> tuple[Line, Line]:
    """Return a line in two parts, the first one of at most `place` cells."""
    first: list[Span] = []
    for index, span in enumerate(whole.spans):
        size = cell_len(span.text)
        if size > place:
            fits = "".join(chop_cells(span.text, place)[:1]) if place > 0 else ""
            rest = span._replace(text=span.text[len(fits) :])
            return line(*first, span._replace(text=fits)), line(rest, *whole.spans[index + 1 :])
        first.append(span)
        place -= size
    return whole, EMPTY


def bar(fraction: float, width: int, role: Role = "ok", *, ascii_only: bool = False) -> Line:
    """Return a progress bar."""
    full, empty = ("#", "-") if ascii_only else ("▰", "▱")
    filled = round(min(max(fraction, 0.0), 1.0) * width)
    return line(Span(full * filled, role), Span(empty * (width - filled), "dim"))


def measure(
    fraction: float, width: int, role: Role = "accent", *, ascii_only: bool = False
) -> Line:
    """Return a thin horizontal bar with a resolution of half a cell, padded to `width`."""
    halves = round(min(max(fraction, 0.0), 1.0) * width * 2)
    if fraction > 0:
        halves = max(halves, 1)
    text = "#" * ((halves + 1) // 2) if ascii_only else "━" * (halves // 2) + "╸" * (halves % 2)
    return line(Span(fit(text, width), role))


_LEVELS = "▁▂▃▄▅▆▇█"
_ASCII_LEVELS = "_.-=+*#@"


def sparkline(
    values: Sequence[float | None], width: int, role: Role = "accent", *, ascii_only: bool = False
) -> Line:
    """Return the last `width` values as small columns, from zero to their greatest; None: a gap."""
    levels = _ASCII_LEVELS if ascii_only else _LEVELS
    shown = list(values)[-width:]
    top = max((value for value in shown if value is not None), default=0.0) or 1.0
    text = "".join(
        " " if value is None else levels[min(int(max(value, 0) / top * 7.999), 7)]
        for value in shown
    )
    return line(Span(text.rjust(width), role))


_KEY = re.compile(r"\[(.+?)\]")


def advice(text: str, width: int) -> list[Line]:
    """Return a hint with keys, as `keys` makes it, in lines that fit."""
    return [keys(part) for part in textwrap.wrap(text, max(width, 10))]


def keys(text: str) -> Line:
    """Return a hint such as `[s] start  [x] stop` with its keys emphasised."""
    spans: list[Span] = []
    for index, part in enumerate(_KEY.split(text)):
        if part:
            spans.append(Span(part, "accent" if index % 2 else "dim"))
    return Line(tuple(spans))
