"""`load`: customers and inventory from their CSV files into the warehouse."""

from dataclasses import dataclass
from pathlib import Path

from core.jobs.backends import open_warehouse
from core.jobs.base import JobContext, Summary
from core.text import _
from core.text.figures import count
from core.warehouse.base import Warehouse


@dataclass(frozen=True)
class Options:
    """input: folder of the CSV files; None is the seed folder of the data directory."""

    input: Path | None = None


@dataclass(frozen=True)
class LoadResult:
    """Rows that the tables hold now."""

    customers: int
    inventory: int

    @property
    def bad(self) -> str:
        """Nothing: a file that cannot be loaded is an error."""
        return ""

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        return {"customers": self.customers, "inventory": self.inventory}

    def summary(self) -> Summary:
        """Return one line with both counts."""
        line = _("{customers} customers and {inventory} products in the warehouse")
        return Summary(
            lines=(line.format(customers=count(self.customers), inventory=count(self.inventory)),)
        )


def run(context: JobContext, options: Options) -> LoadResult:
    """Load both files; loading them again changes nothing."""
    with open_warehouse(context) as warehouse:
        return load(context, warehouse, options)


def load(context: JobContext, warehouse: Warehouse, options: Options) -> LoadResult:
    """Load both files into an open warehouse."""
    folder = options.input or context.settings.paths.seed
    return LoadResult(
        customers=warehouse.load_table("customers", folder / "customers.csv"),
        inventory=warehouse.load_table("inventory", folder / "inventory.csv"),
    )
