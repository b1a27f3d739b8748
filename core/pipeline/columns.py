"""The columns of the table of rows: one for each field that is not kept out of it."""

import re
from collections.abc import Iterator, Mapping

from core.pipeline.base import steps
from core.pipeline.fields import EventField
from core.pipeline.reserved_words import RESERVED_WORDS
from core.text import N_

RESERVED = frozenset(
    {
        "seq",
        "event_id",
        "created_at",
        "source_id",
        "kafka_partition",
        "kafka_offset",
        "usable",
        "unusable",
        "row_key",
        "ingested_at",
    }
)
"""Columns that the engine has beside those of a pipeline."""
RESERVED_OF_DELETES = frozenset({"deleted", "tombstone", "was_live", "was_same"})
"""Further ones where rows can be deleted."""
_USABLE = re.compile(r"[a-z_][a-z0-9_]{0,62}", re.ASCII)


def problems_of_columns(
    fields: Mapping[str, EventField], key: str, *, deletes: bool
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with names of columns: the place of a key, and why.

    key: the path of the field that names a row. deletes: whether rows can be deleted.
    """
    reserved = RESERVED | RESERVED_OF_DELETES if deletes else RESERVED
    seen: set[str] = set()
    for path, field in fields.items():
        column = field.column_at(path)
        if column is None:
            continue
        if not _USABLE.fullmatch(column) or column in RESERVED_WORDS:
            yield f"fields.{path}", N_("needs a column: its path is no name of SQL")
        elif column in reserved:
            yield f"fields.{path}", N_("its column has a name that is reserved")
        elif column in seen:
            yield f"fields.{path}", N_("its column is there twice")
        seen.add(column)
    if fields[key].column_at(key) is None:
        yield "event.key", N_("must have a column")


def problems_of_paths(fields: Mapping[str, EventField]) -> Iterator[tuple[str, str]]:
    """Yield fields that lie within another one that is no object."""
    places = {steps(path): path for path in fields}
    for place, path in places.items():
        if any(place[:end] in places for end in range(1, len(place))):
            yield f"fields.{path}", N_("lies within another field")
