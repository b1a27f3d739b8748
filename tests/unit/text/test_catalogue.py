"""The French catalogue holds every text of the code, whole and usable."""

import ast
import re
from collections.abc import Iterator
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import core.text
from core.text import N_, _, language, ngettext, use_language

ROOT = Path(core.text.__file__).parents[2]
FRENCH = ROOT / "core/text/locale/fr/LC_MESSAGES"
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
# Lists of characters that an id may have; the spaces in them are no punctuation.
CHARACTERS = re.compile(r"_ \. : -")


@pytest.fixture(scope="module")
def french() -> Catalog:
    with (FRENCH / "dropship.po").open("rb") as file:
        return read_po(file, locale="fr")


@pytest.fixture(scope="module")
def texts() -> Catalog:
    """What `make messages` finds in the code."""
    found = Catalog()
    for folder in ("core", "tui"):
        for file, line, message, comments, _context in extract_from_dir(
            ROOT / folder, method_map=[("**.py", "python")], keywords=KEYWORDS
        ):
            found.add(message, None, [(f"{folder}/{file}", line)], auto_comments=comments)
    return found


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    use_language("en")


def strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def ids(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def told(catalog: Catalog) -> list[Message]:
    """The messages of a catalogue without its description."""
    return [message for message in catalog if message.id]


def translated(catalog: Catalog) -> list[Message]:
    """Those with a translation; that none lacks one is a test of its own."""
    return [message for message in told(catalog) if all(strings(message))]


def fields(text: str) -> list[str]:
    """What `str.format` and `%` put into a text, in a fixed order."""
    return sorted(re.findall(r"\{[a-z_]*(?:[:!][^}]*)?\}|%[a-z]", text))


def test_code_has_texts(texts: Catalog) -> None:
    assert len(told(texts)) > 500


def test_every_text_of_the_code_is_french(french: Catalog, texts: Catalog) -> None:
    missing = []
    for message in told(texts):
        entry = french.get(message.id)
        if entry is None or message.fuzzy or not all(strings(entry)):
            missing.append(f"{message.locations[0][0]}: {message.id!r}")
    assert not missing, "`make messages`, then translate:\n" + "\n".join(missing)


def test_no_text_hides_in_an_f_string() -> None:
    """Extraction looks into f-strings only from Python 3.12 on; so none may be used."""
    hidden = []
    for path in [*ROOT.glob("core/**/*.py"), *ROOT.glob("tui/**/*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in (part for part in ast.walk(tree) if isinstance(part, ast.JoinedStr)):
            for call in (part for part in ast.walk(node) if isinstance(part, ast.Call)):
                named = isinstance(call.func, ast.Name) and call.func.id in KEYWORDS
                if named and any(isinstance(text, ast.Constant) for text in call.args):
                    hidden.append(f"{path.relative_to(ROOT)}:{call.lineno}")
    assert not hidden


def test_plural_texts_are_plural_in_french(french: Catalog, texts: Catalog) -> None:
    for message in told(texts):
        entry = french.get(message.id)
        assert entry is None or len(strings(entry)) == (2 if message.pluralizable else 1), (
            message.id
        )


def test_no_text_is_left_over(french: Catalog, texts: Catalog) -> None:
    left = [message.id for message in told(french) if texts.get(message.id) is None]
    assert not left
    assert not french.obsolete


def test_no_text_is_fuzzy(french: Catalog) -> None:
    assert not [message.id for message in told(french) if message.fuzzy]


def test_placeholders_are_kept(french: Catalog) -> None:
    for message in translated(french):
        for source, text in zip(ids(message), strings(message), strict=True):
            assert fields(text) == fields(source), text


def test_edges_are_kept(french: Catalog) -> None:
    """Spaces that pieces of a line begin and end with stay, so that pieces do not run together."""
    for message in translated(french):
        for source, text in zip(ids(message), strings(message), strict=True):
            assert (
                source[: len(source) - len(source.lstrip())]
                == text[: len(text) - len(text.lstrip(" "))]
            ), text
            assert source.endswith(" ") == text.endswith(" "), text


def test_keys_commands_and_settings_are_kept(french: Catalog) -> None:
    literal = re.compile(r"\[[a-z?]\]|`[^`]+`|(?<![\w-])--[a-z-]+|\b[A-Z]+_[A-Z_]+\b")
    for message in translated(french):
        for source, text in zip(ids(message), strings(message), strict=True):
            assert sorted(literal.findall(text)) == sorted(literal.findall(source)), text


def test_french_typography(french: Catalog) -> None:
    for message in translated(french):
        for text in strings(message):
            plain = CHARACTERS.sub("", text)
            assert not re.search(r" [:;!?%»](\W|$)", plain), text
            assert not re.search(r"\w[;!?»](\s|$)|[^\W\d]:(\s|$)|« ", plain), text
            assert not re.search(r"\w'\w", plain), text
            assert "\u202f" not in text


def test_the_compiled_catalogue_is_that_of_its_source(french: Catalog) -> None:
    compiled = BytesIO()
    write_mo(compiled, french)
    assert (FRENCH / "dropship.mo").read_bytes() == compiled.getvalue(), "run `make messages`"


def test_the_description_names_nobody_and_no_moment(french: Catalog) -> None:
    head = dict(french.mime_headers)
    assert head["POT-Creation-Date"] == head["PO-Revision-Date"] == "2026-01-01 00:00+0000"
    assert "@" not in "".join(head.values()) + french.header_comment


def test_texts_change_with_the_language() -> None:
    use_language("fr")
    assert _("no rows yet") == "pas encore de lignes"
    assert language() == "fr"
    use_language("en")
    assert _("no rows yet") == "no rows yet"
    assert language() == "en"


def test_marking_a_text_leaves_it_for_later() -> None:
    use_language("fr")
    marked = N_("quit")
    assert marked == "quit"
    assert _(marked) == "quitter"


def test_no_text_is_no_description_of_the_catalogue() -> None:
    use_language("fr")
    assert _("") == ""


@pytest.mark.parametrize(
    ("code", "count", "form"),
    [
        ("en", 0, "{count} raw events waiting for the merge"),
        ("en", 1, "{count} raw event waiting for the merge"),
        ("en", 2, "{count} raw events waiting for the merge"),
        ("fr", 0, "{count} événement brut en attente de fusion"),
        ("fr", 1, "{count} événement brut en attente de fusion"),
        ("fr", 2, "{count} événements bruts en attente de fusion"),
        ("fr", 1_000_000, "{count} événements bruts en attente de fusion"),
    ],
)
def test_plurals(code: str, count: int, form: str) -> None:
    use_language(code)
    found = ngettext(
        "{count} raw event waiting for the merge", "{count} raw events waiting for the merge", count
    )
    assert found == form


@pytest.mark.parametrize(
    ("locale", "code"),
    [
        ({"LC_ALL": "fr_FR.UTF-8"}, "fr"),
        ({"LC_ALL": "fr"}, "fr"),
        ({"LANG": "fr_CA.UTF-8"}, "fr"),
        ({"LANG": "fr@euro"}, "fr"),
        ({"LC_MESSAGES": "fr_BE", "LANG": "en_GB.UTF-8"}, "fr"),
        ({"LC_ALL": "C.UTF-8", "LANG": "fr_FR.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "frr_DE"}, "en"),
        ({"LANG": "C"}, "en"),
        ({}, "en"),
    ],
)
def test_the_locale_chooses_the_language(
    monkeypatch: pytest.MonkeyPatch, locale: dict[str, str], code: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in locale.items():
        monkeypatch.setenv(name, value)
    assert use_language(None) == code == language()


def test_the_option_outweighs_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert use_language("en") == "en"
    assert _("none") == "none"


def test_a_language_without_a_catalogue_is_english() -> None:
    assert use_language("xx") == "en"
    assert _("none") == "none"


def test_the_catalogue_can_be_read_by_gettext_alone() -> None:
    with (FRENCH / "dropship.mo").open("rb") as file:
        assert GNUTranslations(file).gettext("help") == "aide"


def test_catalogues_are_readable_by_all() -> None:
    for file in FRENCH.iterdir():
        assert file.stat().st_mode & 0o444 == 0o444, file
