"""All five panes in one picture, in each state."""

import pytest

from tests.support.scenes import STATES

pytestmark = pytest.mark.snapshots


@pytest.mark.parametrize("code", ["en", "fr"])
@pytest.mark.parametrize("state", STATES)
def test_the_board(picture, state, code):
    assert picture(state, (120, 36), code)
