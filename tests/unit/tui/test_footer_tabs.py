"""Tabs and keys give way in whole words."""

from hypothesis import given
from hypothesis import strategies as st

from tui.views.footer_tabs import footer, tabs

HINTS = [("s", "start"), ("x", "stop"), ("1-9", "panes"), ("d", "demo")]
ALWAYS = [("?", "help"), ("q", "quit")]
TITLES = [(str(number), f"Title{number}") for number in range(1, 10)]


def test_all_keys_stand_where_there_is_room():
    assert footer(HINTS, ALWAYS, 80).text.split() == [
        *["s", "start", "x", "stop", "1-9", "panes", "d", "demo", "?", "help", "q", "quit"]
    ]


@given(st.integers(20, 100))
def test_no_word_is_cut_and_help_and_quit_stay(width):
    row = footer(HINTS, ALWAYS, width)
    assert row.width <= width
    assert row.text.endswith("? help  q quit  ")
    words = row.text.split()
    assert words[:-4] == ["s", "start", "x", "stop", "1-9", "panes", "d", "demo"][: len(words) - 4]
    assert len(words) % 2 == 0


def test_tabs_shorten_all_but_the_chosen_one():
    row = tabs(TITLES, "3", 60)
    assert row.width <= 60
    assert "[3 Title3]" in row.text
    assert "1 " in row.text
    assert "Title1" not in row.text
    assert "Title1" in tabs(TITLES, "3", 120).text


@given(st.integers(1, 130), st.sampled_from([number for number, _ in TITLES]))
def test_tabs_never_exceed_the_width(width, chosen):
    assert tabs(TITLES, chosen, width).width <= width
