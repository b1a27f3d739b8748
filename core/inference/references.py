"""Reference tables from CSV files: their columns, their key, and the field of events that names it.

`init --reference NAME=FILE.csv` writes what is found here. A file is loaded whole or refused, so
each column gets a type that every one of its cells has.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InputError, UsageError
from core.inference.fields import Inferred, infer_fields
from core.inference.file import FileSample
from core.inference.names import ENGINE_TABLES, means_id, plain_name, table_name, words
from core.inference.profile import Profile
from core.pipeline.fields import is_key_type
from core.pipeline.reference_csv import cell_reader
from core.pipeline.references import ReferenceColumn
from core.pipeline.reserved_words import RESERVED_WORDS
from core.pipeline.types import FieldType
from core.pipeline.value_errors import ValueRefusedError
from core.progress import Cancelled
from core.text import _, clean
from core.text.number_format import count

_ALL = 2**62
_NAMED, _UNNAMED = 0.5, 1.0
"""Share of a field's values that are keys, where its name speaks of the table, and where not."""
_FEW = 2
_AS_TEXT = frozenset({"identifier", "text", "uuid"})


@dataclass(frozen=True)
class FoundColumn:
    """A column of a reference table. required: no cell is empty."""

    name: str
    type: FieldType
    required: bool
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class FoundReference:
    """A reference table. field: the path of events that names its key; None: none does."""

    name: str
    file: Path
    rows: int
    key: str
    columns: tuple[FoundColumn, ...]
    field: str | None = None
    doubts: tuple[str, ...] = ()


def asked_references(text: str | None, pipeline: str) -> tuple[tuple[str, Path], ...]:
    """Return the tables and files of `--reference`. pipeline: its name. Errors: UsageError."""
    rows = table_name(pipeline)
    taken = {rows, *(f"{rows.rstrip('_')}_{part}" for part in ("events", "versions"))}
    found: dict[str, Path] = {}
    for part in (text or "").split(",") if text is not None else ():
        name, _equals, file = (piece.strip() for piece in part.partition("="))
        if not name or not file:
            raise _misused(_("{part} is not NAME=FILE.csv").format(part=clean(part, 80) or "''"))
        if name in found:
            raise _misused(_("{name} is there twice").format(name=clean(name, 80)))
        if name != plain_name(name) or name in RESERVED_WORDS or name in ENGINE_TABLES | taken:
            raise _misused(_("{name} is no name for a table").format(name=clean(name, 80)))
        found[name] = Path(file)
    return tuple(found.items())


def find_reference(
    name: str, file: Path, fields: Sequence[Inferred], cancelled: Cancelled
) -> FoundReference:
    """Return what a CSV file holds. fields: of the events.

    Errors: InputError (no CSV, a column of none that could be the key).
    """
    sample = FileSample(file, _ALL)
    if sample.layout.format != "csv" or sample.layout.delimiter != ",":
        raise InputError(
            _("{file}: it is not CSV with commas").format(file=clean(file)),
            hint=_("reference tables are loaded from CSV with commas, quotes and a header"),
        )
    profile = Profile()
    for record in sample.records(cancelled):
        profile.observe(record)
    for reason, (_number, where) in profile.unreadable.items():
        raise InputError(
            _("{where}: {reason}").format(where=where, reason=reason), hint=_("fix the file")
        )
    inferred = {one.path: one for one in infer_fields(profile, typed=False)}
    columns, left = _columns(sample, inferred, profile.events, cancelled)
    key = _key(name, file, columns, inferred, profile.events)
    keys = {hash(text) for text in _cells(sample, key.name, cancelled)}
    field, doubt = _field(name, key, keys, fields)
    doubts = [doubt]
    if not _names_rows(key.name, name):
        told = _("{key} is taken for the key, since each row has a value of its own there")
        doubts.insert(0, told.format(key=key.name))
    if left:
        told = _("skipped, since these are no names of SQL in small letters: {names}")
        doubts.append(told.format(names=clean(", ".join(left), 300)))
    return FoundReference(name, file, profile.events, key.name, columns, field, tuple(doubts))


def _columns(
    sample: FileSample, inferred: dict[str, Inferred], rows: int, cancelled: Cancelled
) -> tuple[tuple[FoundColumn, ...], list[str]]:
    """Return the columns of a header, and the names of those that cannot be loaded."""
    names = [name for name in sample.layout.header if _is_column(name)]
    found = []
    for name in names:
        one = inferred.get(name)
        kind = FieldType("text") if one is None or one.type.kind == "json" else one.type
        required = one is not None and one.counts.seen == rows
        refused = _refused(sample, name, kind, cancelled)
        doubts = () if refused is None else (_("kept as text: {reason}").format(reason=refused),)
        found.append(
            FoundColumn(name, kind if refused is None else FieldType("text"), required, doubts)
        )
    return tuple(found), [name for name in sample.layout.header if name not in names]


def _is_column(name: str) -> bool:
    return name == plain_name(name) and name not in RESERVED_WORDS


def _refused(sample: FileSample, name: str, kind: FieldType, cancelled: Cancelled) -> str | None:
    """Return why a cell is no value of a type, with its line; None where all are."""
    read = cell_reader(ReferenceColumn.model_validate({"type": str(kind)}), needed=False)
    for where, cell in _places(sample, name, cancelled):
        try:
            read(cell)
        except (ValueError, ValueRefusedError) as error:
            reason = error.detail if isinstance(error, ValueRefusedError) else error
            return _("{where}: {reason}").format(where=where, reason=clean(reason, 120))
    return None


def _places(sample: FileSample, name: str, cancelled: Cancelled) -> Iterator[tuple[str, str]]:
    """Yield where each cell of a column stands, and the cell."""
    for record in sample.records(cancelled):
        event: dict[str, Any] = record.event or {}
        yield record.where, event.get(name) or ""


def _cells(sample: FileSample, name: str, cancelled: Cancelled) -> Iterator[str]:
    return (cell for _where, cell in _places(sample, name, cancelled))


def _key(
    table: str,
    file: Path,
    columns: Sequence[FoundColumn],
    inferred: dict[str, Inferred],
    rows: int,
) -> FoundColumn:
    """Return the column that names a row: each row has its own, by name the likeliest."""
    unique = [
        column
        for column in columns
        if column.required
        and is_key_type(column.type)
        and len(inferred[column.name].counts.distinct) == rows
    ]
    if not unique:
        raise InputError(
            _("{file}: no column of {table} has a value of its own in each row").format(
                file=clean(file), table=table
            ),
            hint=_("a reference table has a key, as id: a column without gaps and repetitions"),
        )
    return min(
        unique,
        key=lambda column: (not _names_rows(column.name, table), not means_id(column.name)),
    )


def _names_rows(column: str, table: str) -> bool:
    """Return whether a column is called as the key of a table is: `id`, `device_id`, `device`."""
    one = table.rstrip("s")
    return column in {"id", "code", "key", one, *(f"{name}_id" for name in (one, table))}


def _field(
    table: str, key: FoundColumn, keys: set[int], fields: Sequence[Inferred]
) -> tuple[str | None, str]:
    """Return the field whose values are keys of a table, and what to say of it."""
    best: tuple[bool, float, int] | None = None
    chosen: Inferred | None = None
    for field in fields:
        values = field.counts.distinct
        if field.column is None or not values or not _joins(field.type, key.type):
            continue
        share = len(values & keys) / len(values)
        named = _speaks_of(field.path, table)
        likely = len(values) >= _FEW and (field.type.kind != "integer" or means_id(field.name))
        enough = share >= _NAMED if named else share >= _UNNAMED and likely
        rank = (named, share, len(values))
        if enough and (best is None or rank > best):
            best, chosen = rank, field
    if chosen is None:
        return None, _("no field of the sample holds its keys: name it as `field` where one does")
    values = chosen.counts.distinct
    known, total = count(len(values & keys)), count(len(values))
    if values <= keys:
        told = _("all {total} values of {path} that were seen are keys of the table")
    else:
        told = _(
            "{known} of {total} values of {path} that were seen are keys of the table; rows with "
            "others are orphans to `referential_integrity`"
        )
    return chosen.path, told.format(known=known, total=total, path=clean(chosen.path, 80))


def _joins(one: FieldType, other: FieldType) -> bool:
    return one.kind == other.kind == "integer" or {one.kind, other.kind} <= _AS_TEXT


def _speaks_of(path: str, table: str) -> bool:
    """Return whether a path has a word of the name of a table: `device.id` of `devices`."""
    stems = {word.rstrip("s") for word in words(table)}
    return any(word.rstrip("s") in stems for word in words(path))


def _misused(reason: str) -> UsageError:
    return UsageError(
        _("--reference: {reason}").format(reason=reason),
        hint=_("as --reference devices=devices.csv, several with commas between them"),
    )
