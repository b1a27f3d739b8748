"""Signals end a run cleanly and say so; a second one ends it at once and says that."""

import signal
import subprocess
import time

import pytest

from core.cli.signals import _ONE_EVENT_S
from tests.support.waiting import wait_until

RUN = ("--run", "broker", "--json")
SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_one_signal_drains(dropship, number, code):
    process = dropship.start(*RUN, stub="waiting")
    dropship.ready(process)
    process.send_signal(number)
    ended = dropship.end(process)
    assert ended.code == code
    assert ended.record["drained"] is True
    assert ended.record["error"]["kind"] == "interrupted"
    assert number.name in ended.record["error"]["message"]
    assert "a second one ends at once" in ended.err


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_second_signal_forces(dropship, number, code):
    process = dropship.start(*RUN, stub="stubborn")
    dropship.ready(process)
    process.send_signal(number)
    dropship.ready(process, "a second one ends at once")
    # Two signals within a moment are one.
    told = time.monotonic()
    wait_until(lambda: time.monotonic() > told + 2 * _ONE_EVENT_S)
    process.send_signal(number)
    ended = dropship.end(process)
    assert ended.code == code
    assert ended.record["sent"] == 7
    assert "at once" in ended.record["error"]["message"]
    assert "at once" in ended.err


EARLY = """
import os, signal, sys
from core.cli import output
take = output.Output.take_stdout
def interrupted():
    os.kill(os.getpid(), signal.SIGTERM)
    return take()
output.Output.take_stdout = interrupted
from core.cli.main import entry_point
sys.exit(entry_point())
"""


def test_a_signal_before_everything_is_answered_too(dropship):
    ended = dropship("--run", "seed", "--json", script=EARLY)
    assert ended.code == 143
    assert ended.record["files"] == []


def test_waiting_for_a_broker_that_is_absent_ends_cleanly(dropship):
    process = dropship.start(*RUN, stub="absent")
    dropship.ready(process)
    process.send_signal(signal.SIGTERM)
    assert dropship.end(process).record["exit_code"] == 143


def test_the_real_consumer_can_be_stopped_while_it_waits(dropship):
    process = dropship.start("--run", "consume", "--json")
    dropship.ready(process, "no embedded broker")
    process.send_signal(signal.SIGINT)
    assert dropship.end(process).record["exit_code"] == 130


def test_the_real_broker_says_what_it_did(dropship):
    process = dropship.start("--run", "broker", "--json", stderr=subprocess.DEVNULL)
    announced = dropship.folder / "data" / "broker.json"
    wait_until(announced.exists)
    process.send_signal(signal.SIGTERM)
    ended = dropship.end(process)
    assert ended.code == 143
    assert ended.record["records"] == 0
    assert not announced.exists()


def test_a_seed_run_that_is_stopped_leaves_no_file(dropship):
    process = dropship.start("--run", "seed", "--json", "--orders", "50000000")
    folder = dropship.folder / "data" / "seed"
    wait_until(lambda: folder.exists() and len(list(folder.iterdir())) > 1)
    process.send_signal(signal.SIGTERM)
    ended = dropship.end(process)
    assert ended.code == 143
    assert ended.record["files"] == []
    assert not list(folder.rglob("*.csv*"))
