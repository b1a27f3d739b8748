"""How events depart from a definition: fields that are new, that are missing, of another type.

Types are looked at, not bounds: a value out of range is a bad event, a text where numbers were is
another layout. Works on events as JSON readers give them, numbers with a fraction as Decimal.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import msgspec

from core.pipeline.base import steps
from core.pipeline.definition import Definition
from core.pipeline.deletes import DELETE, OPERATION, fields_of_deletes
from core.pipeline.fields import EventField
from core.pipeline.types import FieldType
from core.pipeline.values import DECIMAL, IDENTIFIER, UUID
from core.text import N_, _, clean

DriftKind = Literal["new_field", "missing_field", "changed_type"]
MAX_PATHS = 200
"""New fields that are told apart; names that hold data would make any number of them."""
MAX_EXAMPLES = 3
_SHOWN = 60
_ENOUGH = 100
"""Records without a field after which it counts as never seen."""
_IDENTIFIER = re.compile(IDENTIFIER)
_DECIMAL = re.compile(DECIMAL)
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_UUID = re.compile(UUID)
_INTEGERS = range(-(2**63), 2**63)
_NAMES: Mapping[type, str] = {
    type(None): N_("null"),
    bool: N_("boolean"),
    int: N_("integer"),
    Decimal: N_("number"),
    float: N_("number"),
    str: N_("text"),
    list: N_("list"),
    dict: N_("object"),
}
_encode = msgspec.json.Encoder(decimal_format="number").encode


@dataclass
class DriftFinding:
    """One departure. path: of the field. expected: its type; empty for a new field.

    found: kinds of JSON values; none for a missing field. records: in how many it was. examples:
    harmless and short.
    """

    kind: DriftKind
    path: str
    expected: str = ""
    found: list[str] = field(default_factory=list)
    records: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, value: object) -> None:
        """Count a record with such a value."""
        self.records += 1
        if self.kind == "missing_field":
            return
        kind = name_of(value)
        if kind not in self.found:
            self.found.append(kind)
        if len(self.examples) < MAX_EXAMPLES:
            shown = example(value)
            if shown not in self.examples:
                self.examples.append(shown)


@dataclass
class _Node:
    """A place in an event: a field, or an object that holds further ones."""

    path: str
    type: FieldType | None = None
    required: bool = False
    below: dict[str, "_Node"] = field(default_factory=dict)


def _tree(fields: Mapping[str, EventField]) -> _Node:
    root = _Node("")
    for path, one in fields.items():
        node, way = root, ""
        for step in steps(path):
            way = join(way, step)
            node = node.below.setdefault(step, _Node(way))
        node.type, node.required = one.type, one.required
    return root


class DriftFinder:
    """Takes events one by one. records: events taken; departed: those that depart in any way."""

    def __init__(self, definition: Definition) -> None:
        self.records = 0
        self.departed = 0
        self._root = _tree(definition.fields)
        self._envelope = envelope = definition.envelope
        if envelope is not None:
            self._of_deletes = _tree(fields_of_deletes(envelope, definition.fields))
        self._found: dict[tuple[DriftKind, str], DriftFinding] = {}
        self._fields = [
            path
            for path, one in definition.fields.items()
            if not one.required and one.default is None
        ]
        self._seen: set[str] = set()

    def add(self, event: Mapping[str, object]) -> None:
        """Take an event."""
        self.records += 1
        self.departed += self._object(self._layout(event), event)

    @property
    def findings(self) -> list[DriftFinding]:
        """What was found, the most frequent first."""
        return sorted(self._found.values(), key=lambda one: (-one.records, one.kind, one.path))

    @property
    def never_seen(self) -> list[str]:
        """Optional fields that no event had a value for; none while there are few events.

        One with a default is not told: that it is left out is what the default is for.
        """
        if self.records < _ENOUGH:
            return []
        return [path for path in self._fields if path not in self._seen]

    def _layout(self, event: Mapping[str, object]) -> "_Node":
        """Return the layout of an event: a delete has no row."""
        if self._envelope is None:
            return self._root
        inner: object = event
        for step in self._envelope.around:
            inner = inner.get(step) if isinstance(inner, Mapping) else None
        deletes = isinstance(inner, Mapping) and inner.get(OPERATION) == DELETE
        return self._of_deletes if deletes else self._root

    def _object(self, node: _Node, value: Mapping[str, object]) -> bool:
        """Look at the fields of an object; return whether any of them departs."""
        departs = False
        for step, item in value.items():
            if step not in node.below:
                departs = True
                self._note("new_field", join(node.path, step), "", item)
        for step, below in node.below.items():
            departs |= self._field(below, value.get(step))
        return departs

    def _field(self, node: _Node, value: object) -> bool:
        if node.type is None:
            if isinstance(value, dict):
                return self._object(node, value)
            if value is None:
                return self._object(node, {})
            self._note("changed_type", node.path, _("object"), value)
            return True
        if value is None:
            if node.required:
                self._note("missing_field", node.path, str(node.type), None)
            return node.required
        self._seen.add(node.path)
        if fits(node.type, value):
            return False
        self._note("changed_type", node.path, str(node.type), value)
        return True

    def _note(self, kind: DriftKind, path: str, expected: str, value: object) -> None:
        found = self._found.get((kind, path))
        if found is None:
            if len(self._found) >= MAX_PATHS:
                return
            found = self._found[kind, path] = DriftFinding(kind, path, expected)
        found.add(value)


def join(path: str, step: str) -> str:
    """Return the path of a key below a path, as definitions write it."""
    escaped = re.sub(r"([.\\])", r"\\\1", step)
    return f"{path}.{escaped}" if path else escaped


def name_of(value: object) -> str:
    """Return what kind of JSON value it is, in the language in use."""
    return _(_NAMES.get(type(value), "text"))


def example(value: object) -> str:
    """Return a value as JSON writes it; texts without quotes; short and harmless."""
    if isinstance(value, str):
        return clean(value, _SHOWN)
    return clean(_encode(value).decode(), _SHOWN)


def fits(wanted: FieldType, value: object) -> bool:
    """Return whether a value, not null, is of a type. Its bounds are not looked at."""
    if wanted.kind == "timestamp" and wanted.epoch:
        return _is_number(value)
    return _FITS[wanted.kind](wanted, value)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _is_integer(_wanted: FieldType, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value in _INTEGERS


def _is_decimal(wanted: FieldType, value: object) -> bool:
    if isinstance(value, str):
        if not _DECIMAL.fullmatch(value):
            return False
    elif not _is_number(value):
        return False
    number = Decimal(str(value))
    if not number:
        return True
    _sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        return False
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return -(exponent + zeros) <= wanted.scale and number.adjusted() < (
        wanted.precision - wanted.scale
    )


def _reads(value: object, form: re.Pattern[str], read: Callable[[str], object]) -> bool:
    found = form.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return False
    try:
        read(found[form.groups])
    except ValueError:
        return False
    return True


_FITS: Mapping[str, Callable[[FieldType, object], bool]] = {
    "identifier": lambda _t, value: isinstance(value, str) and bool(_IDENTIFIER.fullmatch(value)),
    "text": lambda _t, value: isinstance(value, str),
    "integer": _is_integer,
    "decimal": _is_decimal,
    "number": lambda _t, value: _is_number(value),
    "boolean": lambda _t, value: isinstance(value, bool),
    "timestamp": lambda _t, value: _reads(value, _MOMENT, datetime.fromisoformat),
    "date": lambda _t, value: _reads(value, _DATE, date.fromisoformat),
    "uuid": lambda _t, value: isinstance(value, str) and bool(_UUID.fullmatch(value)),
    "json": lambda _t, _value: True,
}


def read_events(payloads: Iterator[bytes]) -> Iterator[Mapping[str, object] | None]:
    """Yield each payload as the object that it holds; None where it holds none."""
    for payload in payloads:
        try:
            value = _decode(payload)
        except (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError):
            value = None
        yield value if isinstance(value, dict) else None


_decode = msgspec.json.Decoder(float_hook=Decimal).decode
