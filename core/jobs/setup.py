"""`setup`: creates the warehouse objects and, with consent, the topic; or shows the SQL."""

from dataclasses import dataclass

from core.config.identifiers import quoted
from core.jobs.backends import open_broker, open_warehouse
from core.jobs.base import JobContext, Summary
from core.jobs.topic import PreparedTopic, plan_line, plan_of, prepare_topic
from core.text import _
from core.warehouse.sqlfiles import script


@dataclass(frozen=True)
class Options:
    """print_sql: show the SQL and run nothing."""

    print_sql: bool = False


@dataclass(frozen=True)
class SetupResult:
    """The statements, and whether they were run. topic: None on the embedded broker."""

    statements: tuple[str, ...]
    executed: bool
    topic: PreparedTopic | None = None

    @property
    def bad(self) -> str:
        """Nothing: a statement that fails is an error."""
        return ""

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        return {
            "statements": [_one_line(text) for text in self.statements],
            "executed": self.executed,
            "topic": None if self.topic is None else self.topic.fields(),
        }

    def summary(self) -> Summary:
        """Return the SQL, or one line that it was run."""
        if self.executed:
            topic = () if self.topic is None else (self.topic.line,)
            return Summary(lines=(_("the warehouse objects are in place"), *topic))
        return Summary(lines=tuple("\n\n".join(self.statements).splitlines()))


def _one_line(statement: str) -> str:
    """Return a statement that still runs when every line break of it is gone.

    A remark that stands alone (what happens to the topic) stays.
    """
    lines = (line.split("--", 1)[0].strip() for line in statement.splitlines())
    return " ".join(line for line in lines if line) or statement


def run(context: JobContext, options: Options) -> SetupResult:
    """Create what is missing; nothing is ever dropped or emptied."""
    dialect = context.settings.warehouse_label
    statements = tuple(
        f"{text};" for text in script(dialect, "setup", quoted(context.settings.schema))
    )
    if options.print_sql:
        plan = plan_of(context.settings)
        told = () if plan is None else (plan_line(plan),)
        return SetupResult((*statements, *told), executed=False)
    with open_warehouse(context) as warehouse:
        warehouse.setup()
    topic = None
    if context.settings.kafka.bootstrap_servers is not None:
        with open_broker(context, start_embedded=False) as broker:
            topic = prepare_topic(context, broker)
    return SetupResult(statements, executed=True, topic=topic)
