"""Customers: French names from Faker's word lists, an address for each, a city in its country.

Faker is not asked row by row (tens of thousands of names a second at best); its word lists are
drawn from directly. The bytes of customers.csv therefore depend on the locked version of Faker.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from faker.providers.person.fr_FR import Provider

from core.seed.csv_lines import Chunk, Texts, digits, identifiers, join, plain, texts
from core.seed.places import place_columns
from core.seed.random_words import Draws, Indices, Occurrences, Stream
from core.seed.spec import SeedSpec

CHUNK = 20_000
"""Customers per chunk. It is part of what a seed gives."""

HEADER = b"id,name,email,city,country\n"

DOMAINS = ("example.com", "example.net", "example.org", "courriel.example", "boite.example")
"""Mail domains that belong to nobody (RFC 2606)."""

_COMPOUND = 7  # per cent with a double surname
_PREFIXED = 5  # per cent with a particle before the surname


@dataclass(frozen=True)
class _Words:
    """What names are made of. `first_key` and `last_key` number the words by their ASCII form."""

    first: Texts
    last: Texts
    second: Texts
    prefix: Texts
    first_key: Indices
    last_key: Indices
    first_ascii: Texts
    last_ascii: Texts
    domains: Texts


def customer_chunks(spec: SeedSpec) -> Iterator[Chunk]:
    """Yield the lines of customers.csv, without the header."""
    words = _load_words()
    ends, weights = place_columns()
    surnames = len(words.last_ascii)
    namesakes = Occurrences(len(words.first_ascii) * surnames)
    for chunk, first_row in enumerate(range(0, spec.customers, CHUNK)):
        count = min(CHUNK, spec.customers - first_row)
        draws = Draws(spec.seed, Stream.CUSTOMERS, chunk)
        first = draws.below(len(words.first), count)
        last = draws.below(len(words.last), count)
        name = (words.first[first], *_surname(draws, words, last, count))
        first_key, last_key = words.first_key[first], words.last_key[last]
        number = namesakes.number(first_key * surnames + last_key)
        address = (
            *(words.first_ascii[first_key], ".", words.last_ascii[last_key]),
            digits(np.where(number > 0, number + 1, 0)),
            words.domains[draws.below(len(words.domains), count)],
        )
        ids = identifiers(np.arange(first_row + 1, first_row + count + 1))
        city = ends[draws.pick(weights, count)]
        yield Chunk(count, join(count, ["CUST_", ids, ",", *name, *address, city]))


def _surname(draws: Draws, words: _Words, last: Indices, count: int) -> tuple[Texts | str, ...]:
    """Return the parts of the surname, with the separator on both sides."""
    kind = draws.below(100, count)
    surnames = len(words.last)
    other = 1 + (last + 1 + draws.below(surnames - 1, count)) % surnames  # never the same twice
    particle = 1 + draws.below(len(words.prefix) - 1, count)
    return (
        words.prefix[np.where(kind >= 100 - _PREFIXED, particle, 0)],
        words.last[last],
        words.second[np.where(kind < _COMPOUND, other, 0)],
        ",",
    )


def _load_words() -> _Words:
    first = plain((*Provider.first_names_female, *Provider.first_names_male))
    last = plain(Provider.last_names)
    first_ascii, first_key = _ascii_forms(first)
    last_ascii, last_key = _ascii_forms(last)
    return _Words(
        first=texts(first, " "),
        last=texts(last),
        second=texts(("", *(f"-{word}" for word in last))),
        prefix=texts(("", *(f"{word} " for word in plain(Provider.prefixes)))),
        first_key=first_key,
        last_key=last_key,
        first_ascii=texts(first_ascii),
        last_ascii=texts(last_ascii),
        domains=texts((f"@{domain}" for domain in DOMAINS), ","),
    )


def _ascii_forms(words: Sequence[str]) -> tuple[list[str], Indices]:
    """Return the distinct ASCII forms of words and, for each word, the number of its form.

    Two names that differ by an accent share a form, so that their addresses are told apart.
    """
    forms: dict[str, int] = {}
    keys = [forms.setdefault(ascii_form(word), len(forms)) for word in words]
    return list(forms), np.array(keys, dtype=np.int64)


def ascii_form(word: str) -> str:
    """Return a name as it stands in an e-mail address: lower-case letters and hyphens only."""
    bare = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower()
    return "".join(letter if letter.isalpha() else "-" for letter in bare).strip("-") or "x"
