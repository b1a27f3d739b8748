"""Orders made up live, by the customers and for the products of the seed files."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.clock import Clock, iso
from core.errors import InputError
from core.producer.orders.encode import ORDER_SCHEMA
from core.producer.orders.order_format import OrderFormat
from core.producer.orders.rules import unusable_id
from core.producer.sources import run_name
from core.seed.catalogue import read_catalogue
from core.seed.random_words import Words
from core.text import _, clean

_QUANTITY_SHARES = np.array([0.52, 0.80, 0.91, 0.97, 1.0])
"""Running share of orders with one to five pieces."""


class Stream:
    """Orders made up now, by the customers and for the products of the catalogue.

    Ids are `STREAM_<time>_<random>_<number>`: no two runs share one. Customers and products come
    as often as their popularity says, prices are the catalogue's, and sold_at is now.
    Errors: InputError where the catalogue cannot be read.
    """

    fraction = None
    over = False

    def __init__(self, folder: Path, clock: Clock, seed: int | None) -> None:
        self.format = OrderFormat()
        catalogue = read_catalogue(folder)
        self._customer_ids = pa.array(catalogue.customer_ids, pa.string())
        self._product_ids = pa.array(catalogue.product_ids, pa.string())
        self._prices = pa.array(catalogue.prices, pa.string())
        for ids in (self._customer_ids, self._product_ids):
            _check_ids(folder, ids)
        self._customers = catalogue.customers
        self._products = catalogue.products
        self._random = np.random.default_rng(seed)
        self._clock = clock
        self._prefix = f"STREAM_{run_name(clock.now())}_"
        self._count = 0

    def take(self, most: int) -> pa.RecordBatch:
        """Return `most` new orders."""
        numbers = pa.array(np.arange(self._count + 1, self._count + most + 1)).cast(pa.string())
        self._count += most
        customers = self._customers.draw(self._words(most))
        products = self._products.draw(self._words(most))
        pieces = np.searchsorted(_QUANTITY_SHARES, self._random.random(most), side="right") + 1
        empty = pa.scalar("", pa.string())
        return pa.RecordBatch.from_arrays(
            [
                pc.binary_join_element_wise(
                    pa.scalar(self._prefix, pa.string()), pc.utf8_lpad(numbers, 6, "0"), empty
                ),
                self._product_ids.take(products),
                self._customer_ids.take(customers),
                pa.array(pieces).cast(pa.string()),
                self._prices.take(products),
                pa.array([iso(self._clock.now())], pa.string()).take(np.zeros(most, np.int64)),
            ],
            schema=ORDER_SCHEMA,
        )

    def _words(self, count: int) -> Words:
        return self._random.integers(0, 2**64, count, dtype=np.uint64)

    def close(self) -> None:
        """Nothing is open."""


def _check_ids(folder: Path, ids: pa.StringArray) -> None:
    bad = unusable_id(ids)
    if bad is not None:
        raise InputError(
            _("the catalogue in {folder} has the id {id}, which no event may bear").format(
                folder=clean(folder), id=repr(clean(bad, 80))
            ),
            hint=_("ids are 1 to 64 letters, digits, _ . : -"),
        )
