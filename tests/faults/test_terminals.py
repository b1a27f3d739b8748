"""Fault 34: terminals of other kinds and sizes. Each is drawn on and left as it was."""

import re

import pytest

from tests.support.terminal import Terminal

pytestmark = pytest.mark.slow

FIRST_SIGHT = "Nothing here yet"


@pytest.mark.parametrize("term", ["linux", "screen", "vt220"])
def test_fault_34_small_and_large_again_and_q(tmp_path, term):
    with Terminal(tmp_path, term=term) as terminal:
        terminal.wait_for(FIRST_SIGHT)
        for columns, rows in ((20, 5), (80, 24), (1, 1), (120, 36)):
            seen = len(terminal.output)
            terminal.resize(columns, rows)
            terminal.wait_until(lambda seen=seen: len(terminal.output) > seen, "a redrawn screen")
        terminal.wait_for(FIRST_SIGHT, since=seen)
        terminal.press("q")
        assert terminal.exit_code() == 0
        assert terminal.modes() == terminal.before
        assert terminal.output.rfind(b"\x1b[?1049l") > terminal.output.rfind(b"\x1b[?1049h")


@pytest.mark.parametrize(
    ("options", "settings"), [(("--no-color",), {}), ((), {"NO_COLOR": "1"}), ((), {})]
)
def test_fault_34_without_colour_nothing_is_coloured(tmp_path, options, settings):
    """Shades of grey only: the three parts of every colour that is set are alike."""
    with Terminal(tmp_path, *options, COLORTERM="truecolor", **settings) as terminal:
        terminal.wait_for(FIRST_SIGHT)
        terminal.press("q")
        assert terminal.exit_code() == 0
        colours = set(re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)", bytes(terminal.output)))
        assert colours
        grey = all(len(set(colour)) == 1 for colour in colours)
        assert grey is bool(options or settings)
