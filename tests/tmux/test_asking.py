"""The desk of dead letters and the explorer in a real terminal, alone and beside a service."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.broker.identity import TopicIdentity
from core.clock import SystemClock
from core.config import Paths, Settings
from core.warehouse.duckdb.warehouse import DuckDbWarehouse
from core.warehouse.model import DeadLetter, OffsetAdvance, RawBatch
from tests.support.events import event
from tests.support.processes import commands
from tests.support.tmux import TMUX, Tmux
from tests.support.waiting import wait_until
from tests.tmux.test_demonstration import in_a_shell

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(TMUX is None, reason="tmux is not installed"),
    pytest.mark.skipif(os.name != "posix", reason="needs a POSIX terminal"),
]

EDITOR = """#!/bin/sh
test -t 0 && test -t 1 || exit 3
sed -i 's/"quantity": -1/"quantity": 2/' "$1"
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    # tmp_path can be longer than a socket's name may be.
    with tempfile.TemporaryDirectory(prefix="drop") as made:
        yield Path(made)


def store_letters(folder: Path, count: int) -> None:
    """Store records that no consumer can use, as one that is gone has left them."""
    settings = Settings(paths=Paths(data=folder / "data"))
    settings.paths.data.mkdir()
    identity = TopicIdentity("cluster", "orders_topic", "one")
    letters = [
        DeadLetter(0, number, "out_of_range", "order.quantity", b"key", event(number, quantity=-1))
        for number in range(count)
    ]
    with closing(DuckDbWarehouse(settings, clock=SystemClock())) as warehouse:
        warehouse.register_partitions(identity, {0: 0})
        advance = OffsetAdvance(0, 0, count)
        warehouse.write_batch(RawBatch(identity, datetime.now(UTC), [], [], [], letters, [advance]))


def test_a_letter_is_corrected_in_a_persons_editor_and_replayed(folder: Path) -> None:
    store_letters(folder, 3)
    editor = folder / "editor"
    editor.write_text(EDITOR)
    editor.chmod(0o700)
    with Tmux(folder, f"export EDITOR={editor}; " + in_a_shell("--data-dir", "data")) as tmux:
        tmux.wait_for("producer")
        tmux.press("6", "m")
        tmux.wait_for("3 pending")
        tmux.wait_for("1 to 3 of 3")
        tmux.press("e")
        tmux.wait_for('"quantity": -1')
        tmux.press("C-e")
        tmux.wait_for("the consumer takes this payload")
        tmux.wait_for(r'\+.*"quantity": 2')
        tmux.press("C-s")
        tmux.wait_for("1 edited")
        tmux.press("r")
        tmux.wait_for(r"Replay 1 dead letter\?")
        tmux.press("y")
        tmux.wait_for("1 of 1 replayed")
        tmux.wait_for("2 pending")
        tmux.press("C-c")
        tmux.wait_for("1 record is not stored")
        tmux.press("L")
        tmux.wait_for("ended with", 60)
        tmux.wait_for("settings kept")
    assert (folder / "before").read_text() == (folder / "after").read_text()


def test_a_replay_is_cancelled_from_the_desk_and_the_rest_stays_listed(folder: Path) -> None:
    store_letters(folder, 20_000)
    with Tmux(folder, in_a_shell("--data-dir", "data")) as tmux:
        tmux.wait_for("producer")
        tmux.press("6", "m")
        tmux.wait_for("20,000 pending")
        tmux.press("R")
        tmux.wait_for(r"Replay 20,000 dead letters\?")
        tmux.press("y")
        tmux.wait_for("replay: [1-9][0-9,]* of 20,000")
        tmux.press("x")
        tmux.wait_for("cancelled")
        tmux.wait_for(r" 1?\d,\d{3} pending")


def test_a_console_beside_a_service_looks_at_the_cluster_and_any_place_of_a_topic(
    folder: Path,
) -> None:
    with commands(folder) as dropship:
        dropship("seed", "--orders", "300").done()
        dropship.start("serve", "--validate-every", "0")
        wait_until(lambda: dropship("status").code in {0, 1}, seconds=60)
        dropship("produce", "--rate", "0").done()
        with Tmux(folder, in_a_shell("--data-dir", "data")) as tmux:
            tmux.wait_for("attached|service")
            tmux.press("E")
            tmux.wait_for(r"orders_topic +\d+ +300")
            tmux.press("p")
            tmux.wait_for("live tail")
            tmux.wait_for("ORDER_0")
            tmux.press("j", "j")
            dropship("produce", "--rate", "0").done()
            tmux.wait_for(r"\+300 new")
            tmux.press("g")
            tmux.wait_for("newest first")
            tmux.press("b")
            tmux.wait_for("from begin · 500 records")
            tmux.press("n")
            tmux.wait_for("100 records")
            # A key straight after escape would arrive as one with Alt.
            tmux.press("Escape")
            tmux.wait_for(r"\[topics\]")
            tmux.press("Escape")
            tmux.wait_for("1 Seed")
            tmux.press(":")
            tmux.press("-l", "seek 0@20")
            tmux.press("Enter")
            tmux.wait_for("from 0@20")
            tmux.press("Escape")
            tmux.wait_for("1 Seed")
            tmux.press("q")
            tmux.wait_for("ended with 0", 60)
        dropship("stop").done()
