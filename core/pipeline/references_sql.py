"""SQL of reference tables, made from the definition: their tables, rights, loading and check.

A folder's own file of the same name goes first.
"""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from core.pipeline.definition import Definition

if TYPE_CHECKING:
    import jinja2

_OF_ALL = {
    "reference_tables": "tables",
    "reference_grants": "grants",
    "validate_references": "validate",
    "validate_references_rows": "validate_rows",
}
_OF_ONE = ("replace", "insert", "count", "load")
_SHARED = frozenset({"count", "tables", "validate", "validate_rows"})


def made_sql(definition: Definition, dialect: str, name: str) -> str | None:
    """Return SQL of a name, as `load_customers`; None where it is none of reference tables."""
    if name in _OF_ALL:
        tables = {"references": definition.references, "joined": definition.joined}
        return _filled(dialect, _OF_ALL[name], tables)
    what, _line, table = name.partition("_")
    if what in _OF_ONE and table in definition.references:
        return _filled(dialect, what, {"name": table, "table": definition.references[table]})
    return None


def _filled(dialect: str, template: str, values: Mapping[str, Any]) -> str | None:
    from jinja2 import TemplateNotFound  # noqa: PLC0415 - only where there are such tables

    place = "shared" if template in _SHARED else dialect
    try:
        found = _environment().get_template(f"references/{place}/{template}.sql.j2")
    except TemplateNotFound:
        return None
    return found.render(values, dialect=dialect)


@cache
def _environment() -> "jinja2.Environment":
    from core.pipeline.templates import environment  # noqa: PLC0415 - as above

    return environment()
