"""Who buys and what sells: a skewed popularity that depends on the number of rows alone.

The generator and the producer's stream mode draw from the same shape, and neither needs to know
the seed. Weights fall off as 1 / (rank + flatness), the law of Zipf and Mandelbrot in integers.
"""

from math import gcd

import numpy as np

from core.seed.draws import Indices, Words, find, high_below, low_below

MOST_CLASSES = 65_536
"""Ranks beyond this many share classes of equal weight, so memory does not grow with the rows."""

_SCALE = 2**29  # keeps the sum of all weights under 2**32, the range of half a word


class Popularity:
    """Draws row numbers 0 to `count` - 1, some far more often than others.

    share: the flatness as a share of the rows; with 0.02 the most popular row is drawn about
    12 times as often as the mean, with 0.05 about 6 times.
    cumulative: running totals of the weights by class of `width` ranks, most popular first.
    """

    def __init__(self, count: int, share: float) -> None:
        self.count = count
        self.width = -(-count // MOST_CLASSES)
        classes = -(-count // self.width)
        flatness = max(1, int(classes * share))
        weights = _SCALE // (np.arange(classes, dtype=np.int64) + flatness)
        weights[-1] = weights[-1] * self._members(classes - 1) // self.width
        self.cumulative: Indices = np.cumsum(np.maximum(weights, 1))
        self._step = _coprime_step(count)

    def draw(self, words: Words) -> Indices:
        """Return a row number for each word of 64 random bits."""
        ranks = find(self.cumulative, high_below(words, int(self.cumulative[-1])))
        if self.width > 1:
            last = len(self.cumulative) - 1
            members = np.where(ranks == last, self._members(last), self.width)
            ranks = ranks * self.width + low_below(words, members)
        return self.row(ranks)

    def row(self, ranks: Indices) -> Indices:
        """Return the row that holds each rank, so that popular rows lie anywhere in the file."""
        return (ranks * self._step + self.count // 3) % self.count

    def _members(self, number: int) -> int:
        """Return how many ranks a class holds: the last one may be short."""
        return min(self.width, self.count - number * self.width)


def customer_popularity(count: int) -> Popularity:
    """Return how often each of `count` customers orders."""
    return Popularity(count, 0.05)


def product_popularity(count: int) -> Popularity:
    """Return how often each of `count` products is ordered."""
    return Popularity(count, 0.02)


def _coprime_step(count: int) -> int:
    """Return a step near the golden section that visits every row once."""
    step = max(1, count * 618 // 1000)
    while gcd(step, count) != 1:
        step += 1
    return step
