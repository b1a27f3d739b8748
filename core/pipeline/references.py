"""Reference tables as a definition writes them: loaded from CSV files, named by fields."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from core.pipeline.base import FieldPath, Model, SqlName
from core.pipeline.fields import EventField, FieldRules, is_key_type
from core.text import N_

_TEXTS = frozenset({"identifier", "text", "uuid"})


class ReferenceColumn(FieldRules):
    """A column of a reference table; an empty cell is no value (SQL NULL)."""

    required: bool = False


class Reference(Model):
    """A table that is loaded from a CSV file. field: the field of events that names its key."""

    file: str
    key: SqlName
    field: FieldPath | None = None
    columns: Annotated[dict[SqlName, ReferenceColumn], Field(min_length=1)]

    @model_validator(mode="after")
    def _has_key(self) -> Self:
        if self.key not in self.columns:
            raise PydanticCustomError("key", N_("names no column of the table as its key"))
        if not is_key_type(self.columns[self.key].type):
            raise PydanticCustomError(
                "key", N_("names a key that is no identifier, text, integer or uuid")
            )
        return self


def problems_of_references(
    references: Mapping[str, Reference], fields: Mapping[str, EventField]
) -> Iterator[tuple[str, str]]:
    """Yield what does not fit the fields of events: the place of a key, and what is wrong there."""
    for name, table in references.items():
        where = f"references.{name}.field"
        if table.field is None:
            continue
        if table.field not in fields:
            yield where, N_("names no path of [fields]")
            continue
        kinds = {table.columns[table.key].type.kind, fields[table.field].type.kind}
        if len(kinds) > 1 and not kinds <= _TEXTS:
            yield where, N_("is of another type than the key of the table")
