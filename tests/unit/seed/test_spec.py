"""Options that cannot be used are refused with their name and bounds."""

from datetime import date
from typing import Any

import pytest

from core.errors import UsageError
from core.seed.spec import MOST_ROWS, SeedSpec


def test_defaults() -> None:
    spec = SeedSpec()
    assert (spec.customers, spec.products, spec.orders, spec.seed) == (1000, 200, 5000, 42)
    assert (spec.start, spec.end, spec.days) == (date(2024, 1, 1), date(2024, 12, 31), 366)
    assert spec.rows == 6200


@pytest.mark.parametrize(
    ("option", "values"),
    [
        ("--customers", {"customers": 0}),
        ("--customers", {"customers": MOST_ROWS + 1}),
        ("--products", {"products": 0}),
        ("--products", {"products": -1}),
        ("--orders", {"orders": -1}),
        ("--orders", {"orders": MOST_ROWS + 1}),
        ("--seed", {"seed": -1}),
        ("--seed", {"seed": 2**63}),
        ("--end", {"start": date(2024, 5, 2), "end": date(2024, 5, 1)}),
        ("--end", {"start": date(2000, 1, 1), "end": date(2030, 1, 1)}),
        ("--start", {"start": date(1, 1, 1)}),
        ("--end", {"end": date(9999, 12, 31)}),
    ],
)
def test_out_of_bounds(option: str, values: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        SeedSpec(**values)
    assert option in caught.value.message
    assert caught.value.hint
    assert caught.value.exit_code == 2


def test_bounds_themselves_are_allowed() -> None:
    SeedSpec(customers=MOST_ROWS, products=MOST_ROWS, orders=MOST_ROWS, seed=2**63 - 1)
    SeedSpec(customers=1, products=1, orders=0, seed=0)
    SeedSpec(start=date(2024, 5, 1), end=date(2024, 5, 1))
