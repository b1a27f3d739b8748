"""The identifiers of Snowflake as the settings give them: warehouse, schema, roles and so on.

A configured name means what Snowflake means by it without quotes: `mon_schema` is MON_SCHEMA. In
SQL it stands in upper case and in quotes, so that no name can be anything but a name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from core import __version__
from core.config.identifiers import quoted
from core.config.settings import Settings, SnowflakeTasks
from core.pipeline.folder import Pipeline, builtin

OWNER_ROLE = "DROPSHIP_OWNER"
WORKER_ROLE = "DROPSHIP_WORKER"
READER_ROLE = "DROPSHIP_READER"
WORKER_USER = "DROPSHIP_WORKER"
SYSTEM_ROLES = frozenset({"ACCOUNTADMIN", "SECURITYADMIN", "SYSADMIN", "USERADMIN", "PUBLIC"})


@dataclass(frozen=True)
class Identifiers:
    """Plain names, not quoted. Each name but `schema_name` is a placeholder of SQL.

    `schema_text` and `database_text` are the names as strings, to compare with the catalogue.
    """

    warehouse: str
    database: str
    schema_name: str
    worker_user: str = WORKER_USER
    worker_role: str = WORKER_ROLE
    owner_role: str = OWNER_ROLE
    reader_role: str = READER_ROLE
    tasks: SnowflakeTasks = field(default_factory=SnowflakeTasks)
    pipeline: Pipeline = field(default_factory=builtin)

    @property
    def schema(self) -> str:
        """The schema with its database, quoted: what `{schema}` stands for."""
        return f"{_in_sql(self.database)}.{_in_sql(self.schema_name)}"

    def placeholders(self) -> Mapping[str, str]:
        """Return what each placeholder of a script becomes, quoted."""
        plain = {
            item.name: _in_sql(getattr(self, item.name))
            for item in fields(self)
            if item.name not in {"schema_name", "tasks", "pipeline"}
        }
        return {
            **plain,
            **self.pipeline.placeholders("snowflake"),
            "schema": self.schema,
            "schema_text": _text(self.schema_name),
            "database_text": _text(self.database),
            "version": __version__,
            "task_interval_s": str(self.tasks.interval_s),
            "error_integration": _in_sql(self.tasks.error_integration or "NONE"),
            "mail_to_text": literal(", ".join(self.tasks.mail_to)),
        }


def snowflake_identifiers(settings: Settings) -> Identifiers:
    """Return the names in force.

    The workers' user is SNOW_WORKER_USER and never who is logged in: scripts that an administrator
    runs must not give the administrator the worker's role. SNOW_ROLE is the worker's role, unless
    it is one of Snowflake's own or the owner's: then it is the role of whoever sets things up, and
    the worker's keeps its default.
    """
    snowflake = settings.snowflake
    if snowflake is None:
        raise ValueError("the settings name no Snowflake account")
    role = (snowflake.role or WORKER_ROLE).upper()
    taken = SYSTEM_ROLES | {OWNER_ROLE, READER_ROLE}
    return Identifiers(
        warehouse=snowflake.warehouse,
        database=snowflake.database,
        schema_name=settings.schema,
        worker_user=snowflake.worker_user or WORKER_USER,
        worker_role=WORKER_ROLE if role in taken else role,
        tasks=snowflake.tasks,
        pipeline=settings.pipeline,
    )


def _in_sql(name: str) -> str:
    return quoted(name.upper())


def literal(value: str) -> str:
    """Return a value as a string of Snowflake's SQL, in which a backslash escapes too."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _text(name: str) -> str:
    """Return a name as a string of SQL, as the catalogue holds it."""
    return literal(name.upper())
