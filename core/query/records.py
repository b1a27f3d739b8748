"""Which records of a topic are wanted: by words, by key, header, path and value, or a pattern.

    ORDER_000042              the text is somewhere in key, value or headers
    key:ORDER_000042          the key is exactly this
    header.trace-id = abc     a header, compared as text
    order.quantity > 3        a field of the value by its path
    order.city ~ ^Par         a regular expression
    !order.city = Paris       inverse
    a = 1 and b ~ x           all of several

Comparisons are of numbers where both sides are numbers, else of texts.
"""

import json
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from core.errors import UsageError
from core.text import _, clean

_CONDITION = re.compile(
    r"(?P<path>[\w$.\-\[\]]+)\s*(?P<sign>!=|>=|<=|=|>|<|!~|~)\s*(?P<value>.*)", re.DOTALL
)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_HEADER = "header."
_ORDERED = frozenset({">", "<", ">=", "<="})
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


class Record(Protocol):
    """What a record has; a value in the wire format has its JSON as text."""

    @property
    def key(self) -> bytes | None: ...  # noqa: D102
    @property
    def value(self) -> bytes | None: ...  # noqa: D102
    @property
    def text(self) -> bytes | None: ...  # noqa: D102
    @property
    def headers(self) -> tuple[tuple[str, bytes | None], ...]: ...  # noqa: D102


Test = Callable[[Record], bool]


@dataclass(frozen=True)
class Wanted:
    """Says of a record whether it is wanted. text: as the person wrote it; empty wants all."""

    text: str
    test: Test

    @classmethod
    def of(cls, text: str) -> "Wanted":
        """Return what a person wrote as a test. Errors: UsageError."""
        tests = [_condition(part) for part in _AND.split(text.strip()) if part.strip()]
        return cls(text.strip(), lambda record: all(test(record) for test in tests))

    @classmethod
    def of_key(cls, key: str) -> "Wanted":
        """Return a test of a record's key, or of a value that names it."""
        data = key.encode()
        return cls(key, lambda record: record.key == data or data in (record.value or b""))


def _condition(text: str) -> Test:
    text = text.strip()
    if text.startswith("!") and not text.startswith(("!=", "!~")):
        test = _condition(text[1:])
        return lambda record: not test(record)
    if text.startswith("key:"):
        data = text.removeprefix("key:").strip().encode()
        return lambda record: record.key == data
    found = _CONDITION.fullmatch(text)
    if found is None:
        return _somewhere(text)
    path, sign, value = found["path"], found["sign"], found["value"].strip()
    if value.startswith(tuple("<>=")) or (sign in _ORDERED and not value):
        raise UsageError(
            _("{text}: no condition that can be understood").format(text=clean(text, 60)),
            hint=_("write a path, a comparison and a value: a.path > 3"),
        )
    if sign in {"~", "!~"}:
        pattern = _pattern(value)
        return lambda record: (pattern.search(_field(record, path) or "") is None) == (sign == "!~")
    return lambda record: _compares(_field(record, path), sign, value)


def _somewhere(text: str) -> Test:
    data = text.encode().lower()

    def test(record: Record) -> bool:
        parts = [record.key, record.value, record.text, *(value for _, value in record.headers)]
        return any(data in part.lower() for part in parts if part)

    return test


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise UsageError(
            _("{text}: no regular expression: {reason}").format(
                text=clean(text, 60), reason=clean(error, 100)
            ),
            hint=_("put a backslash before signs that stand for themselves"),
        ) from error


def _field(record: Record, path: str) -> str | None:
    """Return a header or a field of a record as text; None where it has none of the name."""
    if path == "key":
        return _text(record.key)
    if path == "value":
        return _text(record.text or record.value)
    if path.startswith(_HEADER):
        name = path.removeprefix(_HEADER)
        return next((_text(value) for header, value in record.headers if header == name), None)
    return _at(record.text or record.value or b"", path)


def _at(content: bytes, path: str) -> str | None:
    """Return the part of a JSON value at a path, as text."""
    value: object
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    for step in path.split("."):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "replace")


def _compares(found: str | None, sign: str, value: str) -> bool:
    if found is None:
        return sign == "!="
    one, other = _number(found), _number(value)
    if one is None or other is None:
        return _SIGNS[sign](found, value.strip("'\""))
    return _SIGNS[sign](one, other)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
