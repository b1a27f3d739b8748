"""How states are named, coloured and signed, and how errors stand in a pane."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import use_language
from core.validation.model import Status
from core.workers import FINAL_STATES, RunState, state_name
from tests.unit.tui.drawing import roles_of
from tui.views.frame import ActionKey, keyed, problem, state_role, state_sign, wrap
from tui.views.strip import status_sign


@pytest.fixture(autouse=True)
def english():
    yield
    use_language("en")


@pytest.mark.parametrize("code", ["en", "fr"])
def test_every_state_has_a_name_of_its_own_that_fits_the_strip(code):
    use_language(code)
    names = [state_name(state) for state in RunState]
    assert len(set(names)) == len(RunState)
    assert max(map(len, names)) <= 9


@pytest.mark.parametrize("state", RunState)
def test_signs_tell_work_from_rest_and_trouble_without_colour(state):
    fancy, plain = (state_sign(state, ascii_only=ascii_only) for ascii_only in (False, True))
    assert plain.text.isascii()
    assert len(fancy.text) == len(plain.text) == 1
    assert fancy.role == plain.role == state_role(state)
    at_rest = state in FINAL_STATES - {RunState.FAILED}
    assert (fancy.text == "○") is at_rest
    assert (state_role(state) == "bad") is (state is RunState.FAILED)
    assert (state_role(state) == "ok") is (state is RunState.RUNNING)


def test_verdicts_differ_without_colour_as_far_as_it_matters():
    for ascii_only in (False, True):
        signs = {status: status_sign(status, ascii_only=ascii_only) for status in Status}
        assert signs[Status.FAIL] == signs[Status.ERROR]
        assert len({sign.text for sign in signs.values()}) == 3


def test_an_error_says_what_and_below_it_how_to_mend_it():
    lines = problem("no broker for 30 seconds", "check that it runs", 14)
    assert [entry.text for entry in lines] == [
        "no broker for",
        "30 seconds",
        "check that it",
        "runs",
    ]
    assert roles_of(lines, "broker") == {"bad"}
    assert roles_of(lines, "runs") == {"dim"}
    assert len(problem("gone", "", 14)) == 1


@given(st.text(st.sampled_from("ab é-"), max_size=200), st.integers(-5, 60))
def test_wrapping_keeps_every_word_within_the_width(text, width):
    parts = wrap(text, width)
    assert all(len(part) <= max(width, 10) for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_text_names_the_keys_that_hold_now():
    def bound(action):
        return {
            "a": ActionKey("2 f5", "start", "f5", moved=True),
            "b": ActionKey("2 +", "faster", "+"),
        }.get(action)

    assert keyed("[s] starts, [+-] rate", {"s": "c", "+-": "b b"}, bound) == "[s] starts, [+-] rate"
    assert keyed("[s] starts [5]", {"s": "a"}, bound) == "[f5] starts [5]"
    assert keyed("[2 s] starts", {"2 s": "a"}, bound, whole=True) == "[2 f5] starts"
    assert keyed("[+-] rate", {"+-": "b a"}, bound) == "[+f5] rate"
