"""Figures as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.figures import read_figure


@pytest.mark.parametrize(
    "text",
    [
        "1,000,000",
        "1 000 000",
        "1_000_000",
        "1M",
        "1 000k",
        "1\u00a0000\u00a0000",
        "1e6",
        "1000000.0",
    ],
)
def test_a_million_may_be_written_in_many_ways(text: str) -> None:
    assert read_figure(text) == 1_000_000


@pytest.mark.parametrize(
    ("text", "value"),
    [("12,5", "12.5"), ("0,125", "0.125"), ("2.5k", "2500"), ("1,234.5", "1234.5"), ("-3", "-3")],
)
def test_points_commas_and_units_are_told_apart(text: str, value: str) -> None:
    assert read_figure(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["", "fast", "1.2.3", "1,2,3", "nan", "inf", "5 apples", "٣", "1" * 99]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"|fast"):
        read_figure(text)


@given(st.integers(-(10**15), 10**15))
def test_thousands_that_are_grouped_are_read_back(value: int) -> None:
    assert read_figure(f"{value:,}") == value
    assert read_figure(f"{value:_}") == value
