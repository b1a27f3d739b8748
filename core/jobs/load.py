"""`load`: customers and inventory from their CSV files into the warehouse."""

from dataclasses import dataclass

from core.errors import CancelledError, UsageError
from core.jobs.backends import open_warehouse
from core.jobs.base import JobContext, JobResult, Summary
from core.jobs.options import LoadOptions
from core.progress import Cancelled, never_cancelled
from core.text import _
from core.text.amounts import customers, products
from core.warehouse.base import Warehouse
from core.warehouse.reference_csv import read_reference

_TABLES = ("customers", "inventory")


Options = LoadOptions


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
        line = _("{customers} and {products} in the warehouse")
        return Summary(
            lines=(
                line.format(customers=customers(self.customers), products=products(self.inventory)),
            )
        )


@dataclass(frozen=True)
class NothingToLoad:
    """What a pipeline without tables of reference has to load."""

    name: str
    bad: str = ""

    def fields(self) -> dict[str, object]:
        """Return no keys: there are no tables."""
        return {}

    def summary(self) -> Summary:
        """Return one line that says so."""
        line = _("the pipeline {name} has no tables of reference").format(name=self.name)
        return Summary(lines=(line,))


def run(context: JobContext, options: Options) -> JobResult:
    """Load both files; loading them again changes nothing.

    Errors: UsageError for a pipeline whose own tables only its own SQL can load.
    """
    pipeline = context.settings.pipeline
    if not pipeline.has_generator:
        if pipeline.definition.references:
            raise UsageError(
                _("load: only the tables of orders are loaded from CSV yet"),
                hint=_("load those of {name} with SQL of your own").format(name=pipeline.name),
            )
        return NothingToLoad(pipeline.name)
    folder = options.input or context.settings.paths.seed
    for table in _TABLES:
        # Read to the end: a wrong line is told before a warehouse is asked.
        for _rows in read_reference(table, folder / f"{table}.csv"):
            if context.stopping:
                break
    with open_warehouse(context) as warehouse:
        return load(context, warehouse, options)


def load(
    context: JobContext,
    warehouse: Warehouse,
    options: Options,
    *,
    cancelled: Cancelled = never_cancelled,
) -> LoadResult:
    """Load both files into an open warehouse.

    Errors: CancelledError once it is cancelled between the two; the first table is loaded then.
    """
    folder = options.input or context.settings.paths.seed
    task, rows = _("load"), dict[str, int]()
    context.progress.start(task, len(_TABLES), _("tables"))
    for table in _TABLES:
        if cancelled():
            raise CancelledError(
                _("cancelled: {tables} loaded, the rest is as it was").format(
                    tables=", ".join(rows) or _("nothing")
                )
            )
        context.progress.update(task, len(rows), table)
        rows[table] = warehouse.load_table(table, folder / f"{table}.csv")
    context.progress.update(task, len(rows))
    context.progress.finish(task)
    return LoadResult(rows["customers"], rows["inventory"])
