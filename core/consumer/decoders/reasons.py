"""Why an event was refused: one word for machines, one line for the person.

The words are the `reason` of dead letters, of `dlq --reason` and of metrics; `docs/events.md`
explains each of them.
"""

from typing import ClassVar

from core.errors import InputError
from core.text import _

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


class EventError(InputError):
    """An event that cannot be used. reason: one of REASONS. The message names the field."""

    kind: ClassVar[str] = "event"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message, hint=_("fix the event at its source, then replay it"))
        self.reason = reason


def oversized(size: int, limit: int) -> EventError:
    """Return the refusal of a value that is too long, in bytes."""
    message = _("the value has {size} bytes, more than {limit}")
    return EventError("oversized", message.format(size=size, limit=limit))
