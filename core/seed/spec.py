"""What to generate, checked, and what came of it. Free of heavy imports: the command line uses it.

The same specification gives the same bytes on every machine that has the locked dependencies.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core.errors import UsageError
from core.text import _

CUSTOMERS_FILE = "customers.csv"
INVENTORY_FILE = "inventory.csv"
ORDERS_FILE = "orders.csv"

MOST_ROWS = 100_000_000
"""Upper bound of each count."""

MOST_DAYS = 3_660
"""Longest period, about ten years: the hourly profile is held in memory and in 64-bit integers."""

MOST_SEED = 2**63 - 1
FIRST_YEAR = 1970
LAST_YEAR = 2200


@dataclass(frozen=True)
class SeedSpec:
    """How many rows, from which random seed, over which days (both included, UTC).

    Raises UsageError, naming the option, where a value is out of bounds.
    """

    customers: int = 1000
    products: int = 200
    orders: int = 5000
    seed: int = 42
    start: date = date(2024, 1, 1)
    end: date = date(2024, 12, 31)

    def __post_init__(self) -> None:
        _check("--customers", self.customers, 1, MOST_ROWS)
        _check("--products", self.products, 1, MOST_ROWS)
        _check("--orders", self.orders, 0, MOST_ROWS)
        _check("--seed", self.seed, 0, MOST_SEED)
        _check("--start", self.start.year, FIRST_YEAR, LAST_YEAR)
        _check("--end", self.end.year, FIRST_YEAR, LAST_YEAR)
        if self.end < self.start:
            raise UsageError(
                _("--end {end} lies before --start {start}").format(end=self.end, start=self.start),
                hint=_("Give an end that is the start or a later day."),
            )
        if self.days > MOST_DAYS:
            raise UsageError(
                _("--start {start} to --end {end} is {days} days, more than {most}").format(
                    start=self.start, end=self.end, days=self.days, most=MOST_DAYS
                ),
                hint=_("Give a period of at most ten years."),
            )

    @property
    def days(self) -> int:
        """Days of the period, first and last included."""
        return (self.end - self.start).days + 1

    @property
    def rows(self) -> int:
        """Rows of the three files together."""
        return self.customers + self.products + self.orders


@dataclass(frozen=True)
class SeedFile:
    """One finished file. rows: without the header; sha256: of the whole file, hexadecimal."""

    path: Path
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class SeedResult:
    """What was written. A cancelled run keeps nothing: no files, counts of zero."""

    customers: int
    products: int
    orders: int
    seed: int
    files: tuple[SeedFile, ...]
    cancelled: bool = False


def _check(option: str, value: int, low: int, high: int) -> None:
    if low <= value <= high:
        return
    raise UsageError(
        _("{option} {value} is out of bounds").format(option=option, value=value),
        hint=_("{option} takes {low} to {high}.").format(option=option, low=low, high=high),
    )
