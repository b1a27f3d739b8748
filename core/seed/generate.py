"""Writes the three CSV files of a specification, chunk by chunk, in bounded memory.

Chunks come from `people`, `goods` and `purchases`; `output` makes the files appear whole or not at
all. Import this module only where data are generated: it brings in NumPy and Faker's word lists.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from core.progress import Cancelled, NoProgress, Progress, never_cancelled
from core.seed import orders, people, products
from core.seed.csv_lines import Chunk
from core.seed.output import StagedFile, Staging, storage_errors
from core.seed.spec import (
    CUSTOMERS_FILE,
    INVENTORY_FILE,
    ORDERS_FILE,
    SeedResult,
    SeedSpec,
)
from core.text import _

TASK = "seed"
"""Name of the progress task."""


class _CancelledError(Exception):
    """The caller wants no more; never leaves this module."""


def generate(
    spec: SeedSpec,
    output: Path,
    *,
    progress: Progress | None = None,
    cancelled: Cancelled = never_cancelled,
) -> SeedResult:
    """Write customers.csv, inventory.csv and orders.csv into a folder; return what was written.

    The same specification gives the same bytes. orders.csv is in the order of `sold_at`.
    `cancelled` is asked between chunks (some milliseconds); then nothing is kept and nothing that
    stood in the folder before is changed. Raises StorageError where the folder cannot be written.
    """
    meter = _Meter(progress or NoProgress(), cancelled)
    meter.start(spec.rows)
    try:
        with Staging(output) as staging:
            for name, header, chunks in _tables(spec):
                _write(staging.open(name), header, chunks, meter.advance)
            files = staging.commit()
    except _CancelledError:
        return SeedResult(0, 0, 0, spec.seed, (), cancelled=True)
    finally:
        meter.finish()
    return SeedResult(spec.customers, spec.products, spec.orders, spec.seed, files)


def _tables(spec: SeedSpec) -> Iterator[tuple[str, bytes, Iterator[Chunk]]]:
    """Yield name, header and chunks of each file. Orders need the prices of all products."""
    cents = np.zeros(spec.products, dtype=np.int32)
    yield CUSTOMERS_FILE, people.HEADER, people.customer_chunks(spec)
    yield INVENTORY_FILE, products.HEADER, products.product_chunks(spec, cents)
    yield ORDERS_FILE, orders.HEADER, orders.order_chunks(spec, cents)


def _write(
    staged: StagedFile, header: bytes, chunks: Iterator[Chunk], advance: Callable[[int], None]
) -> None:
    with storage_errors(staged.target):
        staged.write(header)
        advance(0)
        for chunk in chunks:
            staged.write(chunk.data, chunk.rows)
            advance(chunk.rows)
        staged.close()


class _Meter:
    """Tells how far the work is, and asks whether to go on."""

    def __init__(self, progress: Progress, cancelled: Cancelled) -> None:
        self._progress = progress
        self._cancelled = cancelled
        self._done = 0

    def start(self, total: int) -> None:
        """Begin a task of so many rows."""
        self._progress.start(TASK, total, _("rows"))

    def advance(self, rows: int) -> None:
        """Count rows; raise where the caller wants no more."""
        self._done += rows
        self._progress.update(TASK, self._done)
        if self._cancelled():
            raise _CancelledError

    def finish(self) -> None:
        """End the task."""
        self._progress.finish(TASK)
