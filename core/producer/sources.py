"""Where orders come from: a file that is replayed, or a stream drawn from the catalogue."""

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.clock import Clock, iso
from core.errors import InputError
from core.producer.csv_records import RejectedRow
from core.producer.encode import ORDER_SCHEMA
from core.producer.options import ProduceOptions
from core.producer.order_rules import unusable_id
from core.producer.orders_csv import OrderBlock, OrdersCsv
from core.seed.catalogue import read_catalogue
from core.seed.draws import Words
from core.text import _, clean

_QUANTITY_SHARES = np.array([0.52, 0.80, 0.91, 0.97, 1.0])
"""Running share of orders with one to five pieces."""


class OrderSource(Protocol):
    """Gives orders in turn. One thread uses it."""

    def take(self, most: int) -> pa.RecordBatch | None:
        """Return one to `most` orders with ORDER_SCHEMA; None when there are no more."""
        ...

    @property
    def over(self) -> bool:
        """Whether nothing is left; may read on to find out. Errors: as `take`."""
        ...

    @property
    def fraction(self) -> float | None:
        """Share that was taken, 0 to 1; None when it is unknown."""
        ...

    def close(self) -> None:
        """Give up what is open."""
        ...


class Replay:
    """The orders of a file, from its first row. Errors: InputError.

    rejected: told of each row that is left out.
    """

    def __init__(self, path: Path, rejected: Callable[[RejectedRow], None]) -> None:
        self._csv = OrdersCsv(path)
        self._blocks: Iterator[OrderBlock] = self._csv.blocks()
        self._block: pa.RecordBatch | None = None
        self._block_rows = 0
        self._before = self._after = self._csv.fraction
        self._rejected = rejected

    def take(self, most: int) -> pa.RecordBatch | None:
        """Return the next orders."""
        block = self._filled()
        if block is None:
            return None
        taken = block.slice(0, most)
        self._block = block.slice(taken.num_rows)
        return taken

    @property
    def over(self) -> bool:
        """Whether the file has no more orders."""
        return self._filled() is None

    def _filled(self) -> pa.RecordBatch | None:
        """Return the block at hand, or the next one that holds orders; None at the end."""
        while self._block is None or self._block.num_rows == 0:
            block = next(self._blocks, None)
            if block is None:
                return None
            for row in block.rejected:
                self._rejected(row)
            self._block, self._block_rows = block.orders, block.orders.num_rows
            self._before, self._after = self._after, self._csv.fraction
        return self._block

    @property
    def fraction(self) -> float | None:
        """Share of the file that was taken; within a block by rows, as one may last for hours."""
        if self._before is None or self._after is None:
            return None
        left = self._block.num_rows if self._block is not None else 0
        if not left:
            return self._after
        taken = 1 - left / self._block_rows
        return self._before + (self._after - self._before) * taken

    def close(self) -> None:
        """Close the file."""
        self._csv.close()


class Stream:
    """Orders made up now, by the customers and for the products of the catalogue.

    Ids are `STREAM_<time>_<random>_<number>`: no two runs share one. Customers and products come
    as often as their popularity says, prices are the catalogue's, and sold_at is now.
    Errors: InputError where the catalogue cannot be read.
    """

    fraction = None
    over = False

    def __init__(self, folder: Path, clock: Clock, seed: int | None) -> None:
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


class Limited:
    """At most so many orders of another source."""

    def __init__(self, source: OrderSource, limit: int) -> None:
        self._source = source
        self._limit = limit
        self._left = limit

    def take(self, most: int) -> pa.RecordBatch | None:
        """Return the next orders while the limit lasts."""
        if self._left == 0:
            return None
        orders = self._source.take(min(most, self._left))
        if orders is not None:
            self._left -= orders.num_rows
        return orders

    @property
    def over(self) -> bool:
        """Whether limit or source is used up."""
        return self._left == 0 or self._source.over

    @property
    def fraction(self) -> float | None:
        """Share of the limit or of the source, whichever is further."""
        return max(1 - self._left / self._limit, self._source.fraction or 0.0)

    def close(self) -> None:
        """Close the source."""
        self._source.close()


def open_source(
    options: ProduceOptions, clock: Clock, rejected: Callable[[RejectedRow], None]
) -> OrderSource:
    """Return the source that the options name. Errors: InputError."""
    source: OrderSource
    if options.mode == "replay":
        source = Replay(options.input, rejected)
    else:
        source = Stream(options.input, clock, options.seed)
    return source if options.limit is None else Limited(source, options.limit)


def check_source(options: ProduceOptions, clock: Clock) -> None:
    """Open the source and close it, so that a wrong file is told before a broker is asked.

    A pipe is left alone: what is read of it is gone. Errors: InputError.
    """
    path = options.input
    if not path.exists() or path.is_file() or path.is_dir():
        open_source(options, clock, lambda _row: None).close()


def _check_ids(folder: Path, ids: pa.StringArray) -> None:
    bad = unusable_id(ids)
    if bad is not None:
        raise InputError(
            _("the catalogue in {folder} has the id {id}, which no event may bear").format(
                folder=clean(folder), id=repr(clean(bad, 80))
            ),
            hint=_("ids are 1 to 64 letters, digits, _ . : -"),
        )


def run_name(now: datetime) -> str:
    """Return a name that no other run has: UTC time and 32 random bits, as `<time>_<random>`."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%S}_{secrets.token_hex(4)}"
