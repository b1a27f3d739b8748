"""Records as the fields of their events: a column for each that tells rows apart.

Which fields there are says the definition of the pipeline. A record that is no event of it is shown
as it is, and stands out.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Self

from core.operations.tail_record import TailRecord
from core.pipeline.base import steps
from core.pipeline.definition import Definition
from core.text import N_, clean
from tui.formats import Formats
from tui.kept_rows import KeptRows, place_of, rows_of
from tui.row_table import Cell, Column, Row, RowTable, column
from tui.styled_text import Span
from tui.views.payload import preview

_MOST = 4
_KEY_WIDTH = 18
_NUMBER_WIDTH = 10
_LEAST_KEY = 6
"""Characters of a key that stay when what all keys begin with is left away."""
_NUMBERS = frozenset({"integer", "decimal", "number"})
_DULL = frozenset({"timestamp", "json"})
"""Kinds of fields that need more room than they tell."""
_NEVER_SEEN = 10_000
_MISSING = object()


@dataclass(frozen=True)
class _Field:
    title: str
    path: tuple[str, ...]
    number: bool

    @property
    def name(self) -> str:
        """What its column is known by; no title of ours has a dot."""
        return "." + ".".join(self.path)


EventFields = Sequence[_Field]


def event_fields(definition: Definition) -> EventFields:
    """Return the fields that have a column, the first few of the definition but for its key."""
    event = definition.event
    found = [
        _Field(_title(steps(path)[-1]), steps(path), field.type.kind in _NUMBERS)
        for path, field in definition.fields.items()
        if field.column is not False
        and field.type.kind not in _DULL
        and path not in {event.key, event.time, event.type}
    ]
    return tuple(found[:_MOST])


def _title(name: str) -> str:
    """Return what a column is called: an identifier of a product is the product."""
    return clean(name.removesuffix("_id") or name, 16)


def event_table(
    records: Sequence[TailRecord],
    formats: Formats,
    fields: EventFields,
    kept: KeptRows | None = None,
) -> RowTable:
    """Return records with the fields of their events, newest first. fields: at least one.

    kept: rows that are there already, where a piece of the rest is to be made at a time.
    """
    keys = [_key(record) for record in records if record.key]
    width = min(max([_LEAST_KEY, *map(len, keys)]), _KEY_WIDTH)
    columns = (
        column(N_("time"), 12, drop=5),
        column(N_("part"), 4, right=True, drop=3),
        column(N_("offset"), 10, right=True, drop=3),
        column(N_("key"), width),
        # What is no event has no fields: its bytes stand where the first of them would.
        Column(fields[0].title, 12, stretch=True, name=fields[0].name),
        *(
            Column(one.title, _NUMBER_WIDTH, right=True, drop=4, name=one.name)
            if one.number
            else Column(one.title, 12, drop=6, name=one.name)
            for one in fields[1:]
        ),
        column(N_("size"), 8, right=True, drop=8),
        # Words of the whole value are found by the filter, and never take any room.
        column(N_("value"), _NEVER_SEEN, drop=9),
    )
    shared = _shared(keys)
    make = partial(_row, formats=formats, fields=fields, shared=shared)
    rows = rows_of(records, make, kept, (tuple(fields), shared, formats))
    return RowTable(columns, tuple(rows), "first", name="events")


def _row(record: TailRecord, formats: Formats, fields: EventFields, shared: int) -> Row:
    told = record.value if record.text is None else record.text
    value = _parsed(told)
    found = [_at(value, field.path) for field in fields]
    known = any(one is not _MISSING for one in found)
    cells: list[Cell] = [_told(one) for one in found]
    if not known:
        cells = [Span(preview(told), "wait"), *[""] * (len(fields) - 1)]
    return Row(
        place_of(record),
        (
            Span(f"{record.at:%H:%M:%S}.{record.at.microsecond // 1_000:03d}", "dim")
            if record.at
            else Span("–", "dim"),
            str(record.partition),
            formats.count(record.offset),
            short_key(_key(record), shared) if record.key is not None else Span("–", "dim"),
            *cells,
            formats.bytes(record.size),
            preview(told),
        ),
        record,
    )


def event_told(value: bytes | None, fields: EventFields) -> str:
    """Return the fields of an event in one line; empty for what is none."""
    found = _parsed(value)
    told = [(field.title, _at(found, field.path)) for field in fields]
    cells = [(title, _told(one)) for title, one in told if one is not _MISSING]
    return " · ".join(
        f"{title} {cell if isinstance(cell, str) else cell.text}" for title, cell in cells
    )


def _shared(keys: Sequence[str]) -> int:
    """Return how many characters all keys begin with."""
    if not keys:
        return 0
    first, last = min(keys), max(keys)
    agreed = zip(first, last, strict=False)
    return next((at for at, (one, other) in enumerate(agreed) if one != other), len(first))


def came_since(shown: Sequence[TailRecord], newest: Sequence[TailRecord]) -> int:
    """Return how many records of the topic are newer than those that are listed."""
    known = {one.partition: one.offset for one in sorted(shown, key=_offset)}
    heads = {one.partition: one.offset for one in sorted(newest, key=_offset)}
    first = {one.partition: one.offset for one in sorted(newest, key=_offset, reverse=True)}
    return sum(max(head - known.get(part, first[part] - 1), 0) for part, head in heads.items())


def _offset(record: TailRecord) -> int:
    return record.offset


def short_key(key: str, shared: int) -> str:
    """Return a key that fits its column, without the beginning that all keys have where need be.

    shared: how many characters those are. A key that is too long still loses its middle.
    """
    if len(key) <= _KEY_WIDTH:
        return key
    rest = key[min(shared, len(key) - _LEAST_KEY) :]
    if len(rest) < _KEY_WIDTH:
        return "…" + key[-(_KEY_WIDTH - 1) :]
    half = (_KEY_WIDTH - 2) // 2
    return "…" + rest[:half] + "…" + rest[-half:]


def _key(record: TailRecord) -> str:
    return clean((record.key or b"").decode("utf-8", "replace"), 200)


def _parsed(value: bytes | None) -> object:
    try:
        return json.loads(value or b"", parse_float=_Written)
    except (ValueError, RecursionError):
        return None


class _Written(float):
    """A number that is shown as it stands in the event: a price of 72.90 is not 72.9."""

    def __new__(cls, text: str) -> Self:
        """Take a number as JSON has it."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    text: str


def _at(value: object, path: Sequence[str]) -> object:
    for step in path:
        value = value.get(step, _MISSING) if isinstance(value, dict) else _MISSING
    return value


def _told(value: object) -> Cell:
    if value is _MISSING or value is None:
        return Span("–", "dim")
    if isinstance(value, _Written):
        return clean(value.text, 60)
    return clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), 60)
