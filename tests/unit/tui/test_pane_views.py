"""Every pane in every state at every size: nothing is wider or higher than its room."""

from collections.abc import Callable, Sequence

import pytest

from core.operations.snapshot import ControllerSnapshot
from tests.support.panes import PREVIEWS, STATES, past
from tui.formats import Formats
from tui.styled_text import Line
from tui.views.consumer import consumer
from tui.views.frame import Frame
from tui.views.kpis import kpis
from tui.views.producer import producer
from tui.views.seed import seed
from tui.views.validation import validation_foot, validation_head

View = Callable[[ControllerSnapshot, Frame], list[Line]]

PAST = past("PASS", "WARN", "FAIL", *["PASS"] * 40)
VIEWS: dict[str, View] = {
    "seed": lambda now, frame: seed(now, frame, PREVIEWS),
    "producer": producer,
    "consumer": consumer,
    "validation": validation_head,
    "validation, below": lambda now, frame: validation_foot(now, PAST, frame),
    "kpis": kpis,
}
BOARD = [(33, 7), (70, 14), (70, 7), (42, 30)]
FULL = [(36, 8), (76, 19), (116, 31), (156, 45)]


def text(lines: Sequence[Line]) -> str:
    return "\n".join(line.text for line in lines)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("code", ["en", "fr"])
def test_a_view_keeps_to_its_room(name: str, state: str, code: str) -> None:
    for full, sizes in ((False, BOARD), (True, FULL)):
        for width, height in sizes:
            frame = Frame(width, height, Formats(code), full=full)
            lines = VIEWS[name](STATES[state], frame)
            too_wide = [line.text for line in lines if line.width > width]
            assert too_wide == [], (full, width, height)
            if full:
                assert len(lines) <= height, (full, width, height)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", VIEWS)
def test_a_view_draws_its_charts_in_ascii_only_where_it_has_to(name: str, state: str) -> None:
    frame = Frame(116, 31, Formats("en"), ascii_only=True, full=True)
    shown = text(VIEWS[name](STATES[state], frame))
    assert not set(shown) & set("⠀⡇⣀█▰▱│┤└┬")


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_holds_in_the_smallest_of_rooms(name: str) -> None:
    for now in STATES.values():
        for full in (False, True):
            for width, height in ((16, 3), (1, 1)):
                VIEWS[name](now, Frame(width, height, Formats("en"), full=full))
