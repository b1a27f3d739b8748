"""`load`: the reference tables of a pipeline from their CSV files into the warehouse."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import CancelledError
from core.jobs.backends import open_warehouse
from core.jobs.base import JobContext, JobResult, Summary
from core.jobs.options import LoadOptions
from core.progress import Cancelled, never_cancelled
from core.text import _
from core.text.amounts import customers, products
from core.text.number_format import count
from core.warehouse.base import Warehouse

if TYPE_CHECKING:
    import pyarrow as pa


Options = LoadOptions


@dataclass(frozen=True)
class LoadResult:
    """Rows that each reference table holds now, by its name. pipeline: its name."""

    rows: Mapping[str, int]
    pipeline: str

    @property
    def bad(self) -> str:
        """Nothing: a file that cannot be loaded is an error."""
        return ""

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        return dict(self.rows)

    def summary(self) -> Summary:
        """Return one line with all counts."""
        if self.rows.keys() == {"customers", "inventory"}:
            line = _("{customers} and {products} in the warehouse").format(
                customers=customers(self.rows["customers"]),
                products=products(self.rows["inventory"]),
            )
        elif self.rows:
            tables = (f"{name} {count(number)}" for name, number in self.rows.items())
            line = _("rows in the warehouse: {tables}").format(tables=", ".join(tables))
        else:
            line = _("the pipeline {name} has no tables of reference").format(name=self.pipeline)
        return Summary(lines=(line,))


def run(context: JobContext, options: Options) -> JobResult:
    """Load every file; loading them again changes nothing."""
    pipeline = context.settings.pipeline
    files = _read(context, options)  # a wrong line is told before a warehouse is asked
    if not files:
        return LoadResult({}, pipeline.name)
    with open_warehouse(context) as warehouse:
        return _load(context, warehouse, files, never_cancelled)


def load(
    context: JobContext,
    warehouse: Warehouse,
    options: Options,
    *,
    cancelled: Cancelled = never_cancelled,
) -> LoadResult:
    """Load every file into an open warehouse.

    Errors: CancelledError once it is cancelled between two; the first tables are loaded then.
    """
    return _load(context, warehouse, _read(context, options), cancelled)


def _read(context: JobContext, options: Options) -> "dict[str, pa.Table]":
    from core.pipeline.reference_csv import read_reference  # noqa: PLC0415 - loads Arrow

    pipeline = context.settings.pipeline
    folder = options.input or context.settings.paths.seed
    return {
        table: read_reference(pipeline, table, folder) for table in pipeline.definition.references
    }


def _load(
    context: JobContext,
    warehouse: Warehouse,
    files: "Mapping[str, pa.Table]",
    cancelled: Cancelled,
) -> LoadResult:
    task, rows = _("load"), dict[str, int]()
    context.progress.start(task, len(files), _("tables"))
    for table, found in files.items():
        if cancelled():
            raise CancelledError(
                _("cancelled: {tables} loaded, the rest is as it was").format(
                    tables=", ".join(rows) or _("nothing")
                )
            )
        context.progress.update(task, len(rows), table)
        rows[table] = warehouse.load_table(table, found)
    context.progress.update(task, len(rows))
    context.progress.finish(task)
    return LoadResult(rows, context.settings.pipeline.name)
