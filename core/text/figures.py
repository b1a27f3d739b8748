"""Figures as people write them, read as numbers: 1,000,000, 1 000 000, 1_000_000, 1M, 12,5."""

import re
from decimal import Decimal

_SPACES = str.maketrans("", "", " _'’\u00a0\u202f\u2009")
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
_FIGURE = re.compile(r"([+-]?[0-9.,]+(?:e[+-]?[0-9]{1,3})?)([kmg]?)", re.IGNORECASE | re.ASCII)
_GROUPS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?", re.ASCII)
_LONGEST = 60


def read_figure(text: str) -> Decimal:
    """Return the number that a text says; k, M and G stand for thousands, millions, billions.

    A comma before groups of three digits parts thousands, any other single one is a decimal comma.
    Errors: ValueError for anything that is not one finite number.
    """
    found = _FIGURE.fullmatch(text.strip().translate(_SPACES)) if len(text) <= _LONGEST else None
    if found is None:
        raise ValueError(text[:_LONGEST])
    digits, unit = found[1], found[2].lower()
    if _GROUPS.fullmatch(digits):
        digits = digits.replace(",", "")
    elif "." not in digits:
        digits = digits.replace(",", ".", 1)
    try:
        value = Decimal(digits) * _UNITS[unit]
    except ArithmeticError:
        raise ValueError(text) from None
    return value
