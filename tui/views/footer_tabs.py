"""Tabs above and keys below: they give way in whole words, so that nothing is cut in the middle."""

from collections.abc import Sequence
from itertools import product

from tui.styled_text import Line, Span, cut, line

_MOST_RUNS = 4

Hint = tuple[str, str, str]
"""A key, what it does, and the action of a click on it; empty for none."""

Tab = tuple[str, str, str]
"""The name, the number and the title of a pane."""


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
    key, text, action = hint
    return line(Span(key, "accent", action), Span(f" {text}", "dim", action), "  ")


def tabs(titles: Sequence[Tab], chosen: str, width: int) -> Line:
    """Return the tabs with the chosen one marked; without room the others are their numbers.

    chosen: the name of a pane. A tab opens its pane when it is clicked.
    """
    for whole, gap in product((True, False), (" ", "")):
        found = _tabs(titles, chosen, gap, whole=whole)
        if found.width <= width:
            return found
    return cut(found, width)


def _tabs(titles: Sequence[Tab], chosen: str, gap: str, *, whole: bool) -> Line:
    spans: list[Span] = []
    for name, number, title in titles:
        action = f"screen.choose('{name}')"
        text = f"{number} {title}".strip()
        if name == chosen:
            apart = "" if gap or not spans else " "
            spans.append(Span(f"{apart}[{text}]", "bold", action))
        else:
            spans.append(Span(f" {text if whole else number or title}{gap}", "dim", action))
    return line(gap, *spans)


def span_of(keys: Sequence[str]) -> str:
    """Return the keys of the panes in short: 1-8, or 1-9 0; where there are many, the ends."""
    runs: list[list[str]] = []
    for key in keys:
        last = runs[-1][-1] if runs else ""
        if last.isdecimal() and key.isdecimal() and int(key) == int(last) + 1:
            runs[-1].append(key)
        else:
            runs.append([key])
    parts = [f"{run[0]}-{run[-1]}" if run[2:] else " ".join(run) for run in runs]
    return " ".join(parts) if len(parts) <= _MOST_RUNS else f"{parts[0]} … {parts[-1]}"
