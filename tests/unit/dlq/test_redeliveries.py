"""How often a letter was replayed is in its headers, and what nonsense there counts as none."""

from dataclasses import replace

import pytest

from core.dlq.redeliveries import REDELIVERY_HEADER, redeliveries
from tests.unit.dlq.test_edited_letters import letter


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ((), 0),
        (((REDELIVERY_HEADER, b"0"),), 0),
        (((REDELIVERY_HEADER, b"7"), ("other", b"9")), 7),
        ((("other", b"9"), (REDELIVERY_HEADER, b"12")), 12),
        (((REDELIVERY_HEADER, None),), 0),
        (((REDELIVERY_HEADER, b"-3"),), 0),
        (((REDELIVERY_HEADER, b"x"), (REDELIVERY_HEADER, b"2")), 2),
    ],
)
def test_the_header_counts(headers, expected):
    assert REDELIVERY_HEADER == "dropship-redeliveries"
    assert redeliveries(replace(letter(b"{"), headers=headers)) == expected
