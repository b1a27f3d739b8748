"""ctrl+z: the screen goes, the pipeline does not; `fg` brings back a screen that shows it all."""

import os
import signal

import psutil
import pytest

from tests.pty.test_signals import FIRST_SIGHT, start_demo
from tests.support.processes import commands
from tests.support.terminal import Terminal
from tests.support.waiting import wait_until


def is_stopped(terminal):
    return psutil.Process(terminal.process.pid).status() == psutil.STATUS_STOPPED


def suspend(terminal):
    terminal.press("\x1a")
    terminal.wait_until(lambda: is_stopped(terminal), "a stopped console")
    assert terminal.modes() == terminal.before
    for code in (b"1049", b"1003", b"2004"):
        on, off = b"\x1b[?" + code + b"h", b"\x1b[?" + code + b"l"
        terminal.wait_until(
            lambda on=on, off=off: terminal.output.rfind(off) > terminal.output.rfind(on) >= 0,
            f"{off!r}",
        )


def resume(terminal, shows):
    since = len(terminal.output)
    os.kill(terminal.process.pid, signal.SIGCONT)
    terminal.wait_for(shows, since=since)
    assert terminal.output.rfind(b"\x1b[?1049h") > terminal.output.rfind(b"\x1b[?1049l")
    assert terminal.modes() != terminal.before
    since = len(terminal.output)
    terminal.press("3")
    terminal.wait_for("3 Consumer", since=since)


@pytest.mark.slow
def test_a_console_in_which_nothing_runs_is_suspended_and_comes_back(tmp_path):
    with Terminal(tmp_path) as terminal:
        terminal.wait_for(FIRST_SIGHT)
        suspend(terminal)
        resume(terminal, FIRST_SIGHT)
        terminal.press("q")
        assert terminal.exit_code() == 0


@pytest.mark.slow
def test_a_console_that_does_the_work_itself_is_not_and_says_what_to_do(tmp_path):
    with Terminal(tmp_path) as terminal:
        start_demo(terminal)
        since = len(terminal.output)
        terminal.press("\x1a")
        terminal.wait_for("would stand still", since=since)
        assert not is_stopped(terminal)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.exit_code() == 143


@pytest.mark.slow
@pytest.mark.parametrize("how", ["key", "signal"])
def test_the_service_goes_on_and_the_history_has_no_gap(tmp_path, how):
    with commands(tmp_path) as dropship:
        dropship("seed", "--customers", "50", "--products", "20", "--orders", "400").done()
        service = dropship.start("serve", "--validate-every", "0")
        wait_until(lambda: service.ended or dropship("status").code == 0, seconds=60)
        with Terminal(tmp_path) as terminal:
            terminal.wait_for("attached")
            if how == "key":
                suspend(terminal)
            else:
                terminal.process.send_signal(signal.SIGTSTP)
                terminal.wait_until(lambda: is_stopped(terminal), "a stopped console")
            assert dropship("produce", "--rate", "200").done()["acked"] == 400
            wait_until(lambda: dropship("status").record["consumer"]["stored"] == 400, seconds=60)
            assert is_stopped(terminal)
            resume(terminal, "400")
            terminal.press("q")
            assert terminal.exit_code() == 0
        assert dropship("stop").done()["pid"] == service.pid
        assert service.end().record["stored"] == 400
