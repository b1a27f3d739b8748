"""Deletes: records without a value (tombstones), and change events in Debezium's envelope.

An envelope holds a row before and after a change, and says in `op` what the change was: read by a
snapshot (`r`), created (`c`), updated (`u`) or deleted (`d`). Where it stands, the key says: the
path of a row's field leads through `after`, at the top of a record or below `payload`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from core.pipeline.base import path_of, steps
from core.pipeline.fields import EventField, EventLayout
from core.text import N_

AFTER, BEFORE, OPERATION = "after", "before", "op"
OPERATIONS = ("c", "d", "r", "u")
"""What becomes of a row; those that are no change of one row (`t`, `m`) are dead letters."""
DELETE = "d"
TOMBSTONE = "(tombstone)"
"""The type of the raw event that stands for a tombstone."""


@dataclass(frozen=True)
class Envelope:
    """Where an envelope stands: behind the keys `around`. key: of a row, within `after`."""

    around: tuple[str, ...]
    key: tuple[str, ...]

    def path(self, *further: str) -> str:
        """Return the path of something in the envelope."""
        return path_of((*self.around, *further))

    @property
    def key_before(self) -> tuple[str, ...]:
        """Where the key of a deleted row stands."""
        return (*self.around, BEFORE, *self.key)

    def holds(self, path: str) -> bool:
        """Return whether a field is one of the row's, so that a delete has none."""
        return steps(path)[: len(self.around) + 1] == (*self.around, AFTER)


def envelope_of(event: EventLayout) -> Envelope | None:
    """Return where the envelope stands; None where events have none, or the key does not say."""
    place = steps(event.key)
    if event.envelope is None or AFTER not in place[:-1]:
        return None
    at = place.index(AFTER)
    return Envelope(place[:at], place[at + 1 :])


def fields_of_deletes(envelope: Envelope, fields: dict[str, EventField]) -> dict[str, EventField]:
    """Return the fields of a delete: those around the row, and an `after` that holds nothing."""
    kept = {path: one for path, one in fields.items() if not envelope.holds(path)}
    nothing = EventField.model_validate({"type": "json", "required": False, "column": False})
    return kept | {envelope.path(AFTER): nothing}


def problems_of_deletes(event: EventLayout) -> Iterator[tuple[str, str]]:
    """Yield what does not go together: the place of a key, and what is wrong there."""
    if event.envelope is None:
        return
    envelope = envelope_of(event)
    if envelope is None:
        yield "event.key", N_("must lie within `after`, where an envelope holds the row")
        return
    if event.type != envelope.path(OPERATION):
        yield "event.type", N_("must be the `op` beside `after`, which tells what a change is")
    if not event.types or not set(event.types) <= set(OPERATIONS):
        yield "event.types", N_('must be some of "c", "d", "r" and "u"')
    if event.time is not None and envelope.holds(event.time):
        yield "event.time", N_("is absent from a delete: name one beside `after`")
    if any(envelope.holds(path) for path in event.version):
        yield "event.version", N_("is absent from a delete: name one beside `after`")
