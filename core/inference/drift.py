"""What a sample has beyond a definition: new fields, missing ones, and values that do not fit."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from core.inference.field_type import shape_told
from core.inference.fields import path_text
from core.inference.records import envelope_at
from core.inference.values import shape_of, shown
from core.pipeline.base import steps
from core.pipeline.definition import Definition
from core.pipeline.deletes import AFTER
from core.pipeline.drift import fits
from core.pipeline.fields import EventField
from core.pipeline.types import FieldType
from core.text import _, clean
from core.text.number_format import count, percent

Kind = Literal["new", "missing", "changed"]
_EXAMPLES = 3
_MOST_NEW = 200
_LAST_S = 9_223_372_036
"""2262, the last year whose moments both engines keep."""


@dataclass
class Difference:
    """One path at which a sample differs. count: events; share: of all. examples: as JSON."""

    kind: Kind
    path: str
    count: int = 0
    share: float = 0.0
    why: str = ""
    examples: list[str] = field(default_factory=list)

    def fields(self) -> dict[str, object]:
        """Return the keys of the JSON result."""
        return {
            "path": self.path,
            "count": self.count,
            "share": round(self.share, 6),
            "why": self.why,
            "examples": list(self.examples),
        }

    @property
    def line(self) -> str:
        """What a person should read."""
        told = {
            "new": _("new field {path}: {why}, seen {count}× ({share}), as {examples}"),
            "missing": _("missing field {path}: {why}, {count}× ({share})"),
            "changed": _("{path}: some values {why}, {count}× ({share}), as {examples}"),
        }[self.kind]
        return told.format(
            path=clean(self.path, 80),
            why=self.why,
            count=count(self.count),
            share=percent(self.share),
            examples=", ".join(self.examples) or "-",
        )


class DriftWatch:
    """Compares events with a definition, one by one. `found` tells what differed."""

    def __init__(self, definition: Definition) -> None:
        self._fields = {steps(path): known for path, known in definition.fields.items()}
        self._paths = {steps(path): path for path in definition.fields}
        self._inner = {at[:end] for at in self._fields for end in range(1, len(at))}
        self._types = definition.event.types
        self._type_at = None if definition.event.type is None else steps(definition.event.type)
        self._envelope = definition.envelope
        self._events = self._rowless = 0
        self._new: dict[str, Difference] = {}
        self._shapes: dict[str, Counter[str]] = {}
        self._changed: dict[str, Difference] = {}
        self._seen: Counter[tuple[str, ...]] = Counter()
        self._null: Counter[tuple[str, ...]] = Counter()

    def observe(self, event: Mapping[str, Any]) -> None:
        """Compare one event."""
        self._events += 1
        around = envelope_at(dict(event)) if self._envelope is not None else None
        if around is not None:
            inner = event[around[0]] if around else event
            self._rowless += inner.get(AFTER) is None
        self._walk((), event)

    def _walk(self, at: tuple[str, ...], value: Mapping[str, Any]) -> None:
        for name, item in value.items():
            here = (*at, name)
            known = self._fields.get(here)
            if known is not None:
                self._compare(here, known, item)
            elif here in self._inner and isinstance(item, dict):
                self._walk(here, item)
            elif item is not None:
                self._note_new(here, item)

    def _compare(self, here: tuple[str, ...], known: EventField, item: object) -> None:
        if item is None:
            self._null[here] += 1
            return
        self._seen[here] += 1
        why = misfit(known, item)
        if not why and here == self._type_at and self._types and item not in self._types:
            why = _("are of a type that is not taken")
        if why:
            path = self._paths[here]
            one = self._changed.setdefault(path, Difference("changed", path, why=why))
            one.count += 1
            _example(one, item)

    def _note_new(self, here: tuple[str, ...], item: object) -> None:
        path = path_text(here)
        one = self._new.get(path)
        if one is None:
            if len(self._new) >= _MOST_NEW:
                return
            one = self._new[path] = Difference("new", path)
        one.count += 1
        self._shapes.setdefault(path, Counter())[shape_told(shape_of(item))] += 1
        _example(one, item)

    def found(self) -> list[Difference]:
        """Return what differs: new fields, missing ones, values that do not fit."""
        total = max(self._events, 1)
        for path, one in self._new.items():
            one.share = one.count / total
            one.why = ", ".join(shape for shape, _number in self._shapes[path].most_common())
        for path, one in self._changed.items():
            one.share = one.count / max(self._seen[steps(path)], 1)
        return [
            *sorted(self._new.values(), key=lambda one: one.path),
            *self._missing(total),
            *sorted(self._changed.values(), key=lambda one: one.path),
        ]

    def _missing(self, total: int) -> list[Difference]:
        """Return required fields that events lack, and others that none has."""
        found = []
        for here, known in self._fields.items():
            holds = self._envelope is not None and self._envelope.holds(self._paths[here])
            events = total - self._rowless if holds else total
            absent = events - self._seen[here] if self._events else 0
            null = self._null[here]
            if known.default is not None:
                continue  # it may be left out for good
            if null == absent and known.type.kind == "json" and not known.required:
                continue  # JSON may be null for years, as `before` is
            if absent and (known.required or absent == events):
                why = _("it is null") if null == absent else _("it is absent")
                if 0 < null < absent:
                    why = _("it is absent or null")
                one = Difference("missing", self._paths[here], absent, absent / total, why)
                found.append(one)
        return found


def _example(one: Difference, item: object) -> None:
    text = shown(item)
    if len(one.examples) < _EXAMPLES and text not in one.examples:
        one.examples.append(text)


def misfit(known: EventField, value: object) -> str:
    """Return why a value is none of a field's, for people; empty where it is one."""
    if not fits(known.type, value) or not _in_time(known.type, value):
        return _("are no {type}").format(type=known.type)
    if known.one_of and value not in known.one_of:
        return _("are none of the values that are allowed")
    if known.type.is_numeric and (known.min is not None or known.max is not None):
        number = Decimal(str(value))
        low = isinstance(known.min, Decimal) and number < known.min
        if low or (isinstance(known.max, Decimal) and number > known.max):
            return _("are out of bounds")
    return ""


def _in_time(kind: FieldType, value: object) -> bool:
    """Return whether a number is no time at all, or one that both engines keep."""
    factor = {"s": 1, "ms": 1_000, "us": 1_000_000}.get(kind.epoch)
    return factor is None or 0 <= Decimal(str(value)) <= _LAST_S * factor
