"""Lines compared and parted cell by cell, which decides what a terminal is sent."""

from hypothesis import given
from hypothesis import strategies as st

from tui.styled_text import EMPTY, Line, Span, changed_cells, line, parted

roles = st.sampled_from(["text", "dim", "ok"])
narrow = st.builds(Span, st.text("ab ·▲", max_size=6), roles)
anything = st.builds(Span, st.text("ab ·語", max_size=6), roles)


def lines_of(spans):
    return st.lists(spans, max_size=5).map(lambda found: Line(tuple(found)))


def cells(whole):
    """Return what each cell shows; a blank has no colour."""
    return [(sign, span.role if sign != " " else "") for span in whole.spans for sign in span.text]


@given(before=lines_of(narrow), after=lines_of(narrow))
def test_painting_the_changed_cells_turns_one_line_into_the_other(before, after):
    start, count = changed_cells(before, after)
    width = max(before.width, after.width)
    blank = [(" ", "")]
    screen = cells(before) + blank * (width - before.width)
    wanted = cells(after) + blank * (width - after.width)
    screen[start : start + count] = wanted[start : start + count]
    assert screen == wanted


@given(before=lines_of(narrow), after=lines_of(narrow))
def test_no_cell_is_painted_at_the_ends_that_is_the_same(before, after):
    start, count = changed_cells(before, after)
    width = max(before.width, after.width)
    padded = [cells(one) + [(" ", "")] * (width - one.width) for one in (before, after)]
    for place in (start, start + count - 1) if count else ():
        assert padded[0][place] != padded[1][place]


def test_only_the_clock_is_painted_when_only_the_clock_moves():
    before = line("lag 12", Span("  10:59:59Z", "dim"))
    after = line("lag 12", Span("  11:00:00Z", "dim"))
    assert changed_cells(before, after) == (9, 7)
    assert changed_cells(before, before) == (0, 0)


def test_lines_with_wide_characters_are_painted_whole():
    assert changed_cells(line("語a"), line("語b")) == (0, 3)
    assert changed_cells(line("ab"), line("語語")) == (0, 4)


@given(whole=lines_of(anything), place=st.integers(-1, 40))
def test_parts_of_a_line_are_the_line(whole, place):
    first, second = parted(whole, place)
    assert first.text + second.text == whole.text
    assert cells(first) + cells(second) == cells(whole)
    assert first.width <= max(place, 0)
    assert place - first.width <= 1 or second == EMPTY or second.text == ""
