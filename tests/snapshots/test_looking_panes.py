"""The panes that always have the screen for themselves, in the states that they have."""

import pytest

pytestmark = pytest.mark.snapshots

LARGE, SMALL = (120, 36), (80, 24)
SHOWN = {
    "events-empty": ("empty", "6"),
    "events-running": ("running", "6"),
    "events-held": ("paused", "6", "space"),
    "events-failing": ("error", "6"),
    "letters-none": ("empty", "6", "tab"),
    "letters-replayed": ("running", "6", "tab"),
    "letters-failing": ("error", "6", "tab"),
    "letters-filtered": ("full", "6", "tab", "slash", "c", "a", "s", "t", "enter", "j"),
    "warehouse-empty": ("empty", "7"),
    "warehouse-running": ("running", "7"),
    "warehouse-failing": ("error", "7"),
    "warehouse-merges": ("full", "7", "tab"),
    "warehouse-gaps": ("full", "7", "tab", "tab", "tab"),
    "alerts-none": ("empty", "8"),
    "alerts-raised": ("full", "8", "j"),
    "logs-empty": ("empty", "9"),
    "logs-running": ("running", "9"),
    "logs-error": ("error", "9"),
    "logs-held": ("full", "9", "ctrl+u"),
    "doctor-empty": ("empty", "0"),
    "doctor-running": ("running", "0"),
    "doctor-error": ("error", "0"),
    "doctor-sound": ("full", "0"),
    "doctor-settings": ("full", "0", "tab"),
}
"""Name of the picture: the state, and the keys that lead to it."""


@pytest.mark.parametrize("name", SHOWN)
def test_alone(picture, name):
    state, *keys = SHOWN[name]
    assert picture(state, LARGE, "en", *keys)


@pytest.mark.parametrize("name", SHOWN)
def test_small(picture, name):
    state, *keys = SHOWN[name]
    assert picture(state, SMALL, "en", *keys)


@pytest.mark.parametrize("name", SHOWN)
def test_in_french(picture, name):
    state, *keys = SHOWN[name]
    assert picture(state, SMALL, "fr", *keys)
