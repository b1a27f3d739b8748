"""What finds values that need a closer look, all of a field in a block at once."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import numpy as np

from core.consumer.decoders.bulk_match import PLAIN_JSON, mismatches
from core.consumer.decoders.json_text import MAX_DEPTH, read_json
from core.consumer.decoders.reasons import EventError
from core.consumer.decoders.shape import NULL, Rows, Slot
from core.pipeline.bounds import date_bounds

Check = Callable[[Rows], Iterable[int]]
"""Returns the places of events whose values are doubtful."""
ZERO = b"0"
"""What stands for a number or JSON that is absent."""
FLOAT_DIGITS = 15
"""Decimals of so many digits are told apart by binary floating point."""


def lines_of(slots: list[Slot], pattern: re.Pattern[Any], filler: Any) -> Check:
    """Return what finds values of some fields that are no line of a pattern."""
    end = filler[:0] + (b"\n" if isinstance(filler, bytes) else "\n")

    def check(values: Rows) -> list[int]:
        joined: list[Any] = []
        for slot in slots:
            joined += values.filled(slot, filler)
        count = len(values.events)
        return [place % count for place in mismatches(joined, pattern, end)]

    return check


def matching(slot: Slot, pattern: str) -> Check:
    """Return what finds texts that the pattern does not match as a whole."""
    fullmatch = re.compile(pattern).fullmatch

    def check(values: Rows) -> list[int]:
        found = values.values(slot)
        return [
            place
            for place, value in enumerate(found)
            if isinstance(value, str) and fullmatch(value) is None
        ]

    return check


def one_of(slot: Slot) -> Check:
    """Return what finds booleans that are not among those allowed."""
    allowed = slot.field.one_of

    def check(values: Rows) -> list[int]:
        found = values.values(slot)
        return [
            place
            for place, value in enumerate(found)
            if isinstance(value, bool) and value not in allowed
        ]

    return check


def sound_json(slot: Slot) -> Check:
    """Return what finds JSON that other readers would see differently, or that is too deep."""
    levels = MAX_DEPTH - slot.level

    def is_sound(value: bytes) -> bool:
        try:
            read_json(value, len(value), levels)
        except EventError:
            return False
        return True

    def check(values: Rows) -> list[int]:
        found = values.filled(slot, ZERO)
        joined = b"".join(found)
        doubtful = set(mismatches(found, PLAIN_JSON, b"\n"))
        if joined.count(b"[") > levels:
            doubtful.update(
                place for place, value in enumerate(found) if bytes(value).count(b"[") > levels
            )
        wrong = [place for place in doubtful if not is_sound(bytes(found[place]))]
        if slot.field.required and b"null" in joined:
            wrong += [place for place, value in enumerate(found) if value == NULL]
        return wrong

    return check


def days_within(slot: Slot) -> Check:
    """Return what finds days beyond their bounds."""
    low, high = (day.isoformat() for day in date_bounds(slot.field))

    def check(values: Rows) -> list[int]:
        found = values.filled(slot, low)
        return [place for place, value in enumerate(found) if not low <= value <= high]

    return check


def amounts_within(slot: Slot, low: Decimal, high: Decimal) -> Check:
    """Return what finds decimals beyond their bounds, or at them where floats cannot tell."""
    digits = [slot.field.type.precision, *(len(bound.as_tuple().digits) for bound in (low, high))]
    is_exact = max(digits) <= FLOAT_DIGITS
    lowest, highest = float(low), float(high)

    def check(values: Rows) -> list[int]:
        texts = b"\n".join(values.filled(slot, ZERO)).decode().replace('"', "").split("\n")
        if not values.events:
            return []
        amounts = np.fromiter(map(float, texts), np.float64, len(texts))
        if is_exact:
            beyond = (amounts < lowest) | (amounts > highest)
        else:
            beyond = (amounts <= lowest) | (amounts >= highest)
        if absent := values.absent(slot):
            beyond &= ~np.array(absent)
        return np.flatnonzero(beyond).tolist()

    return check
