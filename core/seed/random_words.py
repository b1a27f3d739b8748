"""Random numbers that are the same everywhere: raw Philox words, used with integers only.

NumPy promises the raw stream of a bit generator for all versions and platforms, but not what its
distribution methods make of it, and floating-point functions differ between maths libraries. So
every draw here is a 64-bit word turned into an integer by multiplication and shifts.

Philox is a counter-based generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
SC 2011): key and counter name a stream, so each chunk of each table has its own.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Indices = NDArray[np.int64]

_HALF = np.uint64(32)


class Stream(IntEnum):
    """One number per independent stream. The numbers are part of what a seed gives."""

    CUSTOMERS = 1
    PRODUCTS = 2
    ORDERS = 3
    CALENDAR = 4
    NAMES = 5


class Draws:
    """The random words of one chunk of one table."""

    def __init__(self, seed: int, stream: Stream, chunk: int = 0) -> None:
        key = np.array([seed, int(stream)], dtype=np.uint64)
        counter = np.array([0, 0, 0, chunk], dtype=np.uint64)
        self._bits = np.random.Philox(key=key, counter=counter)

    def words(self, count: int) -> Words:
        """Return the next `count` words of 64 random bits."""
        return np.asarray(self._bits.random_raw(count), dtype=np.uint64)

    def below(self, limit: int, count: int) -> Indices:
        """Return `count` integers from 0 to `limit` - 1; `limit` at most 2**32."""
        return high_below(self.words(count), limit)

    def pick(self, cumulative: Indices, count: int) -> Indices:
        """Return `count` positions, each as likely as its weight in the running totals."""
        return find(cumulative, self.below(int(cumulative[-1]), count))


def high_below(words: Words, limit: int) -> Indices:
    """Return integers from 0 to `limit` - 1 made of the upper half of each word."""
    return (((words >> _HALF) * np.uint64(limit)) >> _HALF).astype(np.int64)


def find(cumulative: Indices, values: Indices) -> Indices:
    """Return the position whose share of the running totals each value falls into."""
    return np.searchsorted(cumulative, values, side="right").astype(np.int64, copy=False)


class Occurrences:
    """Counts how often each key was seen, over all chunks: 0 the first time, then 1, 2..."""

    def __init__(self, keys: int) -> None:
        self._seen = np.zeros(keys, dtype=np.int64)

    def number(self, keys: Indices) -> Indices:
        """Return for each key, in order, how often it came before."""
        order = np.argsort(keys, kind="stable")
        grouped = keys[order]
        first = np.ones(len(keys), dtype=bool)
        first[1:] = grouped[1:] != grouped[:-1]
        starts = np.flatnonzero(first)
        within = np.arange(len(keys)) - np.repeat(starts, np.diff(np.append(starts, len(keys))))
        numbers = np.empty(len(keys), dtype=np.int64)
        numbers[order] = within + self._seen[grouped]
        self._seen += np.bincount(keys, minlength=len(self._seen))
        return numbers
