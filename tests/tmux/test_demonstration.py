"""A person's first ten minutes in one: the console in a real tmux, from an empty folder to q."""

import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from tests.support.terminal import ROOT
from tests.support.tmux import TMUX, Tmux

TOTAL = "629421.99"
"""What the 5,000 orders of the seed 42 earn; the screen rounds it."""


@pytest.fixture
def folder() -> Iterator[Path]:
    # tmp_path can be longer than a socket's name may be.
    with tempfile.TemporaryDirectory(prefix="drop") as made:
        yield Path(made)


def in_a_shell(*options: str) -> str:
    """Return a shell command: the console, what it ended with, and the terminal afterwards."""
    kept = {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    named = " ".join(f"{name}={shlex.quote(value)}" for name, value in kept.items())
    console = shlex.join([sys.executable, "-m", "tui.entry", *options])
    return (
        # A size that a shell exported must not outlive the next change of size.
        "unset NO_COLOR TEXTUAL_THEME; export COLUMNS=120 LINES=36; "
        f"stty -g > before; {named} {console}; "
        'echo "ended with $?"; stty -g > after; echo settings kept; read -r line'
    )


def stored(folder: Path) -> tuple[int, int, int, str]:
    """Return raw events, the offsets behind them, merged orders and their revenue."""
    with closing(duckdb.connect(str(folder / "data" / "warehouse.duckdb"))) as base:
        row = base.execute(
            "SELECT (SELECT count(*) FROM mon_schema.orders_events),"
            " (SELECT sum(next_offset) FROM mon_schema.consumer_offsets),"
            " count(*), CAST(sum(quantity * unit_price) AS VARCHAR) FROM mon_schema.orders"
        ).fetchone()
    assert row is not None
    return row


@pytest.mark.slow
@pytest.mark.skipif(TMUX is None, reason="tmux is not installed")
@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX terminal")
def test_the_demonstration_from_an_empty_folder_to_q(folder: Path) -> None:
    with Tmux(folder, in_a_shell("--data-dir", "data")) as tmux:
        tmux.wait_for("Nothing here yet: press d")
        tmux.wait_for("no rows yet")
        tmux.press("d")
        tmux.wait_for(r"publish at 250/s to orders_topic \(embedded\)")
        tmux.press("y")
        tmux.wait_for("● producer 2\\d\\d/s", 40)
        tmux.wait_for("✓ PASS", 90)
        tmux.wait_for(r"orders +5,000 ")
        tmux.wait_for(r"revenue +€629,422 ")
        assert "sent 5,000  acked 5,000  failed 0" in tmux.screen

        tmux.press("4", "Enter")
        tmux.wait_for("esc close")
        # A key straight after escape would arrive as one with Alt.
        tmux.press("Escape")
        tmux.wait_for(r"(?s)\A(?!.*esc close)")
        tmux.press("6")
        tmux.wait_for("ORDER_0")
        tmux.press("7")
        tmux.wait_for("orders_events")
        tmux.resize(80, 24)
        tmux.wait_for(r"\[7 Warehouse\] 8 ")
        tmux.press("?")
        tmux.wait_for("in every list")
        tmux.press("Escape")
        tmux.wait_for(r"(?s)\A(?!.*in every list)")
        tmux.press("5")
        tmux.wait_for("── revenue a day")
        tmux.press("End")
        tmux.wait_for("── (categories|recent orders)")
        tmux.press("q")
        tmux.wait_for("The pipeline is at work")
        tmux.press("s")
        tmux.wait_for("ended with 0")
        tmux.wait_for("settings kept")
        flags = {name: tmux.flag(name) for name in ("alternate_on", "mouse_any_flag")}
        assert flags == {"alternate_on": "0", "mouse_any_flag": "0"}
        assert tmux.flag("cursor_flag") == "1"
    assert (folder / "before").read_text() == (folder / "after").read_text()
    assert stored(folder) == (5_000, 5_000, 5_000, TOTAL)
