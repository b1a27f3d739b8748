"""Tabs above and keys below: they give way in whole words, so that nothing is cut in the middle."""

from collections.abc import Sequence
from itertools import product

from tui.styled_text import Line, Span, cut, line

Hint = tuple[str, str]
"""A key and what it does."""

Tab = tuple[str, str]
"""The number and the title of a pane."""

_WHOLE, _MOST_LETTERS, _LEAST_LETTERS = 99, 12, 3


def footer(hints: Sequence[Hint], always: Sequence[Hint], width: int) -> Line:
    """Return the keys that fit, in their order; those of `always` come last and stay."""
    last = [_hint(hint) for hint in always]
    room = width - 1 - sum(part.width for part in last)
    shown: list[Line] = []
    for hint in hints:
        part = _hint(hint)
        if part.width > room:
            break
        room -= part.width
        shown.append(part)
    return cut(line(" ", *shown, *last), width)


def _hint(hint: Hint) -> Line:
    key, text = hint
    return line(Span(key, "accent"), Span(f" {text}  ", "dim"))


def tabs(titles: Sequence[Tab], chosen: str, width: int) -> Line:
    """Return the tabs with the chosen one marked; the others lose letters when room is short."""
    shorter = range(_MOST_LETTERS, _LEAST_LETTERS - 1, -1)
    for letters, gap in product((_WHOLE, *shorter, 0), (" ", "")):
        found = _tabs(titles, chosen, letters, gap)
        if found.width <= width:
            return found
    return cut(found, width)


def _tabs(titles: Sequence[Tab], chosen: str, letters: int, gap: str) -> Line:
    spans: list[Span] = []
    for number, title in titles:
        if number == chosen:
            apart = "" if gap or not spans else " "
            spans.append(Span(f"{apart}[{number} {title}]", "bold"))
        else:
            spans.append(Span(f" {number} {title[:letters]}".rstrip() + gap, "dim"))
    return line(gap, *spans)


def span_of(numbers: Sequence[str]) -> str:
    """Return the numbers of the panes in short: 1-8, or 1-9 0."""
    plain = [number for number in numbers if number != "0"]
    return f"{plain[0]}-{plain[-1]}" + (" 0" if len(plain) < len(numbers) else "")
