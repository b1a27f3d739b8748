"""What lies over the panes, other looks, other sizes, and what only the banner tells."""

from dataclasses import replace

import pytest

from core.operations.drain import Drained
from core.operations.leaving import LeavingSnapshot, Stage
from core.operations.snapshot import ExternalActivity
from core.operations.task import TaskSnapshot
from tests.support.core_texts import told

pytestmark = pytest.mark.snapshots

LARGE, SMALL = (120, 36), (80, 24)
OVER = {
    "help": ("running", SMALL, "en", "question_mark"),
    "help-fr": ("running", LARGE, "fr", "question_mark"),
    "palette": ("running", SMALL, "en", "ctrl+p", "p", "a", "u"),
    "palette-fr": ("running", LARGE, "fr", "ctrl+p"),
    "demonstration": ("running", SMALL, "en", "d"),
    "demonstration-fr": ("running", LARGE, "fr", "d"),
    "replacing": ("running", SMALL, "fr", "1", "g"),
    "seed-form": ("running", SMALL, "en", "1", "o"),
    "producer-form": ("running", LARGE, "fr", "2", "o"),
    "check": ("full", SMALL, "fr", "4", "j", "enter"),
    "record": ("running", SMALL, "en", "6", "j", "enter"),
    "replay": ("full", SMALL, "fr", "6", "tab", "R"),
    "alert": ("full", SMALL, "fr", "8", "enter"),
    "log-entry": ("error", LARGE, "en", "9", "G", "enter"),
    "finding": ("error", SMALL, "fr", "0", "G", "enter"),
}
"""Name of the picture: state, size and language, and the keys that lead to it."""


@pytest.mark.parametrize("name", OVER)
def test_over_the_panes(picture, name):
    state, size, code, *keys = OVER[name]
    assert picture(state, size, code, *keys)


@pytest.mark.parametrize("stage", [Stage.ASKING, Stage.STORING])
@pytest.mark.parametrize("code", ["en", "fr"])
def test_leaving(picture, code, stage, monkeypatch):
    monkeypatch.setattr("core.operations.leaving.Leaving.begin", lambda _self, _left: True)
    progress = Drained(1_200, 5_506, 830.0)
    at_stage = LeavingSnapshot(stage, progress)
    assert picture(
        "running",
        SMALL,
        code,
        "q",
        change=lambda now: replace(now, leaving=at_stage, unstored=5_506),
    )


def test_light(picture):
    assert picture("full", LARGE, "en", "t")


def test_high_contrast(picture):
    assert picture("full", LARGE, "en", "t", "t")


def test_sixteen_colours(picture):
    assert picture("full", LARGE, "en", "t", "t", "t")


def test_ascii(picture):
    assert picture("running", LARGE, "fr", ascii_only=True)


def test_without_colours(picture):
    assert picture("full", LARGE, environ={"NO_COLOR": "1"})


TINY = {
    "40x12": ("running", (40, 12)),
    "40x12-empty": ("empty", (40, 12)),
    "20x5": ("running", (20, 5)),
    "20x5-empty": ("empty", (20, 5)),
}


@pytest.mark.parametrize("name", TINY)
def test_tiny(picture, name):
    assert picture(*TINY[name])


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
    return replace(now, read_only=True, external=ExternalActivity(1_204.0, 1_198.0))


BANNERS = {
    "opening": ("empty", "en", _opening),
    "held": ("empty", "fr", _held),
    "demo": ("running", "fr", _demo),
    "others": ("empty", "fr", _others),
}


@pytest.mark.parametrize("name", BANNERS)
def test_banner(picture, name):
    state, code, change = BANNERS[name]
    assert picture(state, SMALL, code, change=change)
