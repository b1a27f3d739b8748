"""The parts that carry the promises: CSV quoting, digits, draws, popularity, places."""

import csv
import hashlib
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.seed.csv_lines import digits, field, identifiers, join, plain, texts
from core.seed.people import ascii_form
from core.seed.places import SHARES, load_places
from core.seed.popularity import Popularity, customer_popularity
from core.seed.products import LOWEST_CENTS, price_texts
from core.seed.random_words import Draws, Occurrences, Stream


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=5))
def test_any_text_survives_as_a_field(cells: list[str]) -> None:
    line = ",".join(field(cell) for cell in cells)
    read = list(csv.reader(io.StringIO(line, newline=""), strict=True))
    assert read == [[cell.replace("\0", "") for cell in cells]]


@given(st.lists(st.integers(0, 10**8), min_size=1, max_size=50))
def test_digits_are_those_of_the_number(numbers: list[int]) -> None:
    array = np.array(numbers, dtype=np.int64)
    lines = join(len(numbers), [identifiers(array), ",", digits(array), "\n"]).decode()
    wanted = "".join(f"{number:06d},{number or ''}\n" for number in numbers)
    assert lines == wanted


def test_ids_grow_wider_past_six_digits() -> None:
    numbers = np.array([1, 999_999, 1_000_000, 12_345_678, 100_000_000])
    assert join(5, ["PROD_", identifiers(numbers), "\n"]).decode().split() == [
        "PROD_000001",
        "PROD_999999",
        "PROD_1000000",
        "PROD_12345678",
        "PROD_100000000",
    ]


def test_lines_without_padding_are_the_same_by_both_ways() -> None:
    for words in (["é", "abcdefghijklmnop"], ["abc", "abc"]):
        assert join(2, [texts(words), "\n"]).decode().split("\n")[:2] == words


def test_words_that_would_need_quotes_stay_out_of_joined_fields() -> None:
    assert plain(['a"b', "c,d", "e", "e", "", "f\n", "g h"]) == ("e", "g h")


def test_every_price_is_printed_with_two_decimals() -> None:
    prices = join(19_100, [price_texts(""), "\n"]).decode().split()
    assert prices[0] == "10.00"
    assert prices[39_30 - LOWEST_CENTS] == "39.30"
    assert prices[200_00 - LOWEST_CENTS] == "200.00"


def test_random_words_are_those_of_philox_everywhere() -> None:
    """Fixed figures: another NumPy, machine or word order must not change a seed's data."""
    words = Draws(42, Stream.ORDERS, 3).words(1000)
    digest = hashlib.sha256(",".join(str(word) for word in words.tolist()).encode()).hexdigest()
    assert digest[:16] == "acef0c9b259de24b"


def test_streams_and_chunks_differ() -> None:
    seen = {
        int(Draws(seed, stream, chunk).words(1)[0])
        for seed in (0, 1, 2**63 - 1)
        for stream in Stream
        for chunk in (0, 1, 5_000)
    }
    assert len(seen) == 3 * len(Stream) * 3


@given(st.lists(st.lists(st.integers(0, 9), max_size=30), max_size=5))
def test_occurrences_are_counted_across_chunks(chunks: list[list[int]]) -> None:
    counter, before = Occurrences(10), dict.fromkeys(range(10), 0)
    for chunk in chunks:
        wanted = []
        for key in chunk:
            wanted.append(before[key])
            before[key] += 1
        assert counter.number(np.array(chunk, dtype=np.int64)).tolist() == wanted


@given(count=st.integers(1, 3000), share=st.sampled_from([0.02, 0.05]))
def test_every_row_has_one_rank(count: int, share: float) -> None:
    rows = Popularity(count, share).row(np.arange(count))
    assert sorted(rows.tolist()) == list(range(count))


@pytest.mark.parametrize("count", [1, 2, 7, 1000, 65_536, 65_537, 1_000_000, 100_000_000])
def test_popularity_stays_within_the_rows(count: int) -> None:
    popularity = customer_popularity(count)
    extremes = np.array([0, 2**64 - 1, 2**63, 2**50 - 1], dtype=np.uint64)
    drawn = np.concatenate(
        [popularity.draw(extremes), popularity.draw(Draws(1, Stream.ORDERS).words(10_000))]
    )
    assert drawn.min() >= 0
    assert drawn.max() < count


def test_popularity_falls_off_as_it_says() -> None:
    popularity = Popularity(1000, 0.05)
    counts = np.bincount(popularity.draw(Draws(9, Stream.ORDERS).words(500_000)), minlength=1000)
    by_rank = counts[popularity.row(np.arange(1000))]
    weights = 1 / (np.arange(1000) + 50)
    wanted = 500_000 * weights / weights.sum()
    for first in range(0, 1000, 100):
        part = slice(first, first + 100)
        assert by_rank[part].sum() == pytest.approx(wanted[part].sum(), rel=0.02)
    assert by_rank.min() > 0


def test_places_are_distinct_and_of_known_countries() -> None:
    places = load_places()
    pairs = [(city, country) for city, country, _people in places]
    assert len(set(pairs)) == len(pairs) > 800
    assert {country for _city, country in pairs} == set(SHARES)
    assert sum(SHARES.values()) == 1000
    assert ("Genève", "Suisse") in pairs
    assert ("Lyon", "France") in pairs


def test_ascii_form() -> None:
    assert ascii_form("Éloïse") == "eloise"
    assert ascii_form("Da Silva") == "da-silva"
    assert ascii_form("O'Neil") == "o-neil"
    assert ascii_form("李") == "x"
