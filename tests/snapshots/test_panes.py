"""Each of the five panes with the screen for itself: maximised, and in tabs on a small terminal."""

import pytest

from tests.support.scenes import STATES

pytestmark = pytest.mark.snapshots

PANES = {"seed": "1", "producer": "2", "consumer": "3", "validation": "4", "kpis": "5"}
LARGE, SMALL = (120, 36), (80, 24)


@pytest.mark.parametrize("pane", PANES)
def test_maximised(picture, pane):
    assert picture("full", LARGE, "en", PANES[pane], "z")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("pane", PANES)
def test_in_tabs(picture, pane, state):
    assert picture(state, SMALL, "en", PANES[pane])


@pytest.mark.parametrize("pane", PANES)
def test_in_tabs_in_french(picture, pane):
    assert picture("full", SMALL, "fr", PANES[pane])
