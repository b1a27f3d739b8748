"""A pipeline's folder: its definition, and SQL by name for each dialect.

    pipeline.toml
    duckdb/*.sql, snowflake/*.sql    one engine's words
    shared/*.sql                     what both understand
    fragments/*.sql                  (of the engine) what other files include

A name is looked up in the folder first, then in `sql/engine`, which holds what every pipeline
needs; what reference tables need is made of its templates (`core.pipeline.references_sql`). In
every file `{schema}`, `{events}`, `{rows}` and `{key}` stand for quoted identifiers and
`{key_path}` for the path of the key within a payload; values are bound, never formatted in.
`{versions}` is the table that the merge writes: that of rows, or where rows can be deleted the one
behind it; `{deleted_key_path}` is where the event of a delete has the key, and `{default_COLUMN}`
the default of a column (`core.pipeline.defaults`).
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from core.errors import ConfigError
from core.pipeline.base import steps
from core.pipeline.defaults import MERGES, literals, placeholder, takes_default
from core.pipeline.definition import Definition
from core.pipeline.kept import KEPT_SQL
from core.pipeline.read import read_definition
from core.pipeline.references_sql import made_sql
from core.pipeline.toml_lines import line_of
from core.text import _, clean
from core.text.os_errors import os_reason

FILE = "pipeline.toml"
BUILTIN = "orders"
DIALECTS = ("duckdb", "snowflake")
MERGES_OF_DELETES = ("merge_before", "merge_outcome")
"""SQL that a pipeline has only where rows can be deleted."""


@dataclass(frozen=True, eq=False)
class Pipeline:
    """One pipeline. where: its folder as people write it; empty for the one that is built in."""

    definition: Definition
    folder: Traversable = field(repr=False)
    where: str = ""
    _texts: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    _defaults: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """Its name, as results and screens show it."""
        return self.definition.name

    def sql(self, dialect: str, name: str) -> str:
        """Return the text of a named SQL file. Errors: KeyError for a name that has none."""
        known = self._texts.get((dialect, name))
        if known is not None:
            return known
        found = _find(self.folder, dialect, name) or made_sql(self.definition, dialect, name)
        if found is None:
            raise KeyError(f"no SQL named {name} for {dialect}")
        self._texts[dialect, name] = found
        return found

    @property
    def has_generator(self) -> bool:
        """Whether seed files can be generated for it: that is so of orders, which are built in."""
        return not self.where

    @property
    def merge_task(self) -> str:
        """Name of the task that merges within Snowflake."""
        return f"merge_{self.definition.tables.rows}_task"

    def has(self, dialect: str, name: str) -> bool:
        """Return whether there is SQL of a name."""
        try:
            self.sql(dialect, name)
        except KeyError:
            return False
        return True

    def placeholders(self, dialect: str) -> dict[str, str]:
        """Return what stands in for each placeholder of the SQL files that is not the schema."""
        if dialect not in self._defaults:
            made = literals(self.definition.event, self.definition.fields, dialect)
            self._defaults[dialect] = dict(made)
        tables = self.definition.tables
        envelope = self.definition.envelope
        key = steps(self.definition.event.key)
        return {
            "events": tables.events,
            "rows": tables.rows,
            "versions": tables.versions if self.definition.deletes else tables.rows,
            "key": self.definition.key_column,
            "key_path": _path_in_sql(key),
            "deleted_key_path": _path_in_sql(key if envelope is None else envelope.key_before),
            **self._defaults[dialect],
        }


def _path_in_sql(place: tuple[str, ...]) -> str:
    return ".".join(map(_step, place)).replace("'", "''")


def _step(step: str) -> str:
    """Return one key of a path as both engines write it."""
    return step if step.isidentifier() and step.isascii() else '"' + step.replace('"', '\\"') + '"'


def _find(folder: Traversable, dialect: str, name: str) -> str | None:
    for root in (folder, files("sql").joinpath("engine")):
        for part in (dialect, "shared", "fragments"):
            file = root.joinpath(part, f"{name}.sql")
            if file.is_file():
                return file.read_text(encoding="utf-8")
    return None


@cache
def builtin() -> Pipeline:
    """Return the pipeline of orders."""
    folder = files("sql").joinpath("orders")
    text = folder.joinpath(FILE).read_text(encoding="utf-8")
    return Pipeline(read_definition(text, f"sql/orders/{FILE}"), folder)


def open_pipeline(where: str, taken: Collection[str] = ()) -> Pipeline:
    """Return the pipeline of a folder; `orders` is the built-in one where no such folder is.

    taken: names that none of its thresholds may have. Errors: ConfigError where it cannot be read,
    DefinitionError for what is wrong in it.
    """
    folder = Path(where)
    if where == BUILTIN and not folder.exists():
        return builtin()
    file = folder / FILE
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigError(
            _("{file}: there is no such file").format(file=clean(file)),
            hint=_("name the folder of a pipeline; `dropship --run init NAME` writes one"),
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = os_reason(error) if isinstance(error, OSError) else _("not UTF-8")
        raise ConfigError(
            _("{file}: {reason}").format(file=clean(file), reason=reason),
            hint=_("see that the file can be read"),
        ) from error
    pipeline = Pipeline(read_definition(text, str(file), taken), folder, where)
    _check_queries(pipeline, file)
    _check_defaults(pipeline, file, text)
    return pipeline


def _check_queries(pipeline: Pipeline, file: Path) -> None:
    """Refuse a definition that names SQL which is not there."""
    named = [kpi.query for kpi in pipeline.definition.kpis]
    if pipeline.definition.deletes:
        named += MERGES_OF_DELETES
    if pipeline.definition.keeps:
        named += [*KEPT_SQL, *(kpi.kept for kpi in pipeline.definition.kpis if kpi.kept)]
    for check in pipeline.definition.checks:
        named += [check.query, *([check.rows] if check.rows else [])]
    for name in named:
        if not pipeline.has(DIALECTS[0], name) and not pipeline.has(DIALECTS[1], name):
            raise ConfigError(
                _("{file}: there is no SQL file {name}.sql for it").format(
                    file=clean(file), name=name
                ),
                hint=_("put it into the folder's duckdb, snowflake or shared"),
            )


def _check_defaults(pipeline: Pipeline, file: Path, text: str) -> None:
    """Refuse a default that the merge of a folder does not take."""
    merges = [
        (dialect, name) for dialect in DIALECTS for name in MERGES if pipeline.has(dialect, name)
    ]
    for path, described in pipeline.definition.fields.items():
        column = described.column_at(path)
        if described.default is None or column is None:
            continue
        for dialect, name in merges:
            if not takes_default(pipeline.sql(dialect, name), column):
                raise ConfigError(
                    _("{file}:{line}: fields.{path}.default: {sql} does not take it").format(
                        file=clean(file),
                        line=line_of(text, ("fields", path, "default")),
                        path=clean(path, 80),
                        sql=f"{dialect}/{name}.sql",
                    ),
                    hint=_("write COALESCE({column}, {placeholder}) for the column there").format(
                        column=column, placeholder=f"{{{placeholder(column)}}}"
                    ),
                )
