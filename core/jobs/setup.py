"""`setup`: creates the warehouse objects, or shows the SQL that would."""

from dataclasses import dataclass

from core.config.identifiers import quoted
from core.jobs.backends import open_warehouse
from core.jobs.base import JobContext, Summary
from core.text import _
from core.warehouse.sqlfiles import script


@dataclass(frozen=True)
class Options:
    """print_sql: show the SQL and run nothing."""

    print_sql: bool = False


@dataclass(frozen=True)
class SetupResult:
    """The statements, and whether they were run."""

    statements: tuple[str, ...]
    executed: bool

    @property
    def bad(self) -> str:
        """Nothing: a statement that fails is an error."""
        return ""

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        return {"statements": list(self.statements), "executed": self.executed}

    def summary(self) -> Summary:
        """Return the SQL, or one line that it was run."""
        if self.executed:
            return Summary(lines=(_("the warehouse objects are in place"),))
        return Summary(lines=tuple("\n\n".join(self.statements).splitlines()))


def run(context: JobContext, options: Options) -> SetupResult:
    """Create what is missing; nothing is ever dropped or emptied."""
    dialect = context.settings.warehouse_label
    statements = tuple(
        f"{text};" for text in script(dialect, "setup", quoted(context.settings.schema))
    )
    if not options.print_sql:
        with open_warehouse(context) as warehouse:
            warehouse.setup()
    return SetupResult(statements, executed=not options.print_sql)
