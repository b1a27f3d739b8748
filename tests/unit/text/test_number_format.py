"""Numbers as each language writes them."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import use_language
from core.text.number_format import count, decimal, percent


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    use_language("en")


@pytest.mark.parametrize(("code", "shown"), [("en", "-1,234,567"), ("fr", "-1\u00a0234\u00a0567")])
def test_whole_numbers(code: str, shown: str) -> None:
    use_language(code)
    assert count(-1_234_567) == shown


@pytest.mark.parametrize(
    ("code", "shown"), [("en", "1,234,567.50"), ("fr", "1\u00a0234\u00a0567,50")]
)
def test_money(code: str, shown: str) -> None:
    use_language(code)
    assert decimal(Decimal("1234567.5"), 2) == shown


def test_money_is_exact() -> None:
    assert decimal(Decimal("99999999999999999999.99"), 2) == "99,999,999,999,999,999,999.99"


@pytest.mark.parametrize(
    ("code", "share", "shown"),
    [
        ("en", 0.5, "50 %"),
        ("en", 0.00012, "0.012 %"),
        ("fr", 0.00012, "0,012\u00a0%"),
        ("fr", 1.0, "100\u00a0%"),
        ("en", 0.0, "0 %"),
    ],
)
def test_shares(code: str, share: float, shown: str) -> None:
    use_language(code)
    assert percent(share) == shown


@pytest.mark.parametrize("code", ["en", "fr"])
@given(value=st.integers())
def test_a_whole_number_can_be_read_back_and_never_breaks(code: str, value: int) -> None:
    use_language(code)
    shown = count(value)
    assert int(shown.replace(",", "").replace("\u00a0", "")) == value
    assert " " not in shown
