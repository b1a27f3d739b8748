"""Customers and products read back from the seed files, for orders that are made up live.

A file that cannot be used is refused whole, with the line: made-up orders that refer to guessed
rows would be worse than none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from core.errors import InputError
from core.pipeline import builtin
from core.pipeline.reference_csv import read_reference
from core.remedies import GENERATE
from core.seed.popularity import Popularity, customer_popularity, product_popularity
from core.text import _, clean


@dataclass(frozen=True)
class Catalogue:
    """Who may order and what. prices: two decimals, one for each product id."""

    customer_ids: list[str]
    product_ids: list[str]
    prices: list[str]

    @cached_property
    def customers(self) -> Popularity:
        """How often each customer orders; draws positions in `customer_ids`."""
        return customer_popularity(len(self.customer_ids))

    @cached_property
    def products(self) -> Popularity:
        """How often each product is ordered; draws positions in `product_ids`."""
        return product_popularity(len(self.product_ids))


def read_catalogue(folder: Path) -> Catalogue:
    """Read customers.csv and inventory.csv of a folder.

    Raises InputError, with file and line, where one is missing, damaged or without rows.
    """
    customers = _rows(folder, "customers", ("id",))
    products = _rows(folder, "inventory", ("id", "price"))
    return Catalogue(
        customers.column("id").to_pylist(),
        products.column("id").to_pylist(),
        products.column("price").to_pylist(),
    )


def _rows(folder: Path, table: str, columns: Sequence[str]) -> pa.Table:
    rows = read_reference(builtin(), table, folder, columns)
    if not rows.num_rows:
        file = folder / builtin().definition.references[table].file
        raise InputError(
            _("{path}, line {line}: {reason}").format(
                path=clean(file), line=1, reason=_("no rows")
            ),
            hint=_("or fix the file"),
            remedies=(GENERATE,),
        )
    return rows
