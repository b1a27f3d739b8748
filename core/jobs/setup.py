"""`setup`: creates the warehouse objects and, with consent, the topic; or shows the SQL."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.config import Settings
from core.config.identifiers import quoted
from core.jobs.backends import open_broker, open_warehouse
from core.jobs.base import JobContext, Summary
from core.jobs.options import SetupOptions
from core.jobs.topic import PreparedTopic, plan_line, plan_of, prepare_topic
from core.text import _, clean
from core.warehouse.model import SetupStep
from core.warehouse.sqlfiles import script

Options = SetupOptions


@dataclass(frozen=True)
class SetupResult:
    """The statements, and whether they were run.

    text: what is shown of them, remarks included. steps: what became of each script, where there
    are several. topic: None on the embedded broker.
    """

    statements: tuple[str, ...]
    executed: bool
    text: str = ""
    steps: Sequence[SetupStep] = ()
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
            "steps": [_step_fields(step) for step in self.steps],
            "topic": None if self.topic is None else self.topic.fields(),
        }

    def summary(self) -> Summary:
        """Return the SQL, or a line for each script and one that all is in place."""
        if not self.executed:
            return Summary(lines=tuple(self.text.splitlines()))
        topic = () if self.topic is None else (self.topic.line,)
        steps = tuple(line for step in self.steps for line in _step_lines(step))
        return Summary(lines=(*steps, _("the warehouse objects are in place"), *topic))


def _step_fields(step: SetupStep) -> dict[str, object]:
    return {
        "script": step.script,
        "done": step.done,
        "denied": step.denied,
        "reason": step.reason,
        "kept": step.kept,
    }


def _step_lines(step: SetupStep) -> tuple[str, ...]:
    """Return what a person reads of one script, and of what it cannot change."""
    return (_step_line(step), f"   {step.kept}") if step.kept else (_step_line(step),)


def _step_line(step: SetupStep) -> str:
    name, title = clean(step.script[:2]), step.title
    if not step.denied:
        return _("{name} {title}: done").format(name=name, title=title)
    total = step.done + step.denied
    line = (
        _("{name} {title}: {done} of {total} statements run; the rest is not for this role: {why}")
        if step.done
        else _("{name} {title}: left as it is, not for this role: {why}")
    )
    return line.format(
        name=name, title=title, done=step.done, total=total, why=clean(step.reason, 200)
    )


def _one_line(statement: str) -> str:
    """Return a statement that still runs when every line break of it is gone.

    A remark that stands alone (what happens to the topic) stays.
    """
    lines = (line.split("--", 1)[0].strip() for line in statement.splitlines())
    return " ".join(line for line in lines if line) or statement


def _duckdb_sql(settings: Settings) -> tuple[tuple[str, ...], str]:
    schema = quoted(settings.schema)
    statements = tuple(
        f"{text};"
        for name in ("setup", "tables", "reference_tables")
        for text in script("duckdb", name, schema, settings.pipeline)
    )
    return statements, "\n\n".join(statements)


def _snowflake_sql(settings: Settings) -> tuple[tuple[str, ...], str]:
    from core.warehouse.snowflake import identifiers, scripts  # noqa: PLC0415 - only where it is used

    known = identifiers.snowflake_identifiers(settings)
    wanted = scripts.setup_scripts(known)
    statements = tuple(
        f"{text};" for name in wanted for text in scripts.script_statements(name, known)
    )
    text = "\n".join(f"-- {name}.sql\n{scripts.script_text(name, known)}" for name in wanted)
    return statements, text


def run(context: JobContext, options: Options) -> SetupResult:
    """Create what is missing; nothing is ever dropped or emptied."""
    settings = context.settings
    shown = _duckdb_sql if settings.snowflake is None else _snowflake_sql
    statements, text = shown(settings)
    if options.print_sql:
        plan = plan_of(settings)
        told = () if plan is None else (plan_line(plan),)
        return SetupResult((*statements, *told), executed=False, text="\n\n".join((text, *told)))
    with open_warehouse(context) as warehouse:
        steps = warehouse.setup(again=True)
    topic = None
    if settings.kafka.bootstrap_servers is not None:
        with open_broker(context, start_embedded=False) as broker:
            topic = prepare_topic(context, broker)
    return SetupResult(statements, executed=True, steps=steps, topic=topic)
