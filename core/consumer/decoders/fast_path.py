"""The hot path: payloads proven valid a block at a time, by means made from the definition.

Reading each event strictly would be the slowest step of the pipeline. So:

1. msgspec reads each payload into typed fields: required keys, whole and floating numbers within
   their bounds, booleans, texts that are one of a few, UTF-8.
2. One regular expression for each kind of field runs over all its values in the block, joined by
   line feeds; Arrow turns times into numbers and knows the calendar.
3. Quotes are counted (`shape`): they prove that there is no further key.

What the proof does not cover goes to the strict reader: it is either valid in an unusual way
(further fields, years at the edge) or it is refused with the exact reason. The proof may therefore
be narrow, but never wrong.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from core.consumer.decoders.base import NO_TIME, Times
from core.consumer.decoders.bulk_match import (
    DATES,
    EPOCHS,
    IDENTIFIERS,
    MOMENT_FORMS,
    MOMENTS,
    UUIDS,
    decimals,
    mismatches,
    others,
    without,
)
from core.consumer.decoders.bulk_timestamps import epoch_us, utc_us
from core.consumer.decoders.field_tree import layout
from core.consumer.decoders.json_text import MAX_DEPTH
from core.consumer.decoders.shape import Rows, Slot, UnprovableError, shape_of
from core.consumer.decoders.suspects import (
    ZERO,
    Check,
    amounts_within,
    days_within,
    lines_of,
    matching,
    one_of,
    sound_json,
)
from core.pipeline.bounds import decimal_bounds, moment_bounds
from core.pipeline.definition import Definition
from core.pipeline.fields import EventLayout

_FILLERS = {
    "identifier": "0",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "date": "1971-01-01",
}
_LINES = {"identifier": IDENTIFIERS, "uuid": UUIDS, "date": DATES}
_ANY_MOMENT = "1971-01-01T00:00:00Z"


@dataclass(frozen=True, eq=False)
class Proven:
    """Rows of a block that are proven valid, ascending, with the values of their fields.

    moments_us: of each timestamp by its path, NO_TIME where there is none.
    """

    rows: list[int]
    values: Rows
    moments_us: dict[str, Times]
    event: EventLayout

    @property
    def times_us(self) -> Times:
        """The events' own times."""
        return _NONE if self.event.time is None else self.moments_us[self.event.time]

    @property
    def types(self) -> list[str]:
        """The events' types; empty text where one has none."""
        slots = (slot for slot in self.values.shape.slots if slot.path == self.event.type)
        return [type_ for slot in slots for type_ in self.values.filled(slot, "")]


class FastPath:
    """Proves events of one pipeline. Errors: UnprovableError for a definition that it cannot."""

    def __init__(self, definition: Definition) -> None:
        if layout(definition.fields).depth > MAX_DEPTH:
            raise UnprovableError
        self._shape = shape_of(definition)
        self._event = definition.event
        moments = self._shape.of("timestamp")
        self._texts = [slot for slot in moments if slot.held == "text"]
        self._epochs = [slot for slot in moments if slot.held == "raw"]
        self._limits = [
            (slot, *moment_bounds(slot.field))
            for slot in moments
            if slot.held == "raw" or slot.field.min is not None or slot.field.max is not None
        ]
        self._forms = list(self._form_checks())
        self._bounds = list(self._bound_checks())

    def prove(self, block: Sequence[bytes | None]) -> Proven:
        """Return the rows of a block that are proven; it raises for no payload whatever."""
        events, failed = self._read(block)
        rows = others(len(block), failed)
        payloads = [payload for row in rows if (payload := block[row]) is not None]
        values = Rows(self._shape, events)
        wrong = self._unfit(payloads, values)
        for check in self._forms:
            wrong.update(check(values))
        times = self._joined(values)
        wrong.update(place % len(rows) for place in mismatches(times, MOMENT_FORMS, "\n"))
        if wrong:
            rows, values = without(rows, wrong), Rows(self._shape, without(events, wrong))
            times = self._joined(values)
        moments = self._moments_us(values, times)
        if moments is None:  # a day or an hour that does not exist, or before 1970
            wrong = {place % len(rows) for place in mismatches(times, MOMENTS, "\n")}
            rows, values = without(rows, wrong), Rows(self._shape, without(values.events, wrong))
            moments = self._moments_us(values, self._joined(values))
        if moments is None:
            nothing = dict.fromkeys((slot.path for slot in self._shape.of("timestamp")), _NONE)
            return Proven([], Rows(self._shape, []), nothing, self._event)
        return self._bounded(rows, values, moments)

    def warm_up(self) -> None:
        """Pay the first-use costs of Arrow."""
        utc_us([_ANY_MOMENT])

    def _read(self, block: Sequence[bytes | None]) -> tuple[list[Any], list[int]]:
        """Return the events that msgspec takes, in order, and the rows that it does not take."""
        events: list[Any] = []
        failed: list[int] = []
        results = map(self._shape.decode, block)
        while True:
            try:
                for event in results:
                    events.append(event)  # noqa: PERF402 - an exception must keep what came before
            except Exception:  # noqa: BLE001 - whatever it is, the strict reader says what and why
                failed.append(len(events) + len(failed))
            else:
                return events, failed

    def _unfit(self, payloads: Sequence[bytes], values: Rows) -> set[int]:
        """Return the places of payloads that are too long, or have more than the known keys."""
        if not payloads:
            return set()
        lengths = np.fromiter(map(len, payloads), np.int64, len(payloads))
        is_quote = np.frombuffer(b"".join(payloads), np.uint8) == ord('"')
        quotes = np.add.reduceat(is_quote, np.cumsum(lengths) - lengths, dtype=np.int32)
        further = quotes - values.quotes()
        too_long = np.flatnonzero(lengths > self._event.max_bytes).tolist()
        return {
            place
            for place in np.flatnonzero(further).tolist()
            if not values.escapes(place, payloads[place], int(further[place]))
        }.union(too_long)

    def _form_checks(self) -> Iterable[Check]:
        """Yield what finds values that need a closer look."""
        shape = self._shape
        for kind, pattern in _LINES.items():
            if slots := shape.of(kind):
                yield lines_of(slots, pattern, _FILLERS[kind])
        if self._epochs:
            yield lines_of(self._epochs, EPOCHS, ZERO)
        numbers: dict[tuple[int, int, bool], list[Slot]] = {}
        for slot in shape.of("decimal"):
            kind_ = slot.field.type
            signed = decimal_bounds(slot.field)[0] < 0
            numbers.setdefault((kind_.precision, kind_.scale, signed), []).append(slot)
        for (precision, scale, signed), slots in numbers.items():
            yield lines_of(slots, decimals(precision, scale, signed=signed), ZERO)
        for slot in shape.slots:
            if slot.field.pattern is not None:
                yield matching(slot, slot.field.pattern)
            if slot.field.type.kind == "json":
                yield sound_json(slot)
            if slot.field.type.kind == "boolean" and slot.field.one_of:
                yield one_of(slot)

    def _bound_checks(self) -> Iterable[Check]:
        """Yield what finds values beyond their bounds, once their form is right."""
        for slot in self._shape.of("date"):
            if slot.field.min is not None or slot.field.max is not None:
                yield days_within(slot)
        for slot in self._shape.of("decimal"):
            low, high = decimal_bounds(slot.field)
            limit = Decimal(10**slot.field.type.precision - 1).scaleb(-slot.field.type.scale)
            if high < limit or (low != 0 and low > -limit):
                yield amounts_within(slot, low, high)

    def _joined(self, values: Rows) -> list[str]:
        """Return the times that are texts, of all events, one field after the other."""
        joined: list[str] = []
        for slot in self._texts:
            joined += values.filled(slot, _ANY_MOMENT)
        return joined

    def _moments_us(self, values: Rows, texts: list[str]) -> dict[str, Times] | None:
        """Return the timestamps by their paths, or None where a text is no time of the usual."""
        moments = utc_us(texts) if self._texts else _NONE
        if moments is None:
            return None
        count = len(values.events)
        found = {
            slot.path: moments[place * count : (place + 1) * count]
            for place, slot in enumerate(self._texts)
        }
        for slot in self._epochs:
            found[slot.path] = epoch_us(values.filled(slot, ZERO), slot.field.type.epoch)
        return found

    def _bounded(self, rows: list[int], values: Rows, moments: dict[str, Times]) -> Proven:
        """Return what is within its bounds, and nothing for times that are absent."""
        wrong: set[int] = set()
        for check in self._bounds:
            wrong.update(check(values))
        for slot, low, high in self._limits:
            times = moments[slot.path]
            beyond = (times < low) | (times > high)
            if absent := values.absent(slot):
                beyond &= ~np.array(absent)
            wrong.update(np.flatnonzero(beyond).tolist())
        for slot in (*self._texts, *self._epochs):
            if absent := values.absent(slot):
                moments[slot.path] = np.where(np.array(absent), NO_TIME, moments[slot.path])
        if wrong:
            kept = others(len(rows), wrong)
            rows, values = without(rows, wrong), Rows(self._shape, without(values.events, wrong))
            moments = {path: times[kept] for path, times in moments.items()}
        return Proven(rows, values, moments, self._event)


_NONE: Times = np.empty(0, dtype=np.int64)
