"""A defect of the console itself: it ends in good order, and the terminal gets one line."""

import re

import pytest

from tests.support.terminal import Terminal

BEND = """
import tui.app
def broken(self):
    secret = "hunter2"
    raise RuntimeError("a defect")
tui.app.Console.action_theme = broken
"""


@pytest.mark.slow
def test_an_action_that_fails_ends_with_4_one_line_and_no_traceback(tmp_path):
    with Terminal(tmp_path, bend=BEND) as terminal:
        terminal.wait_for("every 2 s")
        since = len(terminal.output)
        terminal.press("t")
        assert terminal.exit_code() == 4
        assert terminal.modes() == terminal.before
        told = terminal.text(since)
        assert re.search(r"dropship: error: thread screen failed: a defect\r?\n", told)
        assert "Traceback" not in told
        assert "hunter2" not in told
    log = (tmp_path / "data" / "logs" / "dropship.log").read_text(encoding="utf-8")
    assert "Traceback" in log
    assert "RuntimeError: a defect" in log
