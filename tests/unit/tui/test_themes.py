"""Which look the console begins with, and the round that a key makes."""

import pytest

from tui.themes import SIXTEEN, THEMES, color_system, first_theme, next_theme


def test_a_remembered_theme_is_taken_whatever_the_terminal_shows():
    for theme in THEMES:
        assert first_theme(theme, "standard") == theme


@pytest.mark.parametrize("remembered", [None, "", "of another version"])
def test_otherwise_the_terminal_decides(remembered):
    assert first_theme(remembered, "standard") == SIXTEEN.name
    assert first_theme(remembered, "windows") == SIXTEEN.name
    assert first_theme(remembered, "256") == "textual-dark"
    assert first_theme(remembered, "truecolor") == "textual-dark"
    assert first_theme(remembered, None) == "textual-dark"


def test_a_key_goes_round_and_leads_back_from_anywhere():
    seen = [THEMES[0]]
    for _press in THEMES:
        seen.append(next_theme(seen[-1]))
    assert seen == [*THEMES, THEMES[0]]
    assert next_theme("of another version") == THEMES[0]


@pytest.mark.parametrize(
    ("environ", "known"),
    [
        ({"COLORTERM": "truecolor", "TERM": "xterm"}, "truecolor"),
        ({"COLORTERM": "24bit"}, "truecolor"),
        ({"COLORTERM": "yes", "TERM": "tmux-256color"}, "256"),
        ({"TERM": "xterm"}, "standard"),
        ({}, "standard"),
    ],
)
def test_colours_are_those_that_the_terminal_names(environ, known):
    assert color_system(environ) == known
