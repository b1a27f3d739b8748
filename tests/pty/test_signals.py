"""However the console ends, the terminal is as it was and everything published is stored."""

import os
import signal
import sqlite3
import subprocess
import sys
from base64 import b64encode
from contextlib import closing

import duckdb
import psutil
import pytest

from tests.support.terminal import ROOT, Terminal

FIRST_SIGHT = "Nothing here yet"


def start_demo(terminal):
    terminal.wait_for(FIRST_SIGHT)
    terminal.press("d")
    terminal.wait_for("Run the whole pipeline?")
    terminal.press("y")
    terminal.wait_for("publish and consume")
    terminal.wait_for("recent orders")


def stored(folder):
    """Return raw events, the offsets behind them, and what the merge has not taken."""
    with closing(duckdb.connect(str(folder / "data" / "warehouse.duckdb"))) as base:
        (events,) = base.execute("SELECT count(*) FROM mon_schema.orders_events").fetchone()
        (offsets,) = base.execute(
            "SELECT sum(next_offset) FROM mon_schema.consumer_offsets"
        ).fetchone()
        (orders,) = base.execute("SELECT count(*) FROM mon_schema.orders").fetchone()
    return events, offsets, orders


def assert_consistent(folder):
    events, offsets, orders = stored(folder)
    assert events == offsets == orders > 0


def assert_as_it_was(terminal):
    assert terminal.modes() == terminal.before
    for code in (b"1049", b"1003", b"2004"):
        on, off = b"\x1b[?" + code + b"h", b"\x1b[?" + code + b"l"
        assert terminal.output.rfind(off) > terminal.output.rfind(on) >= 0
    assert terminal.output.rfind(b"\x1b[?25h") > terminal.output.rfind(b"\x1b[?25l")


@pytest.mark.slow
def test_q_leaves_with_0_after_resizes_and_a_copy(tmp_path):
    with Terminal(tmp_path) as terminal:
        terminal.wait_for(FIRST_SIGHT)
        for number in range(500):
            terminal.resize(*((20, 5), (80, 24), (40, 12), (1, 1), (200, 60))[number % 5])
        terminal.resize(120, 36)
        seen = len(terminal.output)
        terminal.press("8")
        terminal.wait_for("no active alerts", since=seen)
        terminal.press("y")
        copied = b64encode("✓ no active alerts".encode())[:20]
        terminal.wait_until(lambda: b"\x1b]52;c;" + copied in terminal.output, "an OSC 52 copy")
        terminal.press("q")
        assert terminal.exit_code() == 0
        assert_as_it_was(terminal)


def test_sigterm_drains_and_ends_with_143(tmp_path):
    with Terminal(tmp_path) as terminal:
        start_demo(terminal)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.exit_code() == 143
        assert_as_it_was(terminal)
    assert_consistent(tmp_path)


@pytest.mark.slow
def test_a_closed_terminal_drains_and_ends_with_129(tmp_path):
    with Terminal(tmp_path) as terminal:
        start_demo(terminal)
        terminal.hang_up()
        assert terminal.process.wait(60) == 129
    assert_consistent(tmp_path)


@pytest.mark.slow
def test_sigint_drains_and_ends_with_130(tmp_path):
    with Terminal(tmp_path) as terminal:
        terminal.wait_for(FIRST_SIGHT)
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.exit_code() == 130
        assert_as_it_was(terminal)


@pytest.mark.slow
def test_a_second_ctrl_c_forces_the_end_and_what_is_stored_stays(tmp_path):
    with Terminal(tmp_path) as terminal:
        start_demo(terminal)
        terminal.press("\x03")
        terminal.wait_for("The pipeline is at work")
        # Storing may be over before it is drawn.
        terminal.press("s\x03")
        # Draining may have been quicker than the second key.
        assert terminal.exit_code() in {0, 130}
        assert_as_it_was(terminal)
    events, offsets, _orders = stored(tmp_path)
    assert events == offsets > 0


@pytest.mark.slow
def test_a_stalled_terminal_stops_neither_the_core_nor_a_signal(tmp_path):
    with Terminal(tmp_path) as terminal:
        terminal.wait_for(FIRST_SIGHT)
        terminal.stall()
        process = psutil.Process(terminal.process.pid)
        before = process.memory_info().rss
        for _ in range(60):
            terminal.press("?\x1b[A8")
            terminal.resize(120, 36)
            terminal.resize(110, 30)
        history = tmp_path / "data" / "history.sqlite"
        terminal.wait_until(lambda: len(samples(history)) >= 10, "samples of the core")
        assert process.memory_info().rss - before < 60_000_000
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.process.wait(60) == 143


def samples(file):
    if not file.exists():
        return []
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as base:
        there = base.execute("SELECT 1 FROM sqlite_master WHERE name = 'samples'").fetchone()
        return base.execute("SELECT * FROM samples").fetchall() if there else []


@pytest.mark.parametrize("term", ["dumb", ""])
@pytest.mark.slow
def test_a_terminal_that_cannot_draw_is_refused(tmp_path, term):
    with Terminal(tmp_path, term=term) as terminal:
        assert terminal.exit_code() == 2
        assert "the console needs a terminal" in terminal.text()
        assert "dropship --run pipeline" in terminal.text()
        assert b"\x1b" not in terminal.output
        assert terminal.modes() == terminal.before


def test_without_a_terminal_the_console_is_refused(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tui.entry"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "needs a terminal" in done.stderr
    assert list(tmp_path.iterdir()) == []
