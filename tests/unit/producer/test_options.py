import math
from typing import Any

import pytest

from core.errors import UsageError
from core.producer.options import ProduceOptions


@pytest.mark.parametrize(
    ("option", "wrong"),
    [
        ("--mode", {"mode": "both"}),
        ("--profile", {"profile": "sawtooth"}),
        ("--rate", {"rate": -1}),
        ("--rate", {"rate": math.nan}),
        ("--rate", {"rate": math.inf}),
        ("--limit", {"limit": 0}),
        ("--duration", {"duration_s": 0}),
        ("--duration", {"duration_s": math.nan}),
        ("--duplicates", {"duplicates": 1.01}),
        ("--late", {"late": -0.1}),
        ("--poison", {"poison": math.nan}),
        ("--seed", {"seed": -1}),
    ],
)
def test_an_option_that_cannot_be_used_is_named(option: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=option) as caught:
        ProduceOptions(**wrong)
    assert caught.value.hint


def test_the_defaults_and_the_bounds_are_good() -> None:
    assert not ProduceOptions().injects
    assert ProduceOptions(rate=0, limit=1, duplicates=1.0, late=0.0, poison=1.0).injects
