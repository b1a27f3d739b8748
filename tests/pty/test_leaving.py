"""Leaving a console whose own broker holds records that nobody stored: asked, stored, or said."""

import json
import signal

import duckdb
import pytest

from tests.pty.test_signals import FIRST_SIGHT, assert_as_it_was
from tests.support.processes import commands
from tests.support.terminal import Terminal

pytestmark = pytest.mark.slow

ORDERS = 5_506
QUESTION = "5,506 records are not stored"
LOST = "5,506 records were not stored and ended with the embedded broker: they are lost"


@pytest.fixture
def folder(tmp_path):
    """A folder with orders to publish."""
    with commands(tmp_path) as dropship:
        dropship("seed", "--customers", "50", "--products", "20", "--orders", str(ORDERS)).done()
    return tmp_path


def publish_all(terminal):
    """Publish every order while no consumer runs."""
    terminal.wait_for(FIRST_SIGHT)
    terminal.press("2fs")
    # The screen draws what changed, so a figure and its name need not come together.
    terminal.wait_for("5,506")
    terminal.wait_for("stopped")


def ask(terminal, keys="q"):
    """Leave, as far as the question."""
    since = len(terminal.output)
    terminal.press(keys)
    terminal.wait_for(QUESTION, since=since)


def stored(folder):
    """Return raw events and merged orders."""
    with duckdb.connect(str(folder / "data" / "warehouse.duckdb")) as base:
        counts = [
            base.execute(f"SELECT count(*) FROM mon_schema.{name}").fetchone()[0]
            for name in ("orders_events", "orders")
        ]
    return tuple(counts)


def break_warehouse(folder):
    """Let every batch fail: the table of raw events lacks a column."""
    with commands(folder) as dropship, dropship.warehouse():
        pass
    with duckdb.connect(str(folder / "data" / "warehouse.duckdb")) as base:
        base.execute("ALTER TABLE mon_schema.dead_letters DROP COLUMN reason")
        base.execute("ALTER TABLE mon_schema.consumer_offsets DROP COLUMN updated_at")


def logged(folder):
    lines = (folder / "data" / "logs" / "dropship.log").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("keys", ["q", "\x03", "\x11"], ids=["q", "ctrl+c", "ctrl+q"])
def test_store_them_now_is_the_default_and_leaves_with_0(folder, keys):
    with Terminal(folder) as terminal:
        publish_all(terminal)
        ask(terminal, keys)
        terminal.press("\r")
        assert terminal.exit_code() == 0
        assert_as_it_was(terminal)
        told = "5,506 published · 5,506 stored · 5,506 merged · 0 not stored"
        assert told in terminal.text(terminal.output.rfind(b"\x1b[?1049l"))
    assert stored(folder) == (ORDERS, ORDERS)


def test_stay_goes_on_as_before_and_the_question_comes_again(folder):
    with Terminal(folder, columns=80, rows=24) as terminal:
        publish_all(terminal)
        ask(terminal)
        since = len(terminal.output)
        terminal.press("k")
        terminal.wait_for("published per second", since=since)
        assert terminal.process.poll() is None
        ask(terminal)
        terminal.press("s")
        assert terminal.exit_code() == 0
    assert stored(folder) == (ORDERS, ORDERS)


def test_lose_them_is_told_logged_and_ends_with_1(folder):
    with Terminal(folder) as terminal:
        publish_all(terminal)
        ask(terminal)
        terminal.press("L")
        assert terminal.exit_code() == 1
        assert_as_it_was(terminal)
        assert LOST in terminal.text(terminal.output.rfind(b"\x1b[?1049l"))
    assert stored(folder) == (0, 0)
    assert [line["level"] for line in logged(folder) if line["message"] == LOST] == ["ERROR"]


def test_a_consumer_that_fails_again_is_named_and_the_question_comes_again(folder):
    break_warehouse(folder)
    with Terminal(folder) as terminal:
        publish_all(terminal)
        terminal.press("3s")
        terminal.wait_for("3 Consumer · failed")
        ask(terminal)
        since = len(terminal.output)
        terminal.press("s")
        terminal.wait_for("Storing failed", since=since)
        terminal.wait_for("updated_at", since=since)
        terminal.press("L")
        assert terminal.exit_code() == 1
        assert LOST in terminal.text(terminal.output.rfind(b"\x1b[?1049l"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_stores_what_no_consumer_has(folder, number):
    with Terminal(folder) as terminal:
        publish_all(terminal)
        terminal.process.send_signal(number)
        assert terminal.exit_code() == 128 + number
        assert_as_it_was(terminal)
    assert stored(folder) == (ORDERS, ORDERS)


def test_a_closed_terminal_stores_even_while_the_question_is_open(folder):
    with Terminal(folder) as terminal:
        publish_all(terminal)
        ask(terminal)
        terminal.hang_up()
        assert terminal.process.wait(60) == 129
    assert stored(folder) == (ORDERS, ORDERS)


def test_a_signal_that_cannot_store_says_the_number_and_keeps_its_code(folder):
    break_warehouse(folder)
    with Terminal(folder) as terminal:
        publish_all(terminal)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.exit_code() == 143
        assert_as_it_was(terminal)
        assert LOST in terminal.text(terminal.output.rfind(b"\x1b[?1049l"))
    assert [line["level"] for line in logged(folder) if line["message"] == LOST] == ["ERROR"]


def test_ctrl_c_at_the_question_forces_and_says_what_is_lost(folder):
    with Terminal(folder) as terminal:
        publish_all(terminal)
        ask(terminal)
        terminal.press("\x03")
        assert terminal.exit_code() == 130
        assert_as_it_was(terminal)
        assert LOST in terminal.text(terminal.output.rfind(b"\x1b[?1049l"))


def test_a_second_signal_does_not_wait_and_gives_the_terminal_back(folder):
    with Terminal(folder) as terminal:
        publish_all(terminal)
        terminal.process.send_signal(signal.SIGTERM)
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.exit_code() in {130, 143}  # the order of two pending signals is open
        assert_as_it_was(terminal)
        told = LOST in terminal.text(terminal.output.rfind(b"\x1b[?1049l"))
    events, _orders = stored(folder)
    assert events == ORDERS or told
