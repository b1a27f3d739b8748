"""What lies over the panes, other looks, other sizes, and what only the banner tells."""

from dataclasses import replace

import pytest

from core.operations.snapshot import Others
from core.operations.task import TaskSnapshot
from tests.support.core_texts import told

pytestmark = pytest.mark.snapshots

LARGE, SMALL = (120, 36), (80, 24)
OVER = {
    "help": ("running", "question_mark"),
    "palette": ("running", "colon", "p", "a", "u"),
    "demonstration": ("running", "d"),
    "replacing": ("running", "1", "g"),
    "seed-form": ("running", "1", "o"),
    "producer-form": ("running", "2", "o"),
    "check": ("full", "4", "j", "enter"),
    "record": ("running", "6", "j", "enter"),
    "replay": ("full", "6", "tab", "R"),
    "alert": ("full", "8", "enter"),
    "log-entry": ("error", "9", "G", "enter"),
    "finding": ("error", "0", "G", "enter"),
}


@pytest.mark.parametrize("name", OVER)
def test_over_the_panes(picture, name):
    state, *keys = OVER[name]
    assert picture(state, SMALL, "en", *keys)


@pytest.mark.parametrize("name", OVER)
def test_over_the_panes_in_french(picture, name):
    state, *keys = OVER[name]
    assert picture(state, LARGE, "fr", *keys)


@pytest.mark.parametrize("code", ["en", "fr"])
def test_leaving(picture, code, monkeypatch):
    monkeypatch.setattr("tui.app.Console._close", lambda _console: None)
    assert picture("running", SMALL, code, "q")


def test_light(picture):
    assert picture("full", LARGE, "en", "t")


def test_sixteen_colours(picture):
    assert picture("full", LARGE, "en", "t", "t")


@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_ascii(picture, size):
    assert picture("running", size, "fr", ascii_only=True)


def test_without_colours(picture, monkeypatch):
    assert picture("full", LARGE, environ={"NO_COLOR": "1"})


@pytest.mark.parametrize("size", [(40, 12), (20, 5)])
@pytest.mark.parametrize("state", ["empty", "running", "error"])
def test_tiny(picture, state, size):
    assert picture(state, size)


def _opening(now):
    return replace(now, ready=False, opening=TaskSnapshot(running=True))


def _held(now):
    error = told(
        "the warehouse {file} is in use by {holder}",
        file="data/warehouse.duckdb",
        holder=told("another process"),
    )
    hint = told("end that process, or choose another --data-dir")
    return replace(now, ready=False, opening=TaskSnapshot(error=error, hint=hint, ended_at=now.at))


def _demo(now):
    return replace(now, demo=TaskSnapshot(running=True, done=2, step=told("publish and consume")))


def _others(now):
    return replace(now, read_only=True, others=Others(1_204.0, 1_198.0))


BANNERS = {
    "opening": ("empty", _opening),
    "held": ("empty", _held),
    "demo": ("running", _demo),
    "others": ("empty", _others),
}


@pytest.mark.parametrize("code", ["en", "fr"])
@pytest.mark.parametrize("name", BANNERS)
def test_banner(picture, name, code):
    state, change = BANNERS[name]
    assert picture(state, SMALL, code, change=change)
