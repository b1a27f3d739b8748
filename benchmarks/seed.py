"""Seed generation beside a bare NumPy and pyarrow writer of the same columns, in one run.

The reference draws everything evenly, joins nothing up (any name, any city, any country) and lets
pyarrow write the files. What it takes is the price of the columns alone; the ratio is what the
shape of our data, the checksums and the renaming cost on top. The aim is a ratio of at most 2.
"""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.report import Measured, tell

CUSTOMERS, PRODUCTS, ORDERS = 100_000, 10_000, 1_000_000
CHUNK = 50_000
ROUNDS = 5
PERIOD_START, PERIOD_SECONDS = 1_704_067_200, 366 * 86_400


def ours(folder: Path) -> None:
    """Generate with the product's code."""
    from core.seed.generate import generate
    from core.seed.spec import SeedSpec

    generate(SeedSpec(CUSTOMERS, PRODUCTS, ORDERS), folder)


def reference(folder: Path) -> None:
    """Write the same columns with even draws."""
    import numpy as np

    random = np.random.default_rng(42)
    customers = _ids("CUST_", 1, CUSTOMERS)
    products = _ids("PROD_", 1, PRODUCTS)
    _write(folder / "customers.csv", [_customers(random, customers)])
    _write(folder / "inventory.csv", [_inventory(random, products)])
    prices = _price_words()
    chunks = (
        _orders(random, customers, products, prices, first) for first in range(0, ORDERS, CHUNK)
    )
    _write(folder / "orders.csv", chunks)


def _ids(prefix: str, first: int, count: int) -> Any:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    digits = pc.cast(pa.array(np.arange(first, first + count)), pa.string())
    padded = pc.utf8_lpad(digits, 6, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), padded, pa.scalar(""))


def _customers(random: Any, ids: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    names, cities = _words("Name", 80_000), _words("City", 800)
    email = pc.binary_join_element_wise(ids, pa.scalar("@example.com"), pa.scalar(""))
    columns = [ids, _draw(random, names, CUSTOMERS), email, _draw(random, cities, CUSTOMERS)]
    columns.append(_draw(random, _words("Country", 5), CUSTOMERS))
    return pa.table(columns, names=["id", "name", "email", "city", "country"])


def _inventory(random: Any, ids: Any) -> Any:
    import pyarrow as pa

    names, categories = _words("Product", 9_600), _words("Category", 8)
    stock = pa.array(random.integers(0, 101, PRODUCTS))
    columns = [ids, _draw(random, names, PRODUCTS), _draw(random, categories, PRODUCTS)]
    columns += [_draw(random, _price_words(), PRODUCTS), stock]
    headers = ["id", "product_name", "category", "price", "stock_quantity"]
    return pa.table(columns, names=headers)


def _orders(random: Any, customers: Any, products: Any, prices: Any, first: int) -> Any:
    import pyarrow as pa

    seconds = PERIOD_START + random.integers(0, PERIOD_SECONDS, CHUNK)
    columns = [
        _ids("ORDER_", first + 1, CHUNK),
        _draw(random, customers, CHUNK),
        _draw(random, products, CHUNK),
        pa.array(random.integers(1, 6, CHUNK)),
        _draw(random, prices, CHUNK),
        pa.array(seconds, type=pa.timestamp("s")),  # with a time zone, writing is 20 times slower
    ]
    headers = ["id", "customer_id", "product_id", "quantity", "unit_price", "sold_at"]
    return pa.table(columns, names=headers)


def _words(stem: str, count: int) -> Any:
    import pyarrow as pa

    return pa.array([f"{stem} {number}" for number in range(count)])


def _draw(random: Any, words: Any, count: int) -> Any:
    import pyarrow as pa

    return words.take(pa.array(random.integers(0, len(words), count)))


def _price_words() -> Any:
    import pyarrow as pa

    return pa.array([f"{cents // 100}.{cents % 100:02d}" for cents in range(1_000, 20_001)])


def _write(path: Path, tables: Any) -> None:
    from pyarrow import csv

    writer = None
    for table in tables:
        if writer is None:
            options = csv.WriteOptions(quoting_style="none", batch_size=CHUNK)
            writer = csv.CSVWriter(path, table.schema, write_options=options)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _time(work: Callable[[Path], None], folder: Path) -> float:
    began = time.perf_counter()
    work(folder)
    return time.perf_counter() - began


def main() -> None:
    """Print seconds, rows per second and the ratio: medians of rounds that take turns."""
    folder = Path(tempfile.mkdtemp(prefix="dropship-bench-"))
    times: dict[str, list[float]] = {"reference": [], "seed": []}
    try:
        for part in times:
            (folder / part).mkdir()
        for round_number in range(ROUNDS + 1):
            for name, work in (("reference", reference), ("seed", ours)):
                seconds = _time(work, folder / name)
                if round_number:  # the first one pays for imports
                    times[name].append(seconds)
    finally:
        shutil.rmtree(folder)
    rows = CUSTOMERS + PRODUCTS + ORDERS
    print(f"Seed: {ORDERS:,} orders, {CUSTOMERS:,} customers, {PRODUCTS:,} products")
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    for name, seconds in medians.items():
        print(f"  {name:<10} {seconds:6.2f} s  {rows / seconds:>12,.0f} rows/s")
    tell(Measured("seed", medians["seed"], "s", medians["reference"], at_most=2))


if __name__ == "__main__":
    main()
