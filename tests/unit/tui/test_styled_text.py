"""Lines, spans and the small drawings made of them: widths always hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.styled_text import (
    EMPTY,
    Span,
    advice,
    bar,
    cut,
    ends,
    fit,
    keys,
    line,
    measure,
    plain,
    plain_line,
    sparkline,
)

TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Sm", "Zs"]), max_size=40)
WIDTHS = st.integers(0, 60)
SHARES = st.floats(-1, 2, allow_nan=False)
VALUES = st.lists(st.floats(-10, 1e9, allow_nan=False), max_size=80)


@given(TEXTS, WIDTHS, st.booleans())
def test_a_fitted_text_has_its_width_in_cells(text, width, right):
    assert cell_len(fit(text, width, right=right)) == width


def test_a_text_that_is_too_long_ends_in_an_ellipsis_and_a_short_one_is_padded():
    assert fit("broker", 4) == "bro…"
    assert fit("lag", 5) == "lag  "
    assert fit("lag", 5, right=True) == "  lag"
    assert fit("日本語", 4) == "日 …"


@given(st.lists(TEXTS, max_size=5), WIDTHS)
def test_a_cut_line_fits_and_begins_like_the_whole(texts, width):
    whole = line(*texts)
    shown = cut(whole, width)
    assert shown.width <= width
    assert whole.text.startswith(shown.text.rstrip("… "))


def test_a_cut_keeps_the_roles():
    whole = line(Span("failed ", "dim"), Span("1,204", "bad"))
    assert cut(whole, 10).spans == (Span("failed ", "dim"), Span("1,…", "bad"))
    assert cut(whole, 12) is whole


@given(TEXTS, TEXTS, st.integers(1, 60))
def test_the_right_end_stays_and_the_left_one_gives_way(left, right, width):
    shown = ends(line(left), line(right), width)
    assert shown.text.endswith(right)
    assert shown.width <= max(width, cell_len(right) + 1)


@given(SHARES, st.integers(1, 60), st.booleans())
def test_bars_have_their_width_whatever_the_share(share, width, ascii_only):
    assert bar(share, width, ascii_only=ascii_only).width == width
    assert measure(share, width, ascii_only=ascii_only).width == width


def test_a_bar_shows_its_share():
    assert bar(0.25, 8).text == "▰▰▱▱▱▱▱▱"
    assert bar(0.25, 8, ascii_only=True).text == "##------"
    assert bar(7, 3).text == "▰▰▰"
    assert bar(-1, 3).text == "▱▱▱"
    assert measure(0.5, 3).text == "━╸ "
    assert measure(1, 3).text == "━━━"
    assert measure(0.5, 4, ascii_only=True).text == "##  "


@given(VALUES, st.integers(1, 60), st.booleans())
def test_a_sparkline_has_its_width(values, width, ascii_only):
    shown = sparkline(values, width, ascii_only=ascii_only)
    assert shown.width == width
    assert not ascii_only or shown.text.isascii()


def test_a_sparkline_shows_the_last_values_from_zero_to_their_greatest():
    assert sparkline([100, 0, 1, 4, 8], 4).text == "▁▁▄█"
    assert sparkline([5], 3).text == "  █"
    assert sparkline([0, 0], 2).text == "▁▁"
    assert sparkline([0, 8], 2, ascii_only=True).text == "_@"


@given(TEXTS)
def test_plain_signs_keep_the_width(text):
    whole = line(text)
    assert plain_line(whole).width == whole.width


def test_plain_signs_are_ascii_and_words_stay():
    assert plain("▲ 2 × café · ✓") == "^ 2 x café - +"


def test_keys_stand_out_in_a_hint():
    assert keys("press [s] to start").spans == (
        Span("press ", "dim"),
        Span("s", "accent"),
        Span(" to start", "dim"),
    )
    assert keys("") == EMPTY


@pytest.mark.parametrize("width", [10, 20, 30, 80])
def test_advice_breaks_between_words_and_never_inside_a_key(width):
    text = "[+-] rate  [<>] rate by ten  [f] unlimited  [enter] details"
    lines = advice(text, width)
    named = [span.text for entry in lines for span in entry.spans if span.role == "accent"]
    assert named == ["+-", "<>", "f", "enter"]
    assert all(entry.width <= width for entry in lines)
