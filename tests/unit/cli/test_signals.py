"""Signals: the first asks, the second forces, and one kill of a group is one signal."""

import signal
import time

import pytest

from core.cli import signals
from core.cli.signals import StopSignals, exit_code_of, name_of


@pytest.fixture
def heard():
    """Take over SIGTERM and SIGHUP for a test; return what was heard."""
    kept = {number: signal.getsignal(number) for number in (2, 15, 1)}
    calls: list[str] = []
    stop = StopSignals(
        lambda number: calls.append(f"first {name_of(number)}"),
        lambda number: calls.append(f"force {name_of(number)}"),
    )
    yield stop, calls
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_the_second_signal_forces(heard, monkeypatch):
    stop, calls = heard
    stop.install()
    now = time.monotonic()
    monkeypatch.setattr(signals.time, "monotonic", lambda: now)
    signal.raise_signal(signal.SIGTERM)
    now += 0.01
    signal.raise_signal(signal.SIGTERM)
    assert calls == ["first SIGTERM"]
    now += 1
    signal.raise_signal(signal.SIGINT)
    assert calls == ["first SIGTERM", "force SIGINT"]
    assert stop.received == signal.SIGTERM


def test_a_hangup_that_the_caller_ignores_stays_ignored(heard):
    stop, calls = heard
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    stop.install()
    signal.raise_signal(signal.SIGHUP)
    assert calls == []


def test_exit_codes():
    assert [exit_code_of(number) for number in (2, 15, 1)] == [130, 143, 129]
