"""Figures as the console writes them, held to what Babel makes of CLDR's rules."""

from decimal import Decimal

import pytest
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from tui.formats import Formats

LOCALES = {"en": "en_IE", "fr": "fr_FR"}
WHOLE_EUROS = {"en": "¤#,##0", "fr": "#,##0\u00a0¤"}


def wide(text: str) -> str:
    """Return a text of Babel's with the space that every terminal's font has."""
    return text.replace("\u202f", "\u00a0")


@pytest.mark.parametrize("code", LOCALES)
@given(value=st.integers(-(10**15), 10**15))
def test_counts_are_those_of_the_language(code: str, value: int) -> None:
    assert Formats(code).count(value) == wide(format_decimal(value, locale=LOCALES[code]))


@pytest.mark.parametrize("code", LOCALES)
@given(amount=st.decimals(-(10**12), 10**12, places=4))
def test_money_is_that_of_the_language(code: str, amount: Decimal) -> None:
    form, locale = Formats(code), LOCALES[code]
    assert form.money(amount) == wide(format_currency(amount, "EUR", locale=locale))
    whole = format_currency(amount, "EUR", WHOLE_EUROS[code], locale=locale, currency_digits=False)
    assert form.money(amount, cents=False) == wide(whole)


@pytest.mark.parametrize(
    ("code", "count", "money", "short"),
    [
        ("en", "1,234,567", "€1,234.50", "12.3k"),
        ("fr", "1\u00a0234\u00a0567", "1\u00a0234,50\u00a0€", "12,3k"),
    ],
)
def test_figures_read_like_this(code: str, count: str, money: str, short: str) -> None:
    form = Formats(code)
    assert form.count(1_234_567) == count
    assert form.money(Decimal("1234.50")) == money
    assert form.short(12_345) == short
