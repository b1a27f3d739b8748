"""Which records of a topic are wanted."""

import json
from dataclasses import dataclass

import pytest

from core.errors import UsageError
from core.query.records import Wanted


@dataclass(frozen=True)
class Kept:
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    text: bytes | None = None


ORDER = Kept(
    b"ORDER_1",
    json.dumps({"order": {"quantity": 5, "city": "Paris", "tags": ["new", "big"]}}).encode(),
    (("trace-id", b"abc"), ("empty", None)),
)
BROKEN = Kept(None, b"\xff{", ())
TYPED = Kept(b"k", b"\x00\x00", (), b'{"order": {"quantity": 1}}')


@pytest.mark.parametrize(
    ("text", "order", "broken", "typed"),
    [
        ("", True, True, True),
        ("paris", True, False, False),
        ("ORDER_1", True, False, False),
        ("abc", True, False, False),
        ("key:ORDER_1", True, False, False),
        ("key:ORDER", False, False, False),
        ("key = ORDER_1", True, False, False),
        ("header.trace-id = abc", True, False, False),
        ("order.quantity > 3", True, False, False),
        ("order.quantity > 10", False, False, False),
        ("order.quantity <= 1.0", False, False, True),
        ("order.quantity = 5", True, False, False),
        ("order.quantity != 5", False, True, True),
        ("order.city = 'Paris'", True, False, False),
        ("order.city ~ ^Par", True, False, False),
        ("order.city !~ ^Par", False, True, True),
        ("!order.city ~ ^Par", False, True, True),
        ("!paris", False, True, True),
        ("order.tags.1 = big", True, False, False),
        ("order.tags.9 = big", False, False, False),
        ("order.quantity > 3 and order.city ~ is$", True, False, False),
        ("order.quantity > 3 AND order.city = Lyon", False, False, False),
    ],
)
def test_records_are_chosen_by_words_fields_headers_and_patterns(text, order, broken, typed):
    test = Wanted.of(text).test
    assert (test(ORDER), test(BROKEN), test(TYPED)) == (order, broken, typed)


@pytest.mark.parametrize(
    "text", ["order.quantity >> 4 and (", "order.quantity >", "a = 1 and b <= ", "a == 3"]
)
def test_what_is_no_condition_is_said_at_once(text):
    with pytest.raises(UsageError, match="no condition that can be understood") as told:
        Wanted.of(text)
    assert "a.path > 3" in told.value.hint


def test_a_pattern_that_is_none_is_said_at_once():
    with pytest.raises(UsageError, match="no regular expression"):
        Wanted.of("order.city ~ (")
