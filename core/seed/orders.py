"""Orders: who bought what, how many and when, in the order of time.

Each chunk holds its share of the whole period's weight, draws its moments inside that share and
sorts them. So the file is in order without ever being held, and a replay looks like time passing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from core.seed.calendar import HOURS, SECONDS, hour_totals
from core.seed.csv_lines import Chunk, Texts, combine, identifiers, join, texts
from core.seed.popularity import customer_popularity, product_popularity
from core.seed.products import LOWEST_CENTS, Cents, price_texts
from core.seed.random_words import Draws, Indices, Stream, find
from core.seed.spec import SeedSpec

CHUNK = 20_000
"""Orders per chunk. It is part of what a seed gives."""

HEADER = b"id,customer_id,product_id,quantity,unit_price,sold_at\n"

# How many people buy 1 to 5 of a product, per cent.
QUANTITIES = (55, 25, 11, 6, 3)


@dataclass(frozen=True)
class _Timeline:
    """The period. totals: running weights by hour; day, second: the two halves of a time stamp."""

    totals: Indices
    day: Texts
    second: Texts


def order_chunks(spec: SeedSpec, cents: Cents) -> Iterator[Chunk]:
    """Yield the lines of orders.csv, without the header. cents: price of each product."""
    customers, products = customer_popularity(spec.customers), product_popularity(spec.products)
    timeline = _timeline(spec)
    prices = price_texts(",")
    quantities = texts((f",{number}" for number in range(1, len(QUANTITIES) + 1)), ",")
    quantity_weights = np.cumsum(np.array(QUANTITIES, dtype=np.int64))
    for chunk, first in enumerate(range(0, spec.orders, CHUNK)):
        count = min(CHUNK, spec.orders - first)
        draws = Draws(spec.seed, Stream.ORDERS, chunk)
        customer, product = customers.draw(draws.words(count)), products.draw(draws.words(count))
        quantity = quantities[draws.pick(quantity_weights, count)]
        price = prices[cents[product] - LOWEST_CENTS]
        moments = _moments(spec, timeline, draws, first, count)
        ids = identifiers(np.arange(first + 1, first + count + 1))
        who = (",CUST_", identifiers(customer + 1), ",PROD_", identifiers(product + 1))
        yield Chunk(count, join(count, ["ORDER_", ids, *who, quantity, price, *moments]))


def _moments(
    spec: SeedSpec, timeline: _Timeline, draws: Draws, first: int, count: int
) -> tuple[Texts, Texts]:
    """Return the two halves of `count` time stamps in order, for the orders from `first` on."""
    totals = timeline.totals
    whole = int(totals[-1])
    low = whole * first // spec.orders
    span = max(whole * (first + count) // spec.orders - low, 1)
    # The rest of a division favours low values by at most span / 2**64: nothing one could see.
    at = np.sort(low + (draws.words(count) % np.uint64(span)).astype(np.int64))
    hour = find(totals, at) - 1
    second = (at - totals[hour]) * SECONDS // (totals[hour + 1] - totals[hour])
    return timeline.day[hour // HOURS], timeline.second[hour % HOURS * SECONDS + second]


def _timeline(spec: SeedSpec) -> _Timeline:
    days = (spec.start + timedelta(days=number) for number in range(spec.days))
    minutes = texts(f"T{minute // 60:02d}:{minute % 60:02d}:" for minute in range(HOURS * 60))
    seconds = texts((f"{second:02d}Z" for second in range(60)), "\n")
    return _Timeline(
        totals=hour_totals(spec),
        day=texts(day.isoformat() for day in days),
        second=combine(minutes, seconds),
    )
