"""The numbered scripts of sql/engine/snowflake: filled with names, split, run one by one.

They are written for people first: an administrator reads them, or runs what `setup --print` shows.
`setup` runs them with the role it has. What that role may not do is no error as long as the tables
are there in the end: on most accounts somebody else made warehouse, roles and user long ago.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from core.config.identifiers import quoted
from core.errors import WarehouseError
from core.text import _, clean
from core.warehouse.model import Row, SetupStep
from core.warehouse.snowflake.identifiers import SYSTEM_ROLES, Identifiers
from core.warehouse.sqlfiles import source
from core.warehouse.tables import later_columns

_TABLES = "03_tables"
SETUP_SCRIPTS = (
    "01_warehouse_database_schema",
    "02_roles_and_user",
    _TABLES,
    "04_stream_and_task",
    "05_grants",
)
"""What `setup` always runs and prints, in this order."""

SERVERLESS, TASK_ERRORS, MAIL_ALERT = "10_serverless_tasks", "11_task_errors", "12_mail_alert"
WANTED_SCRIPTS = (SERVERLESS, TASK_ERRORS, MAIL_ALERT)
"""What `setup` runs after the others where a setting asks for it."""

_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
_TABLE = re.compile(r"CREATE TABLE IF NOT EXISTS \S+\.(\w+) \(")
_USE_ROLE = re.compile(r'USE ROLE "?([\w$]+)"?')
# A piece of a script in which a semicolon ends nothing: a remark, a string, a name, a body.
_PART = re.compile(
    r"--[^\n]*|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$\$.*?\$\$|;|[^;'\"$-]+|.", re.DOTALL
)
_DENIED = frozenset({2003, 2043, 3001, 3013})
"""Driver codes: does not exist or is not authorized (twice), insufficient privileges, and the role
of a USE ROLE that was not granted to the user."""
_OWNER_LACKS = "must be granted to owner role"
"""What RESUME says where the owner may run no tasks, no serverless ones, or not on a warehouse."""


def setup_scripts(names: Identifiers) -> tuple[str, ...]:
    """Return what `setup` runs and prints with these settings, in this order."""
    tasks = names.tasks
    wanted = {
        SERVERLESS: tasks.compute == "serverless",
        TASK_ERRORS: tasks.error_integration is not None,
        MAIL_ALERT: bool(tasks.mail_to),
    }
    return (*SETUP_SCRIPTS, *(script for script, is_wanted in wanted.items() if is_wanted))


class Session(Protocol):
    """One connection to Snowflake."""

    def run(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run one statement with `?` parameters bound.

        Errors: WarehouseError, caused by the driver's error, which has an `errno`.
        """
        ...


def script_text(name: str, names: Identifiers) -> str:
    """Return a whole script, remarks included, with every placeholder filled."""
    known = names.placeholders()
    return _PLACEHOLDER.sub(lambda found: known[found[1]], _source(name, names))


def script_statements(name: str, names: Identifiers) -> list[str]:
    """Return the statements of a script, without the remarks between them."""
    return split_statements(script_text(name, names))


def split_statements(text: str) -> list[str]:
    """Return the statements of a text, split at semicolons outside of strings and $$ bodies."""
    statements: list[str] = []
    parts: list[str] = []
    for part in _PART.findall(text):
        if part == ";":
            statements.append("".join(parts).strip())
            parts = []
        elif parts or not (part.startswith("--") or part.isspace()):
            parts.append(part)
    statements.append("".join(parts).strip())
    return [statement for statement in statements if statement]


def script_tables(names: Identifiers) -> tuple[str, ...]:
    """Return the names of the tables that 03_tables.sql makes, in its order."""
    return tuple(_TABLE.findall(script_text(_TABLES, names)))


def tables_present(session: Session, names: Identifiers) -> bool:
    """Return whether every table is there, visible and complete, so that nothing has to be made."""
    return not _missing(session, names)


def missing_columns(session: Session, names: Identifiers) -> list[str]:
    """Return the columns that tables of an earlier version lack."""
    found = session.run(script_text("setup_columns", names), [names.schema_name.upper()])
    present = {f"{table}.{column}".lower() for table, column in found}
    wanted = later_columns(names.pipeline.definition.tables.events)
    return [column for column in wanted if column not in present]


def run_setup(session: Session, names: Identifiers, *, role: str) -> tuple[SetupStep, ...]:
    """Run the scripts of `setup` as far as the role may; tell what became of each.

    role: the session's, as configured; empty where the user's default is in force. A script is run
    as its own role where that can only lower the rights: as the owner's where it is granted, and as
    one of Snowflake's only from ACCOUNTADMIN. In the end the session has the role it had.

    Errors: WarehouseError when tables are missing in the end, or for anything but a missing right.
    """
    role = role.upper() or _current_role(session, names)
    steps = tuple(_run_script(session, name, names, role) for name in setup_scripts(names))
    _may(session, f"USE ROLE {quoted(role)}")
    missing = _missing(session, names)
    if missing:
        raise WarehouseError(
            _("{schema} lacks {tables}; the role {role} may not create them").format(
                schema=clean(names.schema), tables=", ".join(missing), role=clean(role) or "-"
            ),
            hint=_("an administrator runs what `dropship --run setup --print` shows"),
        )
    kept = _kept(session, names)
    return tuple(replace(step, kept=kept) if step.script == _TABLES else step for step in steps)


def _kept(session: Session, names: Identifiers) -> str:
    """Return what tables of an earlier version keep; empty where nothing is, or is seen."""
    try:
        found = session.run(script_text("setup_ordered", names), [names.schema_name.upper()])
    except WarehouseError:
        return ""  # a remark is not worth a setup
    columns = [clean(f"{table}.{column}".lower(), 80) for table, column in found]
    if not columns:
        return ""
    return _(
        "{columns} keeps numbers in order (AUTOINCREMENT ORDER), which slows down several workers "
        "at once; no statement changes that, only a new table has NOORDER"
    ).format(columns=", ".join(columns))


def step_title(script: str) -> str:
    """Return what a script makes, in the person's language."""
    return {
        "01_warehouse_database_schema": _("warehouse, database and schema"),
        "02_roles_and_user": _("roles and the user of the workers"),
        _TABLES: _("tables"),
        "04_stream_and_task": _("stream, merge procedure and task"),
        "05_grants": _("rights of workers and readers"),
        SERVERLESS: _("tasks on Snowflake's own compute"),
        TASK_ERRORS: _("failed tasks into the queue of the cloud"),
        MAIL_ALERT: _("failed tasks by mail"),
    }[script]


def _source(name: str, names: Identifiers) -> str:
    return source("snowflake", name, names.pipeline)


def _run_script(session: Session, name: str, names: Identifiers, role: str) -> SetupStep:
    done = denied = 0
    reason = ""
    for statement in script_statements(name, names):
        wanted = _USE_ROLE.fullmatch(statement)
        if wanted:
            if wanted[1] not in SYSTEM_ROLES or role == "ACCOUNTADMIN":
                _may(session, statement)
            continue
        refusal = _may(session, statement)
        if refusal is None:
            done += 1
        else:
            denied += 1
            reason = reason or refusal
    return SetupStep(name, step_title(name), done, denied, reason)


def _may(session: Session, statement: str) -> str | None:
    """Run a statement; return why the role may not, None when it was run."""
    try:
        session.run(statement)
    except WarehouseError as error:
        denied = getattr(error.__cause__, "errno", None) in _DENIED
        if not denied and _OWNER_LACKS not in error.message:
            raise
        return error.message
    return None


def _current_role(session: Session, names: Identifiers) -> str:
    ((_user, role, _warehouse, _version),) = session.run(script_text("session_facts", names))
    return str(role or "PUBLIC")


def _missing(session: Session, names: Identifiers) -> list[str]:
    """Return what a worker cannot do without and the role does not see."""
    missing = _missing_tables(session, names) or missing_columns(session, names)
    if missing or session.run(script_text("store_batch_exists", names)):
        return missing
    return ["store_batch"]


def _missing_tables(session: Session, names: Identifiers) -> list[str]:
    found = session.run(script_text("setup_tables", names), [names.schema_name.upper()])
    present = {str(row[0]).lower() for row in found}
    return [table for table in script_tables(names) if table not in present]
