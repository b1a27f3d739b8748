"""The histogram of a run's latencies: cumulative, exact at its bounds, and nothing is lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.consumer.latency import LatencyHistogram


def test_without_events_all_is_zero():
    found = LatencyHistogram().buckets()
    assert (found.total, found.sum_s, set(found.counts)) == (0, 0.0, {0})


def test_a_latency_at_a_bound_belongs_to_its_bucket():
    histogram = LatencyHistogram()
    histogram.add(np.array([1.6, 1.61, 3.2]), 1)
    found = histogram.buckets()
    assert found.bounds_s[:2] == (0.0016, 0.0032)
    assert found.counts[:2] == (1, 3)


@given(st.lists(st.floats(0, 1e9), max_size=200))
def test_each_bucket_counts_what_took_no_longer(latencies_ms):
    histogram = LatencyHistogram()
    for second, one in enumerate(latencies_ms):
        histogram.add(np.array([one]), second)
    found = histogram.buckets()
    assert found.total == len(latencies_ms)
    assert found.sum_s == pytest.approx(sum(latencies_ms) / 1000)
    for bound, count in zip(found.bounds_s, found.counts, strict=True):
        # The bins' edges are powers of two, so a value next to one may fall on either side.
        assert count >= sum(one / 1000 < bound * (1 - 1e-9) for one in latencies_ms)
        assert count <= sum(one / 1000 <= bound * (1 + 1e-9) for one in latencies_ms)
