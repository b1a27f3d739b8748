"""Who buys and what sells: a skewed popularity that depends on the number of rows alone.

The generator and the producer's stream mode draw from the same shape, and neither needs to know
the seed. Weights fall off as 1 / (rank + flatness), the law of Zipf and Mandelbrot, in integers.
"""

from math import gcd

import numpy as np

from core.seed.random_words import Indices, Words, find

MOST_CLASSES = 65_536
"""Ranks beyond this many share classes of equal weight, so memory does not grow with the rows."""

_SLOT_BITS = 14
_SLOTS = 2**_SLOT_BITS
_POINT_BITS = 16  # edges count in 1 / 2**16 of a rank
_FRACTION_BITS = 24
_SCALE = 2**40


class Popularity:
    """Draws row numbers 0 to `count` - 1, some far more often than others.

    share: the flatness as a share of the rows; with 0.02 the most popular row is drawn about
    12 times as often as the mean, with 0.05 about 6 times.

    The inverse of the distribution is held at 2**14 evenly spaced points and taken as straight
    between them, which a draw can follow without a search.
    """

    def __init__(self, count: int, share: float) -> None:
        self.count = count
        edges = _edges(count, share)
        self._lows = edges[:-1]
        self._spans = np.diff(edges)
        self._step = _coprime_step(count)

    def draw(self, words: Words) -> Indices:
        """Return a row number for each word of 64 random bits."""
        bits = (words >> np.uint64(64 - _SLOT_BITS - _FRACTION_BITS)).astype(np.int64)
        slots = bits >> _FRACTION_BITS
        fractions = bits & (2**_FRACTION_BITS - 1)
        points = self._lows[slots] + ((self._spans[slots] * fractions) >> _FRACTION_BITS)
        return self.row(points >> _POINT_BITS)

    def row(self, ranks: Indices) -> Indices:
        """Return the row that holds each rank, so that popular rows lie anywhere in the file."""
        return (ranks * self._step + self.count // 3) % self.count


def customer_popularity(count: int) -> Popularity:
    """Return how often each of `count` customers orders."""
    return Popularity(count, 0.05)


def product_popularity(count: int) -> Popularity:
    """Return how often each of `count` products is ordered."""
    return Popularity(count, 0.02)


def _edges(count: int, share: float) -> Indices:
    """Return the rank, in 1 / 2**16, below which each 2**14th of all draws falls: 0 to `count`."""
    width = -(-count // MOST_CLASSES)
    classes = -(-count // width)
    flatness = max(1, int(classes * share))
    weights = _SCALE // (np.arange(classes, dtype=np.int64) + flatness)
    totals = np.cumsum(weights)
    whole = int(totals[-1])
    wanted = np.array([whole * slot // _SLOTS for slot in range(_SLOTS)], dtype=np.int64)
    ranks = find(totals, wanted)
    inside = wanted - (totals[ranks] - weights[ranks])
    # A weight is at most 2**40: the share of the class passed so far fits in 16 bits more. Where
    # classes are wide, the last one may be short, but it lies beyond the last of these edges.
    shares = (inside << _POINT_BITS) // weights[ranks]
    edges = (ranks * width << _POINT_BITS) + shares * width
    return np.append(edges, count << _POINT_BITS)


def _coprime_step(count: int) -> int:
    """Return a step near the golden section that visits every row once."""
    step = max(1, count * 618 // 1000)
    while gcd(step, count) != 1:
        step += 1
    return step
