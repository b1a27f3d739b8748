"""A count is told in the form that the number wants: no text says "1 rows"."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from core.text import amounts, use_language

ROOT = Path(__file__).parents[3]
THINGS = (
    "rows|records|events|orders|customers|products|partitions|letters|offsets|columns|fields|"
    "decimals|duplicates|seconds"
)
COUNTED = re.compile(rf"\{{\w+\}} (?:[a-z]+ )?(?:{THINGS})\b")


def test_what_is_counted_has_a_plural():
    with (ROOT / "core/text/locale/fr/LC_MESSAGES/dropship.po").open("rb") as file:
        single = [entry.id for entry in read_po(file) if isinstance(entry.id, str)]
    assert [text for text in single if COUNTED.search(text)] == []


@pytest.mark.parametrize(
    ("language", "number", "expected"),
    [
        ("en", 0, "0 records"),
        ("en", 1, "1 record"),
        ("en", 2, "2 records"),
        ("fr", 0, "0 enregistrement"),
        ("fr", 1, "1 enregistrement"),
        ("fr", 2_000, "2\u00a0000 enregistrements"),
    ],
)
def test_each_language_counts_by_its_own_rule(language, number, expected):
    try:
        use_language(language)
        assert amounts.records(number) == expected
    finally:
        use_language("en")
