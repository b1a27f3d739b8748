"""Tabs and keys give way in whole words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.styled_text import action_at
from tui.views.footer_tabs import footer, span_of, tabs

HINTS = [("s", "start", "go"), ("x", "stop", ""), ("1-9", "panes", ""), ("d", "demo", "demo")]
ALWAYS = [("?", "help", ""), ("q", "quit", "")]
TITLES = [(f"pane{number}", str(number), f"Title{number}") for number in range(1, 10)]


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


@pytest.mark.parametrize("width", [60, 80])
def test_tabs_without_room_are_digits_and_the_name_of_the_chosen_one(width):
    titles = [("board", "", "Board"), *TITLES]
    row = tabs(titles, "pane3", width)
    assert row.width <= width
    assert row.text.split() == ["Board", "1", "2", "[3", "Title3]", *"456789"]
    assert tabs(titles, "board", width).text.split() == ["[Board]", *"123456789"]


def test_tabs_have_all_names_where_there_is_room():
    assert "Title1" in tabs(TITLES, "pane3", 120).text
    assert "[3 Title3]" in tabs(TITLES, "pane3", 120).text


def test_what_is_clicked_in_tabs_and_footer():
    row = tabs(TITLES, "pane3", 60)
    for name, number, _title in TITLES:
        assert action_at(row, row.text.index(number)) == f"screen.choose('{name}')"
    foot = footer(HINTS, ALWAYS, 80)
    assert action_at(foot, foot.text.index("start")) == "go"
    assert action_at(foot, foot.text.index("demo")) == "demo"
    assert action_at(foot, foot.text.index("panes")) == action_at(foot, 79) == ""


@given(st.integers(1, 130), st.sampled_from([name for name, *_ in TITLES]))
def test_tabs_never_exceed_the_width(width, chosen):
    assert tabs(TITLES, chosen, width).width <= width


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("1 2 3 4 5 6 7 8 9 0", "1-9 0"),
        ("1 2 3 4", "1-4"),
        ("1 2 f5 4", "1 2 f5 4"),
        ("& 2 3 4 5 6 7 8 9 0", "& 2-9 0"),
        ("& é ' ( - è _ ç à 0", "& … 0"),
    ],
)
def test_keys_of_panes_are_told_in_short(keys: str, told: str) -> None:
    assert span_of(keys.split()) == told
