"""Many times at once as microseconds since 1970 UTC; digits beyond them are cut off."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from core.consumer.decoders.base import Times
from core.pipeline.bounds import LAST_MOMENT, microseconds
from core.pipeline.time_readers import MICROSECONDS

_NANOSECONDS = pa.timestamp("ns", "UTC")
_BEYOND = microseconds(LAST_MOMENT) + 1
_DIGITS = {"s": 6, "ms": 3, "us": 0}
"""Decimals of a unit that make whole microseconds."""


def utc_us(texts: list[str]) -> Times | None:
    """Return times that have RFC 3339's form, or None where one is no time since 1970."""
    try:
        moments = pa.array(texts, pa.string()).cast(_NANOSECONDS)
    except pa.ArrowInvalid:
        return None
    nanoseconds: Times = moments.cast(pa.int64()).to_numpy()
    return nanoseconds // 1_000 if np.min(nanoseconds, initial=0) >= 0 else None


def epoch_us(values: Sequence[Any], unit: str) -> Times:
    """Return times that are plain numbers of a unit; those beyond the last moment just so."""
    if not values:
        return np.empty(0, dtype=np.int64)
    text = b"\n".join(values).decode("ascii")
    numbers = text.split("\n")
    factor = MICROSECONDS[unit]
    if "." in text:
        digits = _DIGITS[unit]
        exact = (_exact(number, factor, digits) for number in numbers)
        return np.fromiter((min(one, _BEYOND) for one in exact), np.int64, len(numbers))
    whole = np.fromiter(map(int, numbers), np.int64, len(numbers))
    return np.minimum(whole, _BEYOND // factor + 1) * factor


def _exact(number: str, factor: int, digits: int) -> int:
    whole, _point, fraction = number.partition(".")
    return int(whole) * factor + int(fraction[:digits].ljust(digits, "0") or "0")
