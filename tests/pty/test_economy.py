"""What the console writes to the terminal: over a slow line every byte is waited for."""

import re

import pytest

from tests.support.terminal import Terminal

SCREEN = 120 * 36
CLOCK = re.compile(r"\d\d:\d\d:\d\d")
SECONDS = 4


def let_pass(terminal, seconds):
    """Wait until so many different seconds have been shown; return the bytes before them."""
    since = len(terminal.output)
    terminal.wait_until(
        lambda: len(set(CLOCK.findall(terminal.text(since)))) >= seconds, "some seconds"
    )
    return since


@pytest.mark.slow
def test_choosing_a_pane_repaints_two_borders_and_not_the_screen(tmp_path):
    with Terminal(tmp_path) as terminal:
        terminal.wait_for("every 2 s")
        let_pass(terminal, SECONDS)  # the back ends are open, nothing else comes
        for key, title in (("1", "1 Seed"), ("3", "3 Consumer"), ("1", "1 Seed")):
            since = len(terminal.output)
            terminal.press(key)
            terminal.wait_for(title, since=since)
            assert len(terminal.text(since)) < SCREEN / 6
        terminal.press("q")
        assert terminal.exit_code() == 0


@pytest.mark.slow
def test_a_console_in_which_nothing_happens_writes_little_more_than_its_clock(tmp_path):
    with Terminal(tmp_path) as terminal:
        terminal.wait_for("every 2 s")
        let_pass(terminal, SECONDS)
        since = let_pass(terminal, SECONDS)
        assert len(terminal.output) - since < SECONDS * 400
        terminal.press("q")
        assert terminal.exit_code() == 0
