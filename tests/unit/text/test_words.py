"""One word for one thing: retired words stay out of the messages, and the glossary tells which."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[3]
FRENCH = ROOT / "core/text/locale/fr/LC_MESSAGES/dropship.po"

RETIRED = (
    r"\bsevere\b",
    r"flat out",
    r"as fast as possible",
    r"answer key",
    r"published? .*\bagain\?",
    r"\bback ends\b",
    r"when asked",
    r"\b(records?|events?) waits? (in|behind|for) ",
    r"\brecords wait\b",
    r"gone before",
    r"to look at$",
    r"tried again",
    r"tries again",
    r"goes? on by itself",
    r"or go on",
    r"\b(row|field|value|list) before$",
    r"^(behind|over|seen|lasted|hold|picture|unchecked|figures|met again|on the way)$",
    r"what is wrong",
    r"nothing is (wrong|consumed|published)",
    r"\ba second$",
    r"stands? (once|twice|more than once)",
    r"left out",
    r"how to fix",
    r"rate before",
)
RETIRED_FRENCH = (
    r"\bgraves?\b",
    r"à fond",
    r"au plus vite",
    r"\bacq\.",
    r"\bneuve$",
    r"^(vue|finie|apparue|ce qui ne va pas|corrigé|défaut|relire|image|écrire|0\xa0s)$",
    r"(?<![{\w])lag\b",
    r"défauts",
    r"^trous$",
    r"\btrous\b",
    r"non réussis",
    r"temps des requêtes",
    r"à regarder",
    r"\bspace\b",
)


def messages() -> Iterator[tuple[str, str]]:
    """Yield each message (each plural form too) with its French."""
    with FRENCH.open("rb") as file:
        catalogue = read_po(file, locale="fr")
    for message in catalogue:
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        french = message.string if isinstance(message.string, tuple) else (message.string,)
        yield from zip(ids, french, strict=True)


@pytest.mark.parametrize("pattern", RETIRED)
def test_no_message_uses_a_retired_word(pattern: str) -> None:
    assert [text for text, _french in messages() if re.search(pattern, text)] == []


@pytest.mark.parametrize("pattern", RETIRED_FRENCH)
def test_no_french_message_uses_a_retired_word(pattern: str) -> None:
    assert [french for _text, french in messages() if re.search(pattern, french)] == []


def test_the_glossary_gives_each_term_in_both_languages() -> None:
    lines = (ROOT / "docs/words.md").read_text().splitlines()
    rows = [line.strip("|").split("|") for line in lines if line.startswith("|")][2:]
    assert len(rows) > 20
    known = " ".join(text for pair in messages() for text in pair).replace("’", "'").lower()
    for _term, english, french, _retired in rows:
        assert english.strip(), english
        assert french.strip(), english
        for word in english.split(","):
            assert word.strip() in known, word
