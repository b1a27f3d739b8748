"""`seed`: generates customers.csv, inventory.csv and orders.csv."""

from dataclasses import dataclass

from core.config.folders import check_folder
from core.errors import UsageError
from core.jobs.base import JobContext, Summary, Table
from core.jobs.options import SeedOptions
from core.pipeline import Pipeline
from core.seed.spec import SeedResult, SeedSpec
from core.text import _
from core.text.amounts import customers, orders, products

Options = SeedOptions


@dataclass(frozen=True)
class SeedJobResult:
    """What was written; nothing when the job was interrupted."""

    written: SeedResult

    @property
    def bad(self) -> str:
        """Nothing: what cannot be written is an error."""
        return ""

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        written = self.written
        return {
            "customers": written.customers,
            "products": written.products,
            "orders": written.orders,
            "seed": written.seed,
            "files": [
                {"path": file.path, "rows": file.rows, "bytes": file.bytes, "sha256": file.sha256}
                for file in written.files
            ],
        }

    def summary(self) -> Summary:
        """Return a table of the files."""
        if self.written.cancelled:
            return Summary(lines=(_("interrupted: the files that were there are as they were"),))
        rows = [
            (str(file.path), file.rows, file.bytes, file.sha256[:12]) for file in self.written.files
        ]
        heads = (_("file"), _("rows"), _("bytes"), "sha256")
        line = _("{customers}, {products} and {orders}").format(
            customers=customers(self.written.customers),
            products=products(self.written.products),
            orders=orders(self.written.orders),
        )
        return Summary(lines=(line,), tables=[Table(heads, rows)])


def spec_of(options: Options) -> SeedSpec:
    """Return what to generate. Errors: UsageError naming the option, also for `--output`."""
    if options.output is not None:
        check_folder("--output", options.output)
    return SeedSpec(
        customers=options.customers,
        products=options.products,
        orders=options.orders,
        seed=options.seed,
        start=options.start,
        end=options.end,
    )


def no_generator(pipeline: Pipeline) -> UsageError:
    """Return why no seed files can be made for a pipeline, and what to do instead."""
    return UsageError(
        _("seed: there is no generator for the pipeline {name}").format(name=pipeline.name),
        hint=_("`dropship --run produce --mode stream` makes up events by its definition"),
    )


def run(context: JobContext, options: Options) -> SeedJobResult:
    """Generate the files, all of them or none."""
    spec = spec_of(options)
    if not context.settings.pipeline.has_generator:
        raise no_generator(context.settings.pipeline)
    from core.seed.generate import generate  # noqa: PLC0415 - loads Faker

    written = generate(
        spec,
        options.output or context.settings.paths.seed,
        progress=context.progress,
        cancelled=context.cancelled,
    )
    return SeedJobResult(written)
