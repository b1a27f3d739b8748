"""Products: a name that fits its category, a price that fits the item, some stock."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from math import gcd

import numpy as np
from numpy.typing import NDArray

from core.seed.csv_lines import (
    Chunk,
    Texts,
    combine,
    digits,
    field,
    identifiers,
    join,
    plain,
    texts,
)
from core.seed.random_words import Draws, Indices, Occurrences, Stream
from core.seed.spec import SeedSpec

CHUNK = 20_000
"""Products per chunk. It is part of what a seed gives."""

HEADER = b"id,product_name,category,price,stock_quantity\n"

LOWEST_CENTS = 10_00
HIGHEST_CENTS = 200_00
MOST_STOCK = 100

Cents = NDArray[np.int32]

# Retail prices end in a few favourite ways: (cents, weight).
_ENDINGS = ((90, 40), (99, 25), (0, 15), (50, 12), (95, 8))


@dataclass(frozen=True)
class _Wardrobe:
    """The vocabulary as arrays. Items of all categories stand in one list, eight by eight.

    weights: running totals by category. starts, items: where a category's items begin, and how
    many there are. low, high: price of an item in whole euros.
    """

    weights: Indices
    starts: Indices
    items: Indices
    item: Texts
    category: Texts
    line: Texts
    colour: Texts
    low: Indices
    high: Indices

    @property
    def combinations(self) -> Indices:
        """Distinct names each category has."""
        return self.items * len(self.line) * len(self.colour)


def product_chunks(spec: SeedSpec, cents: Cents) -> Iterator[Chunk]:
    """Yield the lines of inventory.csv, without the header, and note each price in `cents`."""
    wardrobe = _load_wardrobe()
    combinations = wardrobe.combinations
    offsets = Draws(spec.seed, Stream.NAMES).words(len(combinations)) >> np.uint64(32)
    namer = _Namer(wardrobe, combinations, offsets.astype(np.int64))
    endings = np.array([ending for ending, _weight in _ENDINGS], dtype=np.int64)
    ending_weights = np.cumsum(np.array([weight for _ending, weight in _ENDINGS], dtype=np.int64))
    prices = price_texts(",")
    stocks = texts((str(number) for number in range(MOST_STOCK + 1)), "\n")
    for chunk, first in enumerate(range(0, spec.products, CHUNK)):
        count = min(CHUNK, spec.products - first)
        draws = Draws(spec.seed, Stream.PRODUCTS, chunk)
        category = draws.pick(wardrobe.weights, count)
        item, name = namer.name(category)
        span = np.maximum(wardrobe.high[item] - wardrobe.low[item], 1)
        euros = wardrobe.low[item] + draws.below(2**31, count) % span
        price = euros * 100 + endings[draws.pick(ending_weights, count)]
        cents[first : first + count] = price
        stock = stocks[draws.below(MOST_STOCK + 1, count)]
        ids = identifiers(np.arange(first + 1, first + count + 1))
        ends = (wardrobe.category[category], prices[price - LOWEST_CENTS], stock)
        yield Chunk(count, join(count, ["PROD_", ids, ",", *name, *ends]))


class _Namer:
    """Gives each product of a category another name, until they are used up and get a number."""

    def __init__(self, wardrobe: _Wardrobe, combinations: Indices, offsets: Indices) -> None:
        self._wardrobe = wardrobe
        self._combinations = combinations
        self._offsets = offsets
        self._steps = np.array([_coprime(int(total)) for total in combinations], dtype=np.int64)
        self._used = Occurrences(len(combinations))

    def name(self, category: Indices) -> tuple[Indices, tuple[Texts | str, ...]]:
        """Return the item of each product and the parts of its name, separator included."""
        wardrobe = self._wardrobe
        total = self._combinations[category]
        used = self._used.number(category)
        place = (used * self._steps[category] + self._offsets[category]) % total
        item = wardrobe.starts[category] + place % wardrobe.items[category]
        place //= wardrobe.items[category]
        line, colour = place % len(wardrobe.line), place // len(wardrobe.line)
        again = used // total
        number = digits(np.where(again > 0, again + 1, 0))
        space = texts(("", " "))[(again > 0).astype(np.int64)]
        parts = (wardrobe.item[item], wardrobe.line[line], wardrobe.colour[colour])
        return item, (*parts, space, number, ",")


def price_texts(end: str) -> Texts:
    """Return every price from 10.00 to 200.99, cent by cent, with two decimals and an ending."""
    euros = texts(str(euro) for euro in range(LOWEST_CENTS // 100, HIGHEST_CENTS // 100 + 1))
    return combine(euros, texts((f".{cent:02d}" for cent in range(100)), end))


def _load_wardrobe() -> _Wardrobe:
    data = tomllib.loads((files("core.seed") / "wardrobe.toml").read_text(encoding="utf-8"))
    categories = data["category"]
    items = [item for category in categories for item in category["items"]]
    sizes = np.array([len(category["items"]) for category in categories], dtype=np.int64)
    return _Wardrobe(
        weights=np.cumsum(np.array([entry["weight"] for entry in categories], dtype=np.int64)),
        starts=np.cumsum(sizes) - sizes,
        items=sizes,
        item=texts((name for name, _low, _high in items), " "),
        category=texts((field(entry["name"]) for entry in categories), ","),
        line=texts(plain(data["lines"]), " "),
        colour=texts(plain(data["colours"])),
        low=np.array([low for _name, low, _high in items], dtype=np.int64),
        high=np.array([high for _name, _low, high in items], dtype=np.int64),
    )


def _coprime(total: int) -> int:
    """Return a step that visits all of `total` combinations before one comes again."""
    step = max(1, total * 382 // 1000)
    while gcd(step, total) != 1:
        step += 1
    return step
