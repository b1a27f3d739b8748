"""The typed struct into which msgspec reads an event, and how many quotes such an event has.

The quotes of an event whose keys and strings are known are a fixed number: two for each key and
each string. Any further key, unknown or there twice, needs two more; so that number proves that
there is none. What an event leaves out, and what a string escapes, is counted with it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from types import NoneType
from typing import Annotated, Any, Literal

import msgspec
import numpy as np

from core.consumer.decoders.base import Times
from core.consumer.decoders.field_tree import Branch, Leaf, layout
from core.pipeline.bounds import integer_bounds, number_bounds
from core.pipeline.definition import Definition
from core.pipeline.fields import EventField

ABSENT = msgspec.Raw(b"")
NULL = msgspec.Raw(b"null")
_KEY = _STRING = 2
_ESCAPED_QUOTE = rb"\u0022"


Taker = Callable[[list[Any]], list[Any]]


class UnprovableError(Exception):
    """A definition whose events no struct can take; the strict reader reads all of them."""


@dataclass(frozen=True, eq=False)
class Slot:
    """Where the values of a field stand. held: as str, as Raw, or as int, float or bool.

    holder: the number of the object around it.
    """

    path: str
    field: EventField
    level: int
    holder: int
    attribute: str
    held: Literal["text", "raw", "plain"]

    @cached_property
    def take(self) -> "Taker":
        """What takes the values out of their objects."""
        return _taker(self.attribute)


@dataclass(frozen=True, eq=False)
class Holder:
    """An object within another. blank: what stands for one that is absent or null."""

    parent: int
    attribute: str
    struct: type[msgspec.Struct]
    blank: msgspec.Struct | None

    @cached_property
    def take(self) -> "Taker":
        """What takes the objects out of those around them."""
        return _taker(self.attribute)


@dataclass(eq=False)
class Shape:
    """What a definition's events look like once they are read. quotes: of the required parts."""

    holders: list[Holder] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    quotes: int = 0
    decode: Any = None

    def of(self, *kinds: str) -> list[Slot]:
        """Return the slots of some types."""
        return [slot for slot in self.slots if slot.field.type.kind in kinds]


def shape_of(definition: Definition) -> Shape:
    """Return the shape of a definition's events. Errors: UnprovableError."""
    shape = Shape()
    try:
        struct = _struct(definition, shape, layout(definition.fields), 0)
    except (TypeError, ValueError) as error:  # keys that need escapes, for one
        raise UnprovableError(str(error)) from error
    shape.decode = msgspec.json.Decoder(struct).decode
    return shape


def _struct(
    definition: Definition, shape: Shape, branch: Branch, number: int
) -> type[msgspec.Struct]:
    """Return the struct of one object, the number-th of the shape, and note what it holds."""
    fields: list[Any] = []
    names = {}
    for place, (key, part) in enumerate(branch.parts.items()):
        name = f"f{place}"
        names[name] = key
        if isinstance(part, Leaf):
            kind: Any = _type(definition, part)
            held = _held(part.field)
            shape.slots.append(Slot(part.path, part.field, part.level, number, name, held))
            strings = _STRING if held == "text" else 0
            absent: Any = ABSENT if held == "raw" else msgspec.UNSET
            optional_type = msgspec.Raw if held == "raw" else kind | None | msgspec.UnsetType
        else:
            inner = len(shape.holders) + 1
            shape.holders.append(Holder(number, name, msgspec.Struct, None))
            kind = _struct(definition, shape, part, inner)
            blank = None if part.required else kind()
            shape.holders[inner - 1] = Holder(number, name, kind, blank)
            strings, absent = 0, msgspec.UNSET
            optional_type = kind | None | msgspec.UnsetType
        if part.required:
            shape.quotes += _KEY + strings
            fields.append((name, kind))
        else:
            fields.append((name, optional_type, absent))
    made: type[msgspec.Struct] = msgspec.defstruct(
        "Object", fields, rename=names, kw_only=True, gc=False
    )
    return made


@cache
def _taker(attribute: str) -> Taker:
    """Return what lists an attribute of objects; map() with attrgetter takes twice as long."""
    taker: Taker = eval(f"lambda objects: [item.{attribute} for item in objects]")  # noqa: S307 - a name of ours
    return taker


def _held(described: EventField) -> Literal["text", "raw", "plain"]:
    kind = described.type.kind
    if kind in {"decimal", "json"} or described.type.epoch:
        return "raw"
    return "plain" if kind in {"integer", "number", "boolean"} else "text"


def _type(definition: Definition, leaf: Leaf) -> Any:
    """Return the type that msgspec checks a field by, as narrow as it can be."""
    described, kind = leaf.field, leaf.field.type.kind
    if _held(described) == "raw":
        return msgspec.Raw
    if kind == "boolean":
        return bool
    if kind == "number":
        lowest, highest = number_bounds(described)
        return Annotated[float, msgspec.Meta(ge=lowest, le=highest)]
    types = definition.event.types if leaf.path == definition.event.type else ()
    allowed = [value for value in types or described.one_of if value in (described.one_of or types)]
    if kind == "integer":
        low, high = integer_bounds(described)
        allowed = [value for value in allowed if low <= int(value) <= high]
        if not described.one_of:
            return Annotated[int, msgspec.Meta(ge=low, le=high)]
    if allowed:
        return Literal[tuple(allowed)]
    if types or described.one_of:
        raise UnprovableError(leaf.path)
    return str


class Rows:
    """Events of a block, and the values of their fields."""

    def __init__(self, shape: Shape, events: list[Any]) -> None:
        # In this order: what is freed last frees the strings, next to the events they belong to.
        self._values: dict[Slot, list[Any]] = {}
        self._absent: dict[Slot, list[bool]] = {}
        self._objects: dict[int, list[Any]] = {0: events}
        self.shape = shape
        self.events = events

    def values(self, slot: Slot) -> list[Any]:
        """Return the values of a field; UNSET or None, ABSENT or NULL where there is none."""
        if slot.field.required and slot.held != "raw":
            # Taken again is quicker than kept: it stays in the processor's cache.
            return slot.take(self._objects_at(slot.holder))
        found = self._values.get(slot)
        if found is None:
            found = self._values[slot] = slot.take(self._objects_at(slot.holder))
        return found

    def filled(self, slot: Slot, filler: str | bytes) -> list[Any]:
        """Return the values of a field, with a filler for those that are absent or null."""
        values = self.values(slot)
        absent = self.absent(slot)
        if not absent:
            return values
        return [filler if gone else value for value, gone in zip(values, absent, strict=True)]

    def absent(self, slot: Slot) -> list[bool]:
        """Return which values of a field are absent or null; nothing where none is."""
        if slot.field.required:
            return []
        found = self._absent.get(slot)
        if found is None:
            found = self._absent[slot] = _which_are_absent(self.values(slot), slot.held)
        return found

    def _objects_at(self, number: int) -> list[Any]:
        found = self._objects.get(number)
        if found is None:
            holder = self.shape.holders[number - 1]
            found = self._inner(holder)
            if holder.blank is not None:
                kind, blank = holder.struct, holder.blank
                found = [item if item.__class__ is kind else blank for item in found]
            self._objects[number] = found
        return found

    def _inner(self, holder: Holder) -> list[Any]:
        return holder.take(self._objects_at(holder.parent))

    def quotes(self) -> int | Times:
        """Return the quotes that each event has if it has no further keys and escapes none."""
        total: Any = self.shape.quotes
        for holder in self.shape.holders:
            if holder.blank is not None:
                total = total + self._weighed(self._inner(holder), {holder.struct: _KEY})
        for slot in self.shape.slots:
            if slot.held == "raw":
                total = total + self._raw_quotes(slot)
            elif not slot.field.required:
                total = total + self._weighed(self.values(slot), _WEIGHTS)
        return total  # type: ignore[no-any-return]  # int, or an array of them

    def _weighed(self, values: list[Any], weights: dict[type, int]) -> int | Times:
        """Return the quotes of an optional part, by what was found of it."""
        kinds = list(map(type, values))
        first = kinds[0] if kinds else NoneType
        if first in weights and kinds.count(first) == len(kinds):
            return weights[first]
        known: dict[type, int] = {NoneType: _KEY, msgspec.UnsetType: 0, **weights}
        return np.fromiter(map(known.__getitem__, kinds), np.int64, len(kinds))

    def _raw_quotes(self, slot: Slot) -> int | Times:
        values = self.values(slot)
        total: Any = 0
        if b'"' in b"".join(values):
            total = np.array([bytes(value).count(b'"') for value in values], np.int64)
        if not slot.field.required:
            keys = [0 if value is ABSENT else _KEY for value in values]
            total = total + (np.array(keys, np.int64) if 0 in keys else _KEY)
        return total  # type: ignore[no-any-return]

    def escapes(self, place: int, payload: bytes, quotes: int) -> bool:
        """Return whether some further quotes of an event are all escaped ones in its strings."""
        if rb"\"" not in payload or _ESCAPED_QUOTE in payload:
            return False
        texts = (
            getattr(self._objects_at(slot.holder)[place], slot.attribute)
            for slot in self.shape.slots
            if slot.held == "text"
        )
        return quotes == sum(text.count('"') for text in texts if isinstance(text, str))


def _which_are_absent(values: list[Any], held: str) -> list[bool]:
    if held != "raw":
        gone = [value is msgspec.UNSET or value is None for value in values]
    elif b"null" in b"".join(values):
        gone = [value is ABSENT or value == NULL for value in values]
    else:
        gone = [value is ABSENT for value in values]
    return gone if True in gone else []


_WEIGHTS: dict[type, int] = {
    str: _KEY + _STRING,
    int: _KEY,
    float: _KEY,
    bool: _KEY,
}
