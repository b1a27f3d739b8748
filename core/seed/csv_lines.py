"""CSV lines for thousands of rows at once: one record of fixed-width fields per line.

A chunk is a NumPy array of records whose fields already end in their separator. Short values are
padded with NUL, which no text of ours holds; dropping the NULs leaves the lines. This keeps money
as digits (never a float) and is faster than building columns and writing them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.seed.random_words import Indices

Texts = NDArray[np.bytes_]
"""Byte strings of one width, NUL-padded."""

GROUP = 3  # digits are made three at a time
_BASE = 10**GROUP
_SAMPLE = 4096  # bytes looked at
_MANY = 20  # one padding byte in so many is much
_SPECIAL = '",\r\n\0'


@dataclass(frozen=True)
class Chunk:
    """Some whole lines of a file, encoded."""

    rows: int
    data: bytes


def field(text: str) -> str:
    """Return a text as one CSV field (RFC 4180): quoted only where it must be."""
    if not any(letter in text for letter in _SPECIAL):
        return text
    doubled = text.replace("\0", "").replace('"', '""')
    return f'"{doubled}"'


def plain(words: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct words that may be joined into a field without quoting, in order."""
    return tuple(dict.fromkeys(word for word in words if word and field(word) == word))


def texts(words: Iterable[str], end: str = "") -> Texts:
    """Return words in UTF-8, each with an ending."""
    return np.array([(word + end).encode() for word in words], dtype=np.bytes_)


_PADDED = texts(f"{number:03d}" for number in range(_BASE))
_BARE = texts(("", *(str(number) for number in range(1, _BASE))))


def digits(numbers: Indices, at_least: int = 0) -> Texts:
    """Return numbers in decimal, zero-padded to `at_least` digits (a multiple of three).

    Zero without padding is empty.
    """
    largest = int(np.max(numbers, initial=0))
    groups = max(1, at_least // GROUP, -(-len(str(largest)) // GROUP))
    out = np.zeros((len(numbers), groups), dtype="S3")
    rest = numbers.astype(np.uint32)
    for column in reversed(range(groups)):
        rest, part = np.divmod(rest, np.uint32(_BASE))
        if (groups - column) * GROUP <= at_least:
            out[:, column] = _PADDED[part]
        else:
            out[:, column] = np.where(rest > 0, _PADDED[part], _BARE[part])
    return out.view(f"S{groups * GROUP}").reshape(len(numbers))


def identifiers(numbers: Indices) -> Texts:
    """Return the digits of ids: six, more from 1,000,000 on."""
    return digits(numbers, at_least=6)


def join(count: int, parts: Sequence[Texts | str]) -> bytes:
    """Return `count` lines, each the parts side by side; a plain string is the same in all."""
    columns = [texts([part])[0] if isinstance(part, str) else part for part in parts]
    widths = [column.dtype for column in columns]
    records = np.empty(count, dtype=[(f"f{at}", width) for at, width in enumerate(widths)])
    for at, column in enumerate(columns):
        records[f"f{at}"] = column
    return _without_padding(records.tobytes())


def _without_padding(data: bytes) -> bytes:
    """Return the bytes without NULs, by the way that is faster: few gaps to jump, or many."""
    padding = data.count(b"\0", 0, _SAMPLE)
    if padding * _MANY > min(len(data), _SAMPLE):
        return data.translate(None, b"\0")
    return data.replace(b"\0", b"")


def combine(starts: Texts, ends: Texts) -> Texts:
    """Return every start with every end, the ends changing fastest."""
    pairs = np.empty((len(starts), len(ends)), dtype=[("start", starts.dtype), ("end", ends.dtype)])
    pairs["start"], pairs["end"] = starts[:, None], ends
    width = starts.dtype.itemsize + ends.dtype.itemsize
    return pairs.reshape(-1).view(f"S{width}")
