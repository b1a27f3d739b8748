"""On a terminal: bars and colours, unless they are not wanted; stdout stays clean all the same."""

import os
import pty
import termios
import threading

import pytest

RUN = ("--run", "seed", "--json", "--orders", "400000")


def seen_on_terminal(dropship, *arguments: str, size: tuple[int, int] = (24, 80), **options):
    """Run with stderr on a pty (rows, columns); return how it ended and all that the pty got."""
    master, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, size)
    process = dropship.start(*arguments, stderr=terminal, **options)
    os.close(terminal)
    parts: list[bytes] = []

    def collect() -> None:
        while True:
            try:
                part = os.read(master, 65_536)
            except OSError:  # Linux answers EIO once the other side is closed
                return
            parts.append(part)

    reader = threading.Thread(target=collect)
    reader.start()
    ended = dropship.end(process)
    reader.join()
    os.close(master)
    return ended, b"".join(parts).decode()


@pytest.mark.parametrize("size", [(24, 80), (5, 20), (0, 0)])
@pytest.mark.slow
def test_progress_is_a_bar_that_leaves_one_line(dropship, size):
    ended, shown = seen_on_terminal(dropship, *RUN, size=size, env={"TERM": "xterm"})
    assert ended.record["orders"] == 400_000
    assert "seed" in shown.split("401,200 rows in")[0]
    assert "%" in shown
    last = shown.rstrip().splitlines()[-1]
    assert last.split("\r")[-1].startswith("seed: 401,200 rows in ")


@pytest.mark.slow
def test_quiet_and_dumb_terminals_get_no_bar(dropship):
    assert seen_on_terminal(dropship, *RUN, "--quiet", env={"TERM": "xterm"})[1] == ""
    assert "|" not in seen_on_terminal(dropship, *RUN, env={"TERM": "dumb"})[1]


@pytest.mark.parametrize(
    ("arguments", "env", "colored"),
    [
        ((), {}, True),
        (("--no-color",), {}, False),
        ((), {"NO_COLOR": "1"}, False),
        ((), {"TERM": "dumb"}, False),
    ],
)
def test_colours_only_where_they_are_wanted(dropship, arguments, env, colored):
    _ended, shown = seen_on_terminal(
        dropship, "--run", "nope", *arguments, env={"TERM": "xterm", **env}
    )
    assert "error" in shown
    assert ("\x1b[" in shown) is colored
