"""The board: lines every three seconds, bars on a terminal, nothing when quiet, never an error."""

import io
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cli.progress import ProgressPrinter


class HandClock:
    """Moves only when told to."""

    def __init__(self) -> None:
        self.at = 100.0

    def now(self):
        raise NotImplementedError

    def monotonic(self) -> float:
        return self.at

    def wait(self, event: Event, seconds: float) -> bool:
        self.at += seconds
        return event.is_set()


class Screen:
    def __init__(self, *, bars: bool = False, silent: bool = False) -> None:
        self.stream = io.StringIO()
        self.clock = HandClock()
        self.printer = ProgressPrinter(self.stream, self.clock, bars=bars, silent=silent)

    def after(self, seconds: float) -> str:
        """Paint so much later; return what is new."""
        self.clock.at += seconds
        before = self.stream.tell()
        self.printer.paint()
        return self.stream.getvalue()[before:]


def test_a_line_every_three_seconds_with_rate_and_time_left():
    screen = Screen()
    screen.printer.start("seed", 1_000, "rows")
    screen.printer.update("seed", 0)
    assert screen.after(1.0) == ""
    screen.printer.update("seed", 200)
    assert screen.after(1.0) == ""
    screen.printer.update("seed", 400)
    assert screen.after(1.0) == "seed: 400 / 1,000 rows, 40 %, 200/s, 3.0 s left\n"
    assert screen.after(2.9) == ""
    assert screen.after(0.2).startswith("seed: 400")


def test_a_task_without_a_total_shows_its_note():
    screen = Screen()
    screen.printer.start("produce", None, "events")
    screen.printer.update("produce", 0, "broker full: start the consumer")
    assert "broker full: start the consumer" in screen.after(3.0)


@pytest.mark.parametrize("bars", [False, True])
@pytest.mark.parametrize(
    "note",
    [
        "no embedded broker runs for /srv/orders/data",
        "cannot read /s: no such file",
        "waiting: 12 dead letters/s are too many",
    ],
)
def test_a_note_is_shown_whatever_it_says(bars, note):
    screen = Screen(bars=bars)
    screen.printer.start("wait", None, "")
    screen.printer.update("wait", 0, note)
    assert note in screen.after(3.0)
    screen.printer.close()


def test_a_short_task_says_nothing_a_long_one_says_how_it_ended():
    screen = Screen()
    screen.printer.start("short", 10, "rows")
    screen.printer.update("short", 10)
    screen.printer.finish("short")
    assert screen.after(0.1) == ""
    screen.printer.start("long", 70, "rows")
    screen.clock.at += 7
    screen.printer.update("long", 70)
    screen.printer.finish("long")
    assert screen.after(0) == "long: 70 rows in 7.0 s, 10/s\n"
    assert screen.after(10) == ""


def test_quiet_keeps_lines_and_drops_progress():
    screen = Screen(silent=True, bars=True)
    screen.printer.start("seed", 10, "rows")
    screen.printer.update("seed", 5)
    screen.printer.line("dropship: error: x")
    assert screen.after(10) == "dropship: error: x\n"


def test_bars_show_share_and_leave_a_line_in_the_end():
    screen = Screen(bars=True)
    screen.printer.start("seed", 100, "rows")
    screen.printer.update("seed", 50)
    assert "50%" in screen.after(1)
    screen.printer.line("a warning")
    assert "a warning\n" in screen.after(1)
    screen.printer.update("seed", 100)
    screen.printer.finish("seed")
    assert "seed: 100 rows in 2.0 s, 50/s\n" in screen.after(0)
    screen.printer.close()


def test_a_task_may_start_again_under_its_name():
    screen = Screen()
    screen.printer.start("merge", 10, "rows")
    screen.printer.finish("merge")
    screen.printer.start("merge", 20, "rows")
    screen.printer.update("merge", 5)
    assert "5 / 20 rows" in screen.after(3)


def test_updates_of_tasks_that_never_began_are_ignored():
    screen = Screen()
    screen.printer.update("x", 1)
    screen.printer.finish("x")
    assert screen.after(3) == ""


@given(name=st.text(), unit=st.text(), note=st.text(), done=st.integers(0, 10**12))
@pytest.mark.parametrize("bars", [False, True])
def test_hostile_texts_are_harmless(bars, name, unit, note, done):
    screen = Screen(bars=bars)
    screen.printer.start(name, done or None, unit)
    screen.printer.update(name, done, note)
    shown = screen.after(3)
    screen.printer.close()
    allowed = {"\n", "\r", "\x1b"} if bars else {"\n"}
    assert not {char for char in shown if ord(char) < 32} - allowed
    assert "\u202e" not in shown
    assert bars or shown.count("\n") == 1


class BrokenStream(io.StringIO):
    def write(self, _text: str) -> int:
        raise BrokenPipeError


def test_a_stream_that_breaks_stops_nobody():
    printer = ProgressPrinter(BrokenStream(), HandClock(), bars=False, silent=False)
    printer.line("x")
    printer.paint()
    printer.close()
    nowhere = ProgressPrinter(None, HandClock(), bars=False, silent=False)
    nowhere.line("x")
    nowhere.paint()
