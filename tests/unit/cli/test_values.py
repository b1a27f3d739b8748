"""Values of options: what is read, and that every refusal names the option."""

import math
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.cli import values
from core.errors import UsageError


@given(number=st.integers(-(10**17), 10**17))
def test_whole_numbers_are_read_as_they_are(number):
    assert values.integer("--n")(str(number)) == number


@given(text=st.text(max_size=12))
@example(text="0\x1f")
def test_any_text_is_a_number_or_refused_by_the_name_of_the_option(text):
    for reader in (values.integer("--n", 0), values.number("--n", 0), values.seconds("--n")):
        try:
            value = reader(text)
        except UsageError as error:
            assert error.message.startswith("--n: ")  # noqa: PT017 - both ends are fine
        else:
            assert math.isfinite(value)
            assert value >= 0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30", 30), ("1.5", 1.5), ("90s", 90), ("5m", 300), ("1h", 3600), ("250ms", 0.25), ("0", 0)],
)
def test_durations(text, seconds):
    assert values.seconds("--n")(text) == seconds


@pytest.mark.parametrize("text", ["", "-1", "s", "1d", "1e3", "nan", "inf", "1 2", "\u0661"])
def test_what_is_no_duration(text):
    with pytest.raises(UsageError, match=r"--n: .* is not a duration"):
        values.seconds("--n")(text)


def test_bounds_are_told():
    with pytest.raises(UsageError, match="--n: '0' is too small: at least 1"):
        values.integer("--n", 1)("0")
    with pytest.raises(UsageError, match=r"--n: '1\.5' is too large: at most 1"):
        values.number("--n", 0, 1)("1.5")


def test_dates():
    assert values.day("--n")("2024-02-29") == date(2024, 2, 29)
    with pytest.raises(UsageError, match="is not a date"):
        values.day("--n")("2023-02-29")


def test_a_wrong_choice_gets_a_suggestion():
    with pytest.raises(UsageError) as caught:
        values.choice("--mode", ("replay", "stream"))("repaly")
    assert "replay, stream" in caught.value.message
    assert "replay" in caught.value.hint


def test_choices_are_taken_once_and_in_order():
    assert values.choices("--f", ("json", "html"))("html, json,html") == ("html", "json")
    with pytest.raises(UsageError):
        values.choices("--f", ("json", "html"))("json,")


def test_hostile_values_are_shown_harmless():
    with pytest.raises(UsageError) as caught:
        values.integer("--n")("\x1b]52;c;x\x07\u202e" + "9" * 500)
    assert "\x1b" not in caught.value.message
    assert "\u202e" not in caught.value.message
    assert len(caught.value.message) < 200
