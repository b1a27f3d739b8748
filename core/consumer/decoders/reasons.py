"""Why an event was refused: one word for machines, one line for the person.

The words are the `reason` of dead letters, of `dlq --reason` and of metrics; `docs/events.md`
explains each of them.
"""

from collections.abc import Iterable
from typing import ClassVar

from core.errors import InputError
from core.text import _, clean

REASONS: frozenset[str] = frozenset(
    {
        "tombstone",
        "empty",
        "oversized",
        "invalid_utf8",
        "invalid_json",
        "duplicate_key",
        "not_a_number",
        "too_deep",
        "missing_field",
        "unknown_field",
        "wrong_type",
        "out_of_range",
        "invalid_id",
        "invalid_timestamp",
        "invalid_date",
        "invalid_uuid",
        "pattern_mismatch",
        "not_allowed",
        "unknown_event_type",
        "not_wire_format",
        "schema_mismatch",
        "unusable_schema",
    }
)
"""Every reason that decoders give."""

_SHOWN = 60
_LISTED = 5


class EventError(InputError):
    """An event that cannot be used. reason: one of REASONS. The message names the field."""

    kind: ClassVar[str] = "event"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message, hint=_("mend the event at its source, then replay it"))
        self.reason = reason


class ValueRefusedError(Exception):
    """A value that its field does not take. reason: one of REASONS. detail: for the person."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def oversized(size: int, limit: int) -> EventError:
    """Return the refusal of a value that is too long, in bytes."""
    message = _("the value has {size} bytes, more than {limit}")
    return EventError("oversized", message.format(size=size, limit=limit))


def wrong_type(expected: str, value: object) -> ValueRefusedError:
    """Return the refusal of a value that is of another type."""
    detail = _("must be {expected}, is {actual}").format(expected=expected, actual=shown(value))
    return ValueRefusedError("wrong_type", detail)


def outside(value: object, low: object, high: object) -> ValueRefusedError:
    """Return the refusal of a value beyond its bounds."""
    detail = _("{value} is outside {low} to {high}")
    return ValueRefusedError(
        "out_of_range", detail.format(value=shown(value), low=clean(low), high=clean(high))
    )


def shown(value: object) -> str:
    """Return a value as JSON would write it, short and harmless."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return '"' + clean(value, _SHOWN) + '"'
        case dict():
            return _("an object")
        case list():
            return _("a list")
        case _other:
            return clean(value, _SHOWN)


def listed(values: Iterable[object]) -> str:
    """Return the first few of several values, as a sentence lists them."""
    texts = [clean(value, _SHOWN) for value in values]
    return ", ".join(texts[:_LISTED]) + (", …" if len(texts) > _LISTED else "")
