"""What the console writes to the terminal: over a slow line every byte is waited for."""

from tests.support.terminal import Terminal

SCREEN = 120 * 36


def test_choosing_a_pane_repaints_two_borders_and_not_the_screen(tmp_path):
    with Terminal(tmp_path) as terminal:
        terminal.wait_for("Nothing here yet")
        terminal.wait_for("every 2 s")  # the back ends are open, nothing else comes
        for key, title in (("1", "1 Seed"), ("3", "3 Consumer"), ("1", "1 Seed")):
            since = len(terminal.output)
            terminal.press(key)
            terminal.wait_for(title, since=since)
            assert len(terminal.text(since)) < SCREEN / 6
        terminal.press("q")
        assert terminal.exit_code() == 0
