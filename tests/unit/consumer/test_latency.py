"""Percentiles are those they are called, of the run and of its last ten seconds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.consumer.latency import LatencyHistogram
from core.consumer.snapshot import Percentiles

STEP = 2 ** (1 / 16)
"""A percentile is told at the upper edge of its bin, which is so much wider than the lower."""


def told(latencies_ms):
    histogram = LatencyHistogram()
    histogram.add(np.array(latencies_ms, dtype=float), 1)
    return histogram.whole()


def near(figure, true):
    """Whether a figure is the true one, or the upper edge of the bin that holds it."""
    return true * 0.999 - 0.051 <= figure <= true * STEP * 1.001 + 0.051


def test_a_hundred_latencies_have_the_percentiles_that_anybody_counts():
    found = told([10.0 * n for n in range(1, 101)])
    assert near(found.p50, 500)
    assert near(found.p95, 950)
    assert near(found.p99, 990)
    # The neighbours are far enough away for that to mean something.
    assert not near(found.p95, 900)
    assert not near(found.p50, 460)


@pytest.mark.parametrize(("slow", "expected"), [(4, "fast"), (5, "fast"), (6, "slow")])
def test_the_95th_of_a_hundred_is_slow_from_the_sixth_slow_one_on(slow, expected):
    found = told([1.0] * (100 - slow) + [1_000.0] * slow)
    assert near(found.p95, {"fast": 1.0, "slow": 1_000.0}[expected])
    assert near(found.p50, 1.0)
    assert near(found.p99, 1_000.0)


@given(st.lists(st.floats(0.2, 1e7), min_size=1, max_size=300))
def test_percentiles_are_the_values_at_their_rank(latencies):
    found = told(latencies)
    ordered = sorted(latencies)
    for share, figure in ((0.50, found.p50), (0.95, found.p95), (0.99, found.p99)):
        true = ordered[max(int(np.ceil(len(ordered) * share)) - 1, 0)]
        assert near(figure, true)


def test_without_events_there_is_no_percentile():
    assert LatencyHistogram().whole() == LatencyHistogram().recent(5) == Percentiles()


@pytest.mark.parametrize(("far_ms", "shown"), [(0.0, 0.1), (1e18, 3_369_267_014_158.5)])
def test_the_edges_take_what_lies_beyond_them(far_ms, shown):
    assert told([far_ms]) == Percentiles(shown, shown, shown)


def test_recent_is_the_last_ten_seconds():
    histogram = LatencyHistogram()
    for second in range(100, 130):
        histogram.add(np.array([float(second)]), second)
    assert near(histogram.recent(129).p50, 124)  # of 120 to 129
    assert near(histogram.recent(133).p50, 126)  # of 124 to 129
    assert near(histogram.recent(138).p50, 129)
    assert histogram.recent(139) == Percentiles()
    assert near(histogram.whole().p50, 114)
    assert histogram.recent(10_000) == Percentiles()


def test_how_far_back_recent_looks_can_be_said():
    histogram = LatencyHistogram(recent_s=2)
    histogram.add(np.array([5.0]), 7)
    assert histogram.recent(8).p50 is not None
    assert histogram.recent(9).p50 is None


def test_a_second_that_is_told_late_is_counted_still():
    histogram = LatencyHistogram()
    histogram.add(np.array([10.0]), 7)
    histogram.add(np.array([1_000.0] * 3), 7)
    histogram.add(np.array([1_000.0] * 3), 6)
    assert near(histogram.recent(7).p50, 1_000)
    assert histogram.buckets().total == 7


def test_the_buckets_double_from_milliseconds_to_the_better_part_of_an_hour():
    histogram = LatencyHistogram()
    histogram.add(np.array([1.0, 100.0, 1e9]), 1)
    found = histogram.buckets()
    assert len(found.bounds_s) == len(found.counts) == 22
    assert found.bounds_s[0] == 0.0016
    assert found.bounds_s[-1] == pytest.approx(0.0016 * 2**21)
    assert [
        b == pytest.approx(2 * a) for a, b in zip(found.bounds_s, found.bounds_s[1:], strict=False)
    ] == [True] * 21
    assert (found.counts[0], found.counts[-1], found.total) == (1, 2, 3)
    assert found.sum_s == pytest.approx(1_000_000.101)
