"""The last line of a screen: what its keys do, in whole hints, as many as there is room for."""

from collections.abc import Sequence

from rich.cells import cell_len

from tui.styled_text import Line, Span, line

_GAP = 2


def key_line(hints: Sequence[tuple[str, str]], width: int) -> Line:
    """Return keys and what they do, the first ones first. hints: a key and its text each."""
    spans: list[Span] = []
    room = width - 1
    for key, text in hints:
        room -= cell_len(key) + 1 + cell_len(text) + (_GAP if spans else 0)
        if room < 0:
            break
        spans += [Span("  " if spans else " "), Span(key, "accent"), Span(f" {text}", "dim")]
    return line(*spans)
