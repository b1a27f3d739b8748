"""Whatever comes from outside reaches a person harmless, whole and on one line."""

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import clean
from core.text.sanitize import MAX_LENGTH, clean_tree

# Written here a second time on purpose, by category and property instead of by range.
DRIVES = {"Cc", "Cs", "Zl", "Zp"}
BIDI = set("\u061c\u200e\u200f") | {
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
HIDES = set(
    "\u00ad\u034f\u115f\u1160\u180e\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\u3164\ufeff\uffa0"
)
NONCHARACTERS = {chr(code) for code in (0xFFFE, 0xFFFF, *range(0xFDD0, 0xFDF0))}
TAGS = {chr(code) for code in range(0xE0000, 0xE0080)}

anything = st.text(alphabet=st.characters(codec=None, exclude_categories=()))
hostile = st.text(
    alphabet=st.sampled_from(
        sorted(
            {chr(code) for code in range(0xA0)}
            | BIDI
            | HIDES
            | NONCHARACTERS
            | TAGS
            | {"\ud800", "\u2028", "\u2029"}
        )
    )
)


HARMFUL = BIDI | HIDES | NONCHARACTERS | TAGS


def is_harmful(character: str) -> bool:
    return character in HARMFUL or unicodedata.category(character) in DRIVES


def printable(character: str) -> bool:
    return character.isprintable() and not is_harmful(character)


@given(st.one_of(anything, hostile))
def test_nothing_harmful_is_left(text: str) -> None:
    assert not [character for character in clean(text) if is_harmful(character)]


def test_every_single_character() -> None:
    """All of Unicode, once: harmful ones are replaced, letters and signs of all scripts stay."""
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    for character, shown in zip(everything, clean(everything, len(everything)), strict=True):
        if is_harmful(character):
            assert shown == "\ufffd", hex(ord(character))
        elif shown != character:
            kept = unicodedata.category(character)[0] in "LNPS" and character not in HIDES
            assert not kept or "FILLER" in unicodedata.name(character), hex(ord(character))


@given(st.one_of(anything, hostile), st.integers(min_value=0, max_value=50))
def test_cleaning_twice_is_cleaning_once(text: str, limit: int) -> None:
    once = clean(text, limit)
    assert clean(once, limit) == once


@given(anything, st.integers(min_value=0, max_value=50))
def test_no_more_than_the_limit(text: str, limit: int) -> None:
    shown = clean(text, limit)
    assert len(shown) == min(len(text), limit)
    assert shown.endswith("…") or len(text) <= limit or limit == 0


@given(st.binary(max_size=300), st.integers(min_value=0, max_value=50))
def test_bytes_of_any_kind(data: bytes, limit: int) -> None:
    shown = clean(data, limit)
    assert len(shown) <= limit
    assert shown == clean(data.decode("utf-8", "replace"), limit)
    assert clean(bytearray(data), limit) == clean(memoryview(data), limit) == shown


@given(
    st.text(
        alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"], codec="utf-8").filter(
            printable
        )
    )
)
def test_plain_text_is_unchanged(text: str) -> None:
    assert clean(text) == text[:MAX_LENGTH]


@pytest.mark.parametrize(
    "text",
    ["Zoë d’Aÿ – 1 234,50 €", "日本語", "שלום", "e\u0301", "👍🏽", "\u2764\ufe0f", "[red]", "[/]"],
)
def test_people_and_places_are_unchanged(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[2J",
        "\x1b]52;c;aGk=\x07",
        "\x9b31m",
        "\x90q\x9c",
        "a\r\nb",
        "a\tb",
        "\u202egpj.exe",
        "\u2066hidden\u2069",
        "pass\u200bword",
        "a\u2028b",
        "\udc80",
        "\ufffe",
        "\uffff",
        "\U000e0041",
        "\U000e0101",
    ],
)
def test_known_attacks(text: str) -> None:
    shown = clean(text)
    assert len(shown) == len(text)
    assert "\ufffd" in shown
    assert not re.search("[\x00-\x1f\x7f-\x9f]", shown)


@pytest.mark.parametrize("value", [None, 12, 1.5, True, ValueError("x\ny")])
def test_other_values_are_shown_as_text(value: object) -> None:
    assert clean(value) == str(value).replace("\n", "\ufffd")


def test_a_huge_value_is_cut() -> None:
    assert clean(b"x" * 50_000_000, 10) == "xxxxxxxxx…"
    assert len(clean("x" * 50_000_000)) == MAX_LENGTH


leaves = st.none() | st.booleans() | st.integers() | anything
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(anything, inner, max_size=3)
)


def every_string(tree: object) -> list[str]:
    if isinstance(tree, str):
        return [tree]
    if isinstance(tree, list):
        return [text for item in tree for text in every_string(item)]
    if isinstance(tree, dict):
        return [text for pair in tree.items() for item in pair for text in every_string(item)]
    return []


@given(trees)
def test_trees_are_clean_in_keys_and_values(tree: object) -> None:
    safe = clean_tree(tree)
    assert not [one for text in every_string(safe) for one in text if is_harmful(one)]
    assert clean_tree(safe) == safe


def test_trees_keep_what_is_no_text() -> None:
    tree = {"a": [1, 2.5, None, True, ("x", b"\x1b")]}
    assert clean_tree(tree) == {"a": [1, 2.5, None, True, ["x", "\ufffd"]]}
